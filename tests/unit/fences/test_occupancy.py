"""How much of a fence is taken, how much is left to pass, and which events tell."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
import shapely

from fences import violations
from fences.box import Box
from fences.event import FenceEvent
from fences.hours import parse_hours
from fences.observation import Label
from fences.occupancy import LOWER, Occupancy, clear_width_m, measure
from fences.record import encode_event
from tests.fences_kit import HERE, THERE, events_of, fence, look, looks, rule, seen, tick
from tests.ground_kit import Cuboid, Pole, occupant

LANE = shapely.box(0, 0, 4, 20)
CAR = shapely.box(0, 5, 1.8, 9.5)
DOWN_THE_LANE = Pole().lane(-2, 9, 2, 30)


@pytest.mark.parametrize(
    ("standing", "left"),
    [
        ([], 4.0),
        ([CAR], 2.2),
        ([shapely.box(1.5, 5, 2.5, 7)], 1.5),
        ([CAR, shapely.box(3.5, 15, 4, 16)], 2.2),
        ([CAR, shapely.box(3.5, 8, 4, 9)], 1.7),
        ([CAR, shapely.box(1.0, 8, 2.0, 9)], 2.0),
        ([CAR, shapely.box(1.8, 9.5, 4, 11)], 0.0),
        ([shapely.box(0, 0, 4, 1)], 0.0),
    ],
    ids=[
        "nothing",
        "a car at the side",
        "something in the middle",
        "two that stand apart along the lane",
        "two on both sides",
        "two that overlap",
        "two that touch",
        "all of it",
    ],
)
@pytest.mark.parametrize("turn_deg", [0, 33, 90, 211])
def test_what_is_left_is_the_widest_gap_beside_the_worst_place(
    standing: list[shapely.Polygon], left: float, turn_deg: float
) -> None:
    lane, *things = (
        shapely.affinity.rotate(shape, turn_deg, origin=(3, -2)) for shape in (LANE, *standing)
    )
    assert clear_width_m(lane, things) == pytest.approx(left)


def test_a_lane_that_gets_narrower_leaves_less_there() -> None:
    lane = shapely.Polygon([(0, 0), (4, 0), (2.5, 20), (0, 20)])
    wide = clear_width_m(lane, [shapely.box(0, 2, 1.8, 4)])
    narrow = clear_width_m(lane, [shapely.box(0, 16, 1.8, 18)])
    assert wide == pytest.approx(2.2)
    assert narrow is not None
    assert 0.7 < narrow < 1.2


def test_the_tip_of_an_end_cut_askew_is_no_bottleneck() -> None:
    lane = shapely.Polygon([(0, 0), (4, 4), (4, 24), (0, 20)])
    assert clear_width_m(lane, [shapely.box(0, 0.5, 0.3, 1.5)]) == pytest.approx(3.2)


def test_a_lane_without_width_tells_none() -> None:
    assert clear_width_m(shapely.Polygon([(0, 0), (1, 0), (2, 0)]), []) is None


@pytest.mark.parametrize("thin", [1e-308, 1e-117, 1e-12, 1e-6])
def test_a_fence_that_is_no_more_than_a_line_is_not_measured(thin: float) -> None:
    needle = ((0.0, 1.0), (0.0, 0.5), (thin, 1.0))
    for scale in (None, DOWN_THE_LANE.scale):
        told = measure(fence(polygon=needle, scale=scale), rule(), [occupant(Box(0, 0, 1, 1))])
        assert told == Occupancy()


THINGS: dict[str, tuple[float, float, float]] = {
    "car": (1.8, 4.5, 1.5),
    "bike": (0.6, 1.8, 1.1),
    "heap": (2.0, 2.5, 0.7),
    "stall": (1.5, 1.5, 2.1),
}


@pytest.mark.parametrize("kind", THINGS)
@pytest.mark.parametrize("pole", [Pole(), Pole(3, 8), Pole(6, 18)], ids=["5 m", "3 m", "6 m"])
@pytest.mark.parametrize("from_kerb_m", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("ahead_m", [12.0, 18.0, 25.0])
def test_down_a_lane_the_width_left_is_right_within_30_cm_and_never_too_wide(
    kind: str, pole: Pole, from_kerb_m: float, ahead_m: float
) -> None:
    wide, deep, high = THINGS[kind]
    lane = pole.lane(-2, 11, 2, 32)
    left, right = from_kerb_m - 2, from_kerb_m - 2 + wide
    thing: Cuboid = (left, ahead_m, right, ahead_m + deep, high)
    told = measure(lane, lane.rules[0], [occupant(pole.box(thing))])
    truth = max(left + 2, 2 - right)
    assert told.clear_width_m is not None
    assert -0.3 <= told.clear_width_m - truth <= 0.01
    true_share = wide * deep / (4 * 21)
    assert told.occupied_share is not None
    assert 1 / 2 <= told.occupied_share / true_share <= (3.2 if kind == "stall" else 2)


def test_a_scale_makes_what_is_far_away_count_for_its_size() -> None:
    pole, lane = Pole(), DOWN_THE_LANE
    near, far = (occupant(pole.box((-1, y, 0.8, y + 4.5, 1.5))) for y in (10.0, 24.0))
    in_picture = replace(lane, scale=None)
    shares = [
        measure(watched, lane.rules[0], [one]).occupied_share
        for watched in (lane, in_picture)
        for one in (near, far)
    ]
    assert all(share is not None for share in shares)
    on_ground, plain = (shares[0] or 0) / (shares[1] or 1), (shares[2] or 0) / (shares[3] or 1)
    assert 0.5 < on_ground < 1
    assert plain > 3


def test_without_a_scale_the_share_is_of_the_picture_and_no_width_is_told() -> None:
    told = measure(fence(), rule(), [occupant(HERE)])
    assert told.occupied_share == pytest.approx(LOWER * HERE.area / 0.25)
    assert told.clear_width_m is None
    assert measure(fence(), rule(), []) == Occupancy(0.0, None)


def test_only_what_is_inside_the_fence_counts_and_what_overlaps_counts_once() -> None:
    one = occupant(HERE)
    half = occupant(Box(0.7, 0.4, 0.8, 0.6))
    alone, out = (measure(fence(), rule(), [it]).occupied_share for it in (one, half))
    assert out == pytest.approx(LOWER * 0.2 * 0.05 / 0.25)
    assert measure(fence(), rule(), [one, one]).occupied_share == alone
    assert measure(fence(), rule(), [occupant(Box(0, 0, 0.2, 0.2))]).occupied_share == 0.0
    assert measure(fence(), rule(), [occupant(Box(0, 0, 9, 9))]).occupied_share == 0.0


def test_what_lies_flat_takes_more_of_its_box() -> None:
    shares = [
        measure(fence(), rule(), [occupant(HERE, label)]).occupied_share or 0
        for label in (Label.VEHICLE, Label.WASTE)
    ]
    assert shares[0] < shares[1]


@pytest.mark.parametrize("scenario_id", ["crowd", "hanging_banner", "drying_across_street"])
def test_people_in_a_crowd_and_what_hangs_take_no_ground(scenario_id: str) -> None:
    assert measure(DOWN_THE_LANE, rule(scenario_id), [occupant(HERE)]) == Occupancy()


def measures(events: list[FenceEvent]) -> list[tuple[str, float | None, float | None]]:
    return [
        (str(it.kind), it.occupied_share, it.clear_width_m and round(it.clear_width_m, 1))
        for it in events
    ]


def test_events_tell_what_is_taken_then_and_a_clear_place_is_free() -> None:
    share = LOWER * HERE.area / 0.25
    car, more = seen(box=HERE), seen(box=THERE)
    told = measures(events_of(fence(), looks(0, 15, car), looks(15, 40, car, more), looks(40, 60)))
    assert told == [
        ("opened", pytest.approx(share), None),
        ("updated", pytest.approx(share * (1 + THERE.area / HERE.area)), None),
        ("cleared", 0.0, None),
    ]


def test_what_still_stands_when_the_hours_end_is_told() -> None:
    hours = parse_hours(("Mon-Sun 20:00-22:14",), "Asia/Shanghai")  # the kit begins at 22:13:20
    told = events_of(fence(rule(hours=hours)), looks(0, 30, seen()), [tick(60)])
    assert [str(it.reason) for it in told] == ["dwell_reached", "hours_ended"]
    assert [it.occupied_share for it in told] == pytest.approx(2 * [LOWER * HERE.area / 0.25])


def test_a_fence_with_a_scale_tells_metres_and_the_log_has_them() -> None:
    car = Pole().box((-2, 15, -0.2, 19.5, 1.5))
    told = events_of(DOWN_THE_LANE, looks(0, 12, seen(box=car)), looks(12, 30))
    assert [it[2] for it in measures(told)] == [2.2, 4.0]
    line = json.loads(encode_event(told[0]))
    assert line["clear_width_m"] == told[0].clear_width_m
    assert line["occupied_share"] == told[0].occupied_share


def test_nothing_is_measured_at_looks_without_an_event(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []

    def counted(*given: object) -> Occupancy:
        calls.append(len(given))
        return Occupancy()

    monkeypatch.setattr(violations, "measure", counted)
    told = events_of(fence(), looks(0, 100, seen()), [look(100)], looks(101, 120))
    assert len(calls) == len(told) == 2
