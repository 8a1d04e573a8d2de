"""The area of a case: a list of cameras wins, then where the fence or the camera is."""

from __future__ import annotations

import pytest

from alerts.duty.areas import Area, make_area_map


def square(west: float, east: float) -> tuple[tuple[float, float], ...]:
    return ((west, 36.80), (east, 36.80), (east, 36.82), (west, 36.82))


WEST = Area("west", "西网格", polygon=square(118.30, 118.31))
EAST = Area("east", "东网格", polygon=square(118.31, 118.32))
GATE = Area("gate", "三号门", cameras=frozenset({"gate-3"}))
PLACES = {"square": (118.305, 36.81), "corner": (118.315, 36.81), "far": (119.0, 36.0)}


def area_id(camera_id: str, fence_id: str = "lane") -> str | None:
    fences = {("square", "east-end"): (118.316, 36.81)}
    found = make_area_map([WEST, EAST, GATE], PLACES | {"gate-3": (118.305, 36.81)}, fences)
    area = found.area_of(camera_id, fence_id)
    return None if area is None else area.id


def test_a_place_is_in_the_polygon_around_it() -> None:
    assert area_id("square") == "west"
    assert area_id("corner") == "east"
    assert area_id("far") is None
    assert area_id("nowhere") is None


def test_a_fence_may_be_in_another_area_than_its_camera() -> None:
    assert area_id("square", "east-end") == "east"


def test_a_list_of_cameras_wins_over_the_map() -> None:
    assert area_id("gate-3") == "gate"


def test_on_the_border_of_two_the_first_has_it() -> None:
    both = make_area_map([WEST, EAST], {"border": (118.31, 36.81)})
    area = both.area_of("border")
    assert area is not None
    assert area.id == "west"


def test_areas_may_touch_but_not_overlap() -> None:
    wide = Area("wide", "宽", polygon=((118.309, 36.80), (118.32, 36.80), (118.32, 36.82)))
    make_area_map([WEST, EAST])
    with pytest.raises(ValueError, match="'west' and 'wide' overlap"):
        make_area_map([WEST, wide])


def test_a_camera_is_in_one_list_only() -> None:
    with pytest.raises(ValueError, match=r"'gate' and 'other' both list \['gate-3'\]"):
        make_area_map([GATE, Area("other", "o", cameras=frozenset({"gate-3", "a"}))])


@pytest.mark.parametrize(
    ("polygon", "problem"),
    [
        (((0.0, 0.0), (1.0, 0.0), (0.0, 0.0)), "2 different corners"),
        (((0.0, 0.0), (1.0, 1.0), (1.0, 0.0), (0.0, 1.0)), "Self-intersection"),
    ],
)
def test_what_is_no_area_is_refused(polygon: tuple[tuple[float, float], ...], problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        make_area_map([Area("bad", "坏", polygon=polygon)])
