"""Whatever stands wherever: the measures stay sane, and more never leaves more."""

from __future__ import annotations

import math

import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from fences.box import Box
from fences.fence import Fence
from fences.geometry import parse_polygon
from fences.ground import parse_scale
from fences.occupancy import PIXEL, clear_width_m, measure
from fences.occupant import Occupant
from tests.fences_kit import fence, rule
from tests.ground_kit import Pole, occupant

RUNS = settings(max_examples=150, deadline=None)
RULE = rule()
CORNERS = ((-2.0, 11.0), (2.0, 11.0), (2.0, 32.0), (-2.0, 32.0))
CLOSE = 1e-9

shares = st.floats(-0.5, 1.5)


@st.composite
def boxes(draw: st.DrawFn) -> Box:
    (x1, x2), (y1, y2) = (sorted((draw(shares), draw(shares))) for _ in range(2))
    return Box(x1, y1, x2, y2)


@st.composite
def fences(draw: st.DrawFn) -> Fence:
    """A lane seen by some camera, or a fence of any three to six corners measured by it."""
    pole = Pole(draw(st.floats(3, 9)), draw(st.floats(8, 25)), draw(st.floats(-8, 8)))
    seen = tuple((float(x), float(y)) for x, y in pole.see((x, y, 0.0) for x, y in CORNERS))
    assume(all(0 <= value <= 1 for point in seen for value in point))
    scale = parse_scale(seen, CORNERS)
    polygon = seen
    if draw(st.booleans()):
        corner = st.tuples(st.floats(0, 1), st.floats(0.45, 1))
        polygon = tuple(draw(st.lists(corner, min_size=3, max_size=6)))
    try:
        shape = parse_polygon(polygon)
    except ValueError:
        assume(False)
    assume(shape.area >= 10 * PIXEL and all(scale.reaches(point) for point in shape.points))
    return fence(polygon=polygon, scale=scale)


occupants = st.lists(
    st.builds(occupant, boxes(), st.sampled_from(["vehicle", "waste"])), max_size=5
)


def told(watched: Fence, standing: list[Occupant]) -> tuple[float, float]:
    taken = measure(watched, RULE, standing)
    assert taken.occupied_share is not None
    assert taken.clear_width_m is not None
    return taken.occupied_share, taken.clear_width_m


@RUNS
@given(fences(), occupants)
def test_what_is_taken_and_what_is_left_are_within_the_fence(
    watched: Fence, standing: list[Occupant]
) -> None:
    share, left = told(watched, standing)
    _, whole = told(watched, [])
    assert 0 <= share <= 1
    assert 0 <= left <= whole
    assert math.isfinite(whole)
    assert whole > 0


@RUNS
@given(fences())
def test_a_fence_in_which_nothing_stands_is_as_wide_as_it_is(watched: Fence) -> None:
    assert watched.scale is not None
    around = shapely.minimum_rotated_rectangle(watched.scale.to_ground(watched.polygon.shape))
    a, b, c = shapely.get_coordinates(around)[:3]
    share, left = told(watched, [])
    assert share == 0
    assert left == pytest.approx(min(math.dist(a, b), math.dist(b, c)), abs=CLOSE)


@RUNS
@given(fences(), occupants, occupants)
def test_more_never_take_less_nor_leave_more(
    watched: Fence, standing: list[Occupant], joining: list[Occupant]
) -> None:
    share, left = told(watched, standing)
    larger, smaller = told(watched, [*standing, *joining])
    assert larger >= share - CLOSE
    assert smaller <= left + CLOSE


@RUNS
@given(fences(), occupants, st.data())
def test_the_order_of_the_occupants_and_their_doubles_change_nothing(
    watched: Fence, standing: list[Occupant], data: st.DataObject
) -> None:
    other = data.draw(st.permutations([*standing, *standing[:1]]))
    assert told(watched, other) == pytest.approx(told(watched, standing), abs=CLOSE)


@RUNS
@given(fences(), occupants)
def test_without_a_scale_a_share_is_told_all_the_same(
    watched: Fence, standing: list[Occupant]
) -> None:
    taken = measure(fence(polygon=watched.polygon.points), RULE, standing)
    assert taken.occupied_share is not None
    assert taken.clear_width_m is None
    assert 0 <= taken.occupied_share <= 1


@RUNS
@given(
    st.lists(st.tuples(st.floats(0, 4), st.floats(0, 20), st.floats(0, 4), st.floats(0, 20))),
    st.floats(0, 360),
    st.floats(0.1, 10),
)
def test_turning_and_stretching_the_ground_turn_and_stretch_what_is_left(
    sides: list[tuple[float, float, float, float]], turn_deg: float, times: float
) -> None:
    lane = shapely.box(0, 0, 4, 20)
    boxed = [
        shapely.box(min(a, c), min(b, d), max(a, c), max(b, d))
        for a, b, c, d in sides
        if abs(a - c) > 0.01 and abs(b - d) > 0.01
    ]
    gaps = {round(abs(p - q), 6) for s in boxed for r in boxed for p in _ends(s) for q in _ends(r)}
    assume(all(gap == 0 or gap > 0.001 for gap in gaps))  # or turning decides who meets whom
    straight = clear_width_m(lane, boxed)
    turned = [
        shapely.affinity.scale(
            shapely.affinity.rotate(shape, turn_deg, origin=(0, 0)), times, times, origin=(0, 0)
        )
        for shape in (lane, *boxed)
    ]
    assume(not _touching(boxed))
    assert straight is not None
    assert clear_width_m(turned[0], turned[1:]) == pytest.approx(straight * times, abs=1e-6)


def _ends(shape: shapely.Polygon) -> tuple[float, float]:
    return shape.bounds[1], shape.bounds[3]


def _touching(shapes: list[shapely.Polygon]) -> bool:
    """Whether one begins along the lane exactly where another ends."""
    ends = [_ends(shape) for shape in shapes]
    return any(a[1] == b[0] for a in ends for b in ends)
