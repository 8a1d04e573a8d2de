"""Dwell is by place: whatever a detector calls a thing, and however often it misses it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fences.box import Box
from fences.observation import Label, Seeing
from fences.scenario import Attendance
from tests.fences_kit import (
    HERE,
    Thing,
    blob,
    brief,
    events_of,
    fence,
    flawed,
    look,
    looks,
    moved,
    ns,
    play,
    rule,
    seen,
    watch,
)

PAST = Box(0.25, 0.3125, 0.5625, 0.5625)  # a bus, right before HERE


def test_a_thing_that_stands_opens_when_its_dwell_is_reached() -> None:
    told = events_of(fence(), looks(3, 20, seen()))
    assert brief(told) == [("opened", 13.0)]
    assert told[0].since_ns == 3_000_000_000
    assert told[0].sightings[0].box == HERE


@pytest.mark.parametrize("seed", range(5))
def test_missed_shaky_and_renamed_detections_are_one_standing(seed: int) -> None:
    steady = looks(0, 40, seen(), every=0.25)
    told = events_of(fence(), flawed(steady, seed, miss=0.3, flip=0.3))
    assert [str(event.kind) for event in told] == ["opened"]
    assert 10.0 <= brief(told)[0][1] <= 11.0
    assert {sighting.occupant for event in told for sighting in event.sightings} == {1}


def test_an_occlusion_within_the_grace_restarts_nothing() -> None:
    told = events_of(fence(), looks(0, 4, seen()), looks(4, 8), looks(8, 14, seen()))
    assert brief(told) == [("opened", 10.0)]


def test_an_absence_beyond_the_grace_restarts_the_dwell() -> None:
    told = events_of(fence(), looks(0, 4, seen()), looks(4, 10), looks(10, 24, seen()))
    assert brief(told) == [("opened", 20.0)]


def test_a_passer_by_that_takes_the_place_for_a_moment_restarts_nothing() -> None:
    bus = looks(6, 6.8, seen(box=PAST), every=0.2)
    told = events_of(
        fence(), looks(0, 6, seen(), every=0.2), bus, looks(6.8, 14, seen(), every=0.2)
    )
    assert brief(told) == [("opened", 10.0)]


def test_what_drives_past_a_parked_car_and_parks_beyond_takes_neither_place_nor_time() -> None:
    parked = Thing(HERE, begin=1.0, end=16.0)
    passing = Thing(moved(HERE, 0.275), begin=9.0, end=24.0)
    told = events_of(fence(), watch([parked, passing], 5.0, 40.0))
    assert [event.since_ns for event in told] == [ns(1.0)] * 3
    assert brief(told)[:2] == [("opened", 11.0), ("updated", 19.0)]
    assert [entry.kind for entry in told[2:]] == ["cleared"]


def test_a_thing_that_moves_on_within_the_fence_stands_from_then() -> None:
    told = events_of(fence(), looks(0, 6, seen()), looks(6, 30, seen(box=moved(HERE, 0.0625))))
    assert brief(told) == [("opened", 16.0)]


def test_scores_between_keep_and_open_keep_and_do_not_open() -> None:
    weak = looks(0, 30, seen(score=0.375))
    assert events_of(fence(), weak) == []
    dip = looks(12, 40, seen(score=0.375))
    assert brief(events_of(fence(), looks(0, 12, seen()), dip)) == [("opened", 10.0)]


def test_scores_under_keep_do_not_exist() -> None:
    told = events_of(fence(), looks(0, 12, seen()), looks(12, 40, seen(score=0.125)))
    assert brief(told) == [("opened", 10.0), ("cleared", 17.0)]


def test_one_score_above_the_opening_threshold_is_not_enough() -> None:
    weak, strong = seen(score=0.375), seen(score=1.0)
    before, after = looks(0, 20, weak, every=0.25), looks(20.25, 25, weak, every=0.25)
    assert events_of(fence(), before, [look(20, strong)], after) == []
    assert events_of(fence(), before, looks(20, 25, strong, every=0.25))


@pytest.mark.parametrize("headway", [1.5, 2.1, 3.1, 4.7])
@pytest.mark.parametrize("fps", [1.0, 5.0, 12.5])
def test_passing_traffic_never_holds_a_place(headway: float, fps: float) -> None:
    speed = 0.2  # a car is 0.125 long: 1.6 lengths a second
    cars = [Thing(HERE, 2 + n * headway, 2 + n * headway, speed=speed) for n in range(50)]
    assert events_of(fence(), watch(cars, fps, 60.0)) == []


@pytest.mark.parametrize("fps", [1.0, 5.0, 12.5])
def test_traffic_that_crawls_with_hardly_a_gap_does_not_either(fps: float) -> None:
    """A long dwell is patient with what is before a thing, so every car could be that thing."""
    cars = [Thing(HERE, 2 + n * 1.5, 2 + n * 1.5, speed=0.125) for n in range(50)]
    assert events_of(fence(rule(dwell=40)), watch(cars, fps, 70.0)) == []


def test_a_car_that_parks_where_traffic_flows_is_counted_from_then() -> None:
    cars = [Thing(HERE, 2.0 + 2 * n, 2.0 + 2 * n, speed=0.2) for n in range(20)]
    parked = Thing(HERE, 44.0, 90.0, speed=0.2)
    told = events_of(fence(), watch([*cars, parked], 5.0, 80.0))
    assert [kind for kind, _ in brief(told)] == ["opened"]
    assert 49.0 <= brief(told)[0][1] <= 55.0


def test_what_creeps_does_not_open_but_keeps_open() -> None:
    creep = [look(n * 0.5, seen(box=moved(HERE, n / 256))) for n in range(60)]
    assert events_of(fence(), creep) == []
    stands = looks(0, 12, seen(), every=0.5)
    goes_on = [look(12 + n * 0.5, seen(box=moved(HERE, n / 256))) for n in range(50)]
    assert brief(events_of(fence(), stands, goes_on)) == [("opened", 10.0)]


def test_a_pile_that_only_grows_keeps_its_time() -> None:
    pile = [look(n, blob(Box(0.375, 0.5 - n / 128, 0.5, 0.5625), 0.0)) for n in range(1, 12)]
    told = events_of(fence(rule("construction_waste")), [look(0)], pile)
    assert brief(told) == [("opened", 10.0)]
    assert told[0].since_ns == 0


def test_a_cart_that_is_pushed_along_leaves_its_time_behind() -> None:
    cart = [look(n, blob(moved(HERE, n / 64), float(n))) for n in range(14)]
    stays = looks(14, 40, blob(moved(HERE, 13 / 64), 13.0))
    told = events_of(fence(), cart, stays)
    assert [kind for kind, _ in brief(told)] == ["opened"]
    assert 18.0 <= brief(told)[0][1] <= 24.0


def test_still_pixels_tell_since_when_but_must_be_seen_as_well() -> None:
    late = looks(20, 40, blob(since=0.0))
    told = events_of(fence(), looks(0, 20), late)
    assert brief(told) == [("opened", 30.0)]  # not at once
    told = events_of(fence(), looks(0, 2), looks(2, 30, blob(since=1.0)))
    assert brief(told) == [("opened", 11.0)]


def test_obstruction_carries_a_place_that_the_learned_detector_has_lost() -> None:
    told = events_of(fence(), looks(0, 4, seen()), looks(4, 40, blob(since=0.0)))
    assert brief(told) == [("opened", 10.0)]
    assert {sighting.occupant for sighting in told[0].sightings} == {1}


def test_a_learned_detector_takes_over_a_place_that_obstruction_found() -> None:
    told = events_of(fence(), looks(0, 6, blob(since=0.0)), looks(6, 14, seen()))
    assert brief(told) == [("opened", 10.0)]
    assert told[0].sightings[0].labels == ("obstruction", "vehicle")


def test_a_thing_covered_at_the_end_of_its_dwell_does_not_open_yet() -> None:
    told = events_of(
        fence(),
        looks(0, 8, blob(since=0.0)),
        looks(8, 15, blob(since=0.0, covered=True)),
        looks(15, 18, blob(since=0.0)),
    )
    assert brief(told) == [("opened", 15.0)]


def test_a_thing_that_was_hardly_ever_seen_clear_does_not_open_yet() -> None:
    """A vehicle that stops for a moment and rolls on leaves pixels that look like it for long."""
    told = events_of(
        fence(),
        looks(0, 3, blob(since=0.0)),
        looks(3, 10, blob(since=0.0, covered=True)),
        looks(10, 18, blob(since=0.0)),
    )
    assert brief(told) == [("opened", 12.0)]


def test_a_covered_thing_keeps_its_violation_open() -> None:
    told = events_of(
        fence(), looks(0, 12, blob(since=0.0)), looks(12, 60, blob(since=0.0, covered=True))
    )
    assert brief(told) == [("opened", 10.0)]


def test_a_detector_that_names_one_thing_twice_makes_one_occupant() -> None:
    both = (seen(), seen(Label.STALL, moved(HERE, 1 / 128)))
    told = events_of(fence(), looks(0, 12, *both))
    assert [len(event.sightings) for event in told] == [1]


def test_boxes_within_boxes_of_one_label_are_one_thing() -> None:
    inner = Box(0.390625, 0.40625, 0.484375, 0.5)
    told = events_of(fence(), looks(0, 12, seen(), seen(box=inner, score=0.75)))
    assert [len(event.sightings) for event in told] == [1]


def test_what_obstruction_adds_to_a_new_learned_detection_is_no_second_thing() -> None:
    told = events_of(fence(), looks(0, 12, seen(), blob(since=0.0)))
    assert [len(event.sightings) for event in told] == [1]


def test_two_blobs_that_become_one_are_one_occupant() -> None:
    left, right = Box(0.375, 0.375, 0.4375, 0.5), Box(0.4375, 0.375, 0.5, 0.5)
    state, told = play(
        fence(), [*looks(0, 4, blob(left, 0.0), blob(right, 0.0)), *looks(4, 12, blob(since=0.0))]
    )
    assert brief(told) == [("opened", 10.0)]
    assert len(state.occupants) == 1


def test_a_member_is_not_dropped_for_an_older_place_that_is_none() -> None:
    known, new = Box(0.375, 0.375, 0.4375, 0.5), Box(0.4375, 0.375, 0.5, 0.5)
    told = events_of(
        fence(report_known=False),
        looks(0, 10, blob(known, 0.0)),
        looks(10, 25, blob(known, 0.0), blob(new, 10.0)),
        looks(25, 60, blob(since=0.0)),  # the two have become one
    )
    assert brief(told)[0] == ("opened", 20.0)
    assert "cleared" not in dict(brief(told))


def test_a_second_stop_at_another_place_does_not_count_the_time_between() -> None:
    """Cars that halt shortly, one after another, a little apart."""
    other = moved(HERE, 0.03125)
    told = events_of(
        fence(rule(dwell=5, grace=5)),
        looks(0, 0.4, seen(), every=0.2),
        looks(0.4, 1.6, every=0.2),
        looks(1.6, 2.0, seen(box=other), every=0.2),
        looks(2.0, 6.8, every=0.2),
        looks(6.8, 8.0, seen(box=other), every=0.2),
    )
    assert told == []


@pytest.mark.parametrize("way", Seeing)
def test_a_fence_sees_only_the_way_it_is_told(way: Seeing) -> None:
    only = fence(see=[way])
    assert bool(events_of(only, looks(0, 12, seen()))) is (way is Seeing.LEARNED)
    assert bool(events_of(only, looks(0, 12, blob(since=0.0)))) is (way is Seeing.OBSTRUCTION)


def test_another_fences_pixels_do_not_count() -> None:
    foreign = replace(blob(since=0.0), fence_id="next_door")
    assert events_of(fence(), looks(0, 20, foreign)) == []


def test_things_under_the_minimum_size_do_not_open() -> None:
    assert events_of(fence(rule(min_area=HERE.area * 1.01)), looks(0, 20, seen())) == []
    assert events_of(fence(rule(min_area=HERE.area)), looks(0, 20, seen()))


def test_attendance_none_takes_no_obstruction() -> None:
    plain = rule()
    deaf = replace(plain, scenario=replace(plain.scenario, obstruction=Attendance.NONE))
    assert events_of(fence(deaf), looks(0, 20, blob(since=0.0))) == []
    assert events_of(fence(plain), looks(0, 20, blob(since=0.0)))


def test_the_kit_itself_shakes() -> None:
    shaken = list(flawed(looks(0, 50, seen()), 1, miss=0.3, flip=0.3))
    count = np.array([len(getattr(entry, "detections", ())) for entry in shaken])
    assert 0 < count.mean() < 1
