"""Four measured points tell the whole ground, or are refused."""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely
from numpy.typing import NDArray

from fences.box import Point
from fences.ground import Pair, parse_scale
from tests.ground_kit import Pole

SEEN = ((0.1, 0.9), (0.9, 0.9), (0.6, 0.4), (0.4, 0.4))
METRES = ((0.0, 0.0), (4.0, 0.0), (4.0, 20.0), (0.0, 20.0))
SCALE = parse_scale(SEEN, METRES)
HORIZON_Y = 0.4 - 0.5 * 0.2 / 0.6  # where the two sides of the lane meet


def metres_of(*points: Pair) -> NDArray[np.float64]:
    placed = SCALE.to_ground(shapely.MultiPoint(points))
    return shapely.get_coordinates(placed)


def test_the_four_points_are_where_they_were_measured() -> None:
    assert np.allclose(metres_of(*SEEN), METRES)


def test_every_other_place_is_where_a_camera_would_see_it() -> None:
    pole = Pole(height_m=4.2, tilt_deg=20, yaw_deg=8, focal=0.8)
    places = [(x, y) for x in (-2.0, 0.3, 2.0) for y in (6.0, 9.0, 14.0, 25.0)]
    seen = [(float(x), float(y)) for x, y in pole.see((x, y, 0.0) for x, y in places)]
    corners = (0, 3, 11, 8)
    scale = parse_scale(tuple(seen[n] for n in corners), tuple(places[n] for n in corners))
    told = shapely.get_coordinates(scale.to_ground(shapely.MultiPoint(seen)))
    assert np.allclose(told, places)
    assert all(scale.reaches(Point(*at)) for at in seen)


@pytest.mark.parametrize("turned", [0, 1, 2, 3])
@pytest.mark.parametrize("mirrored", [False, True])
def test_it_does_not_matter_where_the_four_begin_and_which_way_they_go(
    turned: int, mirrored: bool
) -> None:
    order = [(number + turned) % 4 for number in range(4)][:: -1 if mirrored else 1]
    same = parse_scale(tuple(SEEN[n] for n in order), tuple(METRES[n] for n in order))
    assert np.allclose(same.matrix, SCALE.matrix)


def test_nothing_is_told_of_the_horizon_and_what_is_above_it() -> None:
    below = [y for y in np.linspace(0, 1, 101) if SCALE.reaches(Point(0.5, float(y)))]
    assert HORIZON_Y < min(below) < HORIZON_Y + 0.03
    assert len(below) == 101 - round(min(below) * 100)


@pytest.mark.parametrize("metres", [0.5, 3.0, 18.0])
def test_a_rise_is_as_long_on_the_ground_as_asked(metres: float) -> None:
    foot = Point(0.45, 0.85)
    rise = SCALE.rise(foot, metres)
    near, far = metres_of(foot, (foot.x, foot.y - rise))
    assert math.dist(near, far) == pytest.approx(metres)
    assert foot.y - rise > HORIZON_Y


def test_seen_from_straight_above_the_ground_has_no_horizon() -> None:
    flat = parse_scale(((0, 1), (1, 1), (1, 0), (0, 0)), ((0, 0), (8, 0), (8, 4), (0, 4)))
    assert flat.rise(Point(0.5, 0.5), 1.0) == pytest.approx(0.25)
    assert flat.reaches(Point(0.5, -5.0))


def test_a_ground_seen_from_below_ends_nowhere() -> None:
    turned = parse_scale(tuple((x, 1 - y) for x, y in SEEN), METRES)
    assert turned.rise(Point(0.5, 0.5), 1e6) == math.inf


@pytest.mark.parametrize("name", ["points", "metres"])
@pytest.mark.parametrize(
    ("corners", "message"),
    [
        (SEEN[:3], "expected four points"),
        ((*SEEN, (0.0, 0.0)), "expected four points"),
        (((math.nan, 0.0), *SEEN[1:]), "expected four points of finite numbers"),
        (((math.inf, 0.0), *SEEN[1:]), "expected four points of finite numbers"),
        (((0, 0), (0.5, 0.5), (1, 1), (0, 1)), r"\(1, 2, 3\) on one line"),
        (((0, 0), (1, 0.0005), (2, 0), (1, 3)), r"\(1, 2, 3\) on one line"),
        (((0, 0), (0, 0), (1, 1), (0, 1)), r"\(1, 2, 3\) on one line"),
        (((0, 0), (0, 0), (0, 0), (0, 0)), "on one line"),
        (((0, 0), (1, 1), (1, 0), (0, 1)), "out of order"),
        (((0, 0), (1, 0), (0.4, 0.3), (0, 1)), "out of order"),
    ],
)
def test_four_points_that_tell_nothing_are_refused(
    name: str, corners: tuple[Pair, ...], message: str
) -> None:
    given = {"points": SEEN, "metres": METRES, name: corners}
    with pytest.raises(ValueError, match=rf"got {name} .*{message}"):
        parse_scale(**given)
