"""What decides is the point where a thing touches the ground."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fences.box import Box, Point, containment, displacement, iou
from fences.geometry import parse_polygon
from tests.fences_kit import SQUARE, events_of, fence, looks, seen

HOLLOW = ((0.25, 0.25), (0.75, 0.25), (0.75, 0.75), (0.5, 0.375), (0.25, 0.75))


@pytest.mark.parametrize(
    ("box", "inside"),
    [
        (Box(0.3, 0.3, 0.5, 0.75), True),  # its foot is on the lower edge
        (Box(0.3, 0.3, 0.5, 0.750001), False),
        (Box(-0.5, -0.5, 1.5, 1.5), False),  # all over the picture, its foot below
        (Box(-2.0, -2.0, 2.5, 0.5), True),  # its foot at 0.25: on the left edge
        (Box(-2.0, -2.0, 2.4, 0.5), False),  # clipped to the picture it would be inside
    ],
)
def test_a_box_counts_by_its_foot_alone(box: Box, inside: bool) -> None:
    assert bool(events_of(fence(), looks(0, 12, seen(box=box)))) is inside


def test_a_detectors_own_anchor_comes_first() -> None:
    out = Box(0.3, 0.3, 0.5, 0.9)
    assert events_of(fence(), looks(0, 12, seen(box=out))) == []
    anchored = replace(seen(box=out), anchor=Point(0.4, 0.5))
    assert events_of(fence(), looks(0, 12, anchored))
    away = replace(seen(), anchor=Point(0.9, 0.5))
    assert events_of(fence(), looks(0, 12, away)) == []


@pytest.mark.parametrize(
    ("point", "inside"),
    [
        ((0.5, 0.5), False),  # in the hollow
        ((0.5, 0.375), True),  # its corner
        ((0.3, 0.5), True),
        ((0.25, 0.25), True),
        ((0.625, 0.5625), True),  # on a slanted edge
        ((0.24999, 0.5), False),
    ],
)
def test_concave_fences_and_their_edges(point: tuple[float, float], inside: bool) -> None:
    assert parse_polygon(HOLLOW).covers(Point(*point)) is inside


@pytest.mark.parametrize(
    ("points", "said"),
    [
        ((), "got 0 points, expected at least 3"),
        (((0.1, 0.1), (0.2, 0.2)), "got 2 points"),
        (((0.1, 0.1), (0.2, 0.2), (0.1, 0.1)), "got 2 points"),
        (((0.1, 0.1), (0.2, 0.2), (1.2, 0.3)), r"point 3 at \[1.2, 0.3\]"),
        (((0.1, 0.1), (0.2, 0.2), (float("nan"), 0.3)), "point 3"),
        (((0.1, 0.1), (0.9, 0.9), (0.9, 0.1), (0.1, 0.9)), "cross or touch"),
        (((0.1, 0.1), (0.5, 0.5), (0.9, 0.9)), "cross or touch"),
        (((0.0, 0.0), (1e-200, 0.0), (0.0, 1e-200)), "cross or touch"),
    ],
)
def test_what_is_no_fence_is_refused(points: tuple[tuple[float, float], ...], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        parse_polygon(points)


def test_a_closed_ring_is_the_same_fence() -> None:
    assert parse_polygon((*SQUARE, SQUARE[0])).points == parse_polygon(SQUARE).points
    assert parse_polygon(SQUARE).area == pytest.approx(0.25)
    assert parse_polygon(SQUARE).bounds == Box(0.25, 0.25, 0.75, 0.75)


@pytest.mark.parametrize(
    "corners", [(0.5, 0.0, 0.4, 1.0), (0.0, 0.5, 1.0, 0.4), (0.0, 0.0, float("inf"), 1.0)]
)
def test_what_is_no_box_is_refused(corners: tuple[float, float, float, float]) -> None:
    with pytest.raises(ValueError, match="a box needs"):
        Box(*corners)


def test_measures_of_boxes_without_area() -> None:
    line, point = Box(0.1, 0.1, 0.1, 0.5), Box(0.1, 0.1, 0.1, 0.1)
    assert iou(line, point) == containment(line, point) == 0.0
    assert displacement(point, point) == 0.0
    assert displacement(point, line) == float("inf")
    assert iou(Box(0, 0, 1, 1), Box(1, 0, 2, 1)) == 0.0
    assert iou(Box(0, 0, 2, 1), Box(1, 0, 3, 1)) == pytest.approx(1 / 3)
    assert containment(Box(0, 0, 2, 1), Box(1, 0, 3, 1)) == 0.5


def test_covering_one_side_of_a_thing_is_no_displacement() -> None:
    whole = Box(0.25, 0.25, 0.5, 0.5)
    assert displacement(whole, Box(0.25, 0.25, 0.45, 0.5)) < 0.15
    assert displacement(whole, Box(0.3, 0.25, 0.55, 0.5)) == pytest.approx(0.2)
