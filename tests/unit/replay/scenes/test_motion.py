"""Where actors are."""

from __future__ import annotations

from itertools import pairwise

import pytest

from replay.scenes.happenings import lane_blocker, parked, route
from replay.scenes.motion import level_at, whereabouts
from replay.scenes.spec import Actor, Model, Stage

VAN = lane_blocker("van", Model.VAN, 1, stands_s=6.0, leaves_s=20.0, y_m=25.0)


def test_an_actor_is_not_there_before_it_comes_and_after_it_has_gone() -> None:
    assert whereabouts(VAN, 0.3) is None
    assert whereabouts(VAN, 25.0) is None


@pytest.mark.parametrize("at_s", [6.1, 10.0, 19.9])
def test_a_repeated_waypoint_is_a_stand_in_that_very_place(at_s: float) -> None:
    where = whereabouts(VAN, at_s)
    assert where is not None
    assert (where.x_m, where.y_m) == pytest.approx((-6.2, 25.0), abs=1e-3)
    assert where.speed_m_per_s < 0.04


def test_it_brakes_smoothly_no_step_longer_than_a_car_can_drive() -> None:
    speeds = [here.speed_m_per_s for i in range(10, 245) if (here := whereabouts(VAN, i / 10))]
    changes = [abs(b - a) for a, b in pairwise(speeds)]
    assert max(speeds) < 25
    assert max(changes) < 5


def test_while_it_stands_it_keeps_the_direction_it_came_in() -> None:
    first, later = whereabouts(VAN, 7.0), whereabouts(VAN, 18.0)
    assert first is not None
    assert later is not None
    assert first.heading_rad == later.heading_rad


def test_what_is_parked_is_there_at_any_time() -> None:
    car = parked("p", Model.SEDAN, 1, x_m=1.0, y_m=2.0, facing_rad=0.5)
    where = whereabouts(car, 999.0)
    assert where is not None
    assert (where.x_m, where.heading_rad) == (1.0, 0.5)


def test_walked_distance_grows_with_the_way() -> None:
    walker = Actor("w", Model.PERSON, route((0, 0, 0), (10, 0, 12)))
    middle = whereabouts(walker, 5.0)
    assert middle is not None
    assert middle.travelled_m == pytest.approx(6, rel=0.05)


def test_levels_climb_within_the_ramp_and_stay() -> None:
    stages = (Stage(10.0, 1.0), Stage(20.0, 0.0))
    assert [level_at(stages, at, ramp_s=2.0) for at in (9, 11, 12, 19, 21, 22)] == [
        0, 0.5, 1, 1, 0.5, 0,
    ]  # fmt: skip
