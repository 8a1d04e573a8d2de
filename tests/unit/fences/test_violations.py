"""One violation a fence and scenario: opened once, updated for a reason, cleared when free."""

from __future__ import annotations

import pytest

from fences.box import Box
from fences.event import Reason
from fences.guard import Guard
from fences.hours import WeeklyHours
from tests.fences_kit import (
    HERE,
    THERE,
    WALL_NS,
    Thing,
    blob,
    brief,
    events_of,
    fence,
    look,
    looks,
    moved,
    play,
    rule,
    seen,
    tick,
)


def hours(begin: int, end: int) -> WeeklyHours:
    """Armed from minute ``begin`` after the kit's wall time to ``end``."""
    start = (WALL_NS // 60_000_000_000 + 3 * 24 * 60) % (7 * 24 * 60)  # the epoch was a Thursday
    return WeeklyHours(((start + begin, start + end),))


def test_a_second_thing_joins_the_open_violation() -> None:
    told = events_of(fence(), looks(0, 8, seen()), looks(8, 30, seen(), seen(box=THERE)))
    assert brief(told) == [("opened", 10.0), ("updated", 18.0)]
    assert told[1].reason is Reason.MORE_OCCUPANTS
    assert {it.box for it in told[1].sightings} == {HERE, THERE}
    assert [event.seq for event in told] == [1, 2]


def test_it_clears_only_when_the_last_one_has_gone() -> None:
    told = events_of(
        fence(), looks(0, 20, seen(), seen(box=THERE)), looks(20, 40, seen()), looks(40, 60)
    )
    assert brief(told) == [("opened", 10.0), ("cleared", 45.0)]
    assert told[-1].reason is Reason.PLACE_CLEAR
    assert told[-1].sightings


def test_growth_is_told_from_half_as_much_again() -> None:
    def pile(height: float) -> Box:
        return Box(0.375, 0.5 - height, 0.5, 0.5)

    small, less, more = pile(0.0625), pile(0.0625 * 1.46), pile(0.0625 * 1.6)
    told = events_of(
        fence(rule("construction_waste")),
        looks(0, 12, blob(small, 0.0)),
        looks(12, 16, blob(less, 0.0)),
        looks(16, 20, blob(more, 0.0)),
    )
    assert brief(told) == [("opened", 10.0), ("updated", 16.0)]
    assert told[1].reason is Reason.GROWN


def test_one_that_is_missed_while_another_joins_is_no_growth_when_it_is_back() -> None:
    third = Box(0.5625, 0.25, 0.6875, 0.375)
    two, three = (seen(), seen(box=THERE)), (seen(), seen(box=THERE), seen(box=third))
    told = events_of(
        fence(),
        looks(0, 5, *two),
        looks(5, 15, *three),
        [look(15, *three[1:])],
        looks(16, 30, *three),
    )
    assert [kind for kind, _ in brief(told)] == ["opened", "updated"]
    assert len(told[1].sightings) == 3


def test_steady_things_are_told_once() -> None:
    assert brief(events_of(fence(), looks(0, 300, seen()))) == [("opened", 10.0)]


def test_coming_back_before_it_is_clear_is_the_same_violation() -> None:
    told = events_of(fence(), looks(0, 12, seen()), looks(12, 17), looks(17, 60, seen()))
    assert brief(told) == [("opened", 10.0)]


def test_after_clearing_a_new_violation_has_a_new_name() -> None:
    told = events_of(fence(), looks(0, 12, seen()), looks(12, 30), looks(30, 45, seen()))
    assert brief(told) == [("opened", 10.0), ("cleared", 17.0), ("opened", 40.0)]
    assert len({event.violation for event in told}) == 2
    assert len({event.event_id for event in told}) == 3


def test_two_scenarios_of_a_fence_open_and_clear_on_their_own() -> None:
    both = fence(rule("blocked_fire_lane", dwell=5), rule("construction_waste", clear_after=9))
    told = events_of(both, looks(0, 15, seen("waste")), looks(15, 40))
    assert [(str(it.kind), it.scenario_id) for it in told] == [
        ("opened", "blocked_fire_lane"),
        ("opened", "construction_waste"),
        ("cleared", "blocked_fire_lane"),
        ("cleared", "construction_waste"),
    ]


def test_a_dwell_counts_from_the_beginning_of_the_hours() -> None:
    night = fence(rule(dwell=20, hours=hours(1, 5)))
    told = events_of(night, looks(0, 200, seen()))
    begin = 60.0 - (WALL_NS // 1_000_000_000) % 60
    assert brief(told) == [("opened", begin + 20.0)]
    assert told[0].since_ns == int(begin) * 1_000_000_000


@pytest.mark.parametrize("way", ["look", "tick"])
def test_the_end_of_the_hours_ends_a_violation(way: str) -> None:
    day = fence(rule(hours=hours(0, 1)))
    end = 60.0 - (WALL_NS // 1_000_000_000) % 60
    last = look(end, seen()) if way == "look" else tick(end)
    told = events_of(day, looks(0, end, seen()), [last], looks(end + 1, end + 30, seen()))
    assert brief(told) == [("opened", 10.0), ("cleared", end)]
    assert told[1].reason is Reason.HOURS_ENDED
    assert len(told[1].sightings) == 1
    assert [event.seq for event in told] == [1, 2]


def test_out_of_hours_nothing_opens() -> None:
    assert events_of(fence(rule(hours=hours(60, 90))), looks(0, 200, seen())) == []


def test_what_stands_at_start_is_reported_where_that_is_wanted() -> None:
    inputs = [*looks(0, 20, seen()), *looks(20, 40, seen(), seen(box=THERE))]
    assert brief(play(fence(), inputs)[1])[0] == ("opened", 10.0)
    told = play(fence(report_known=False), inputs)[1]
    assert brief(told) == [("opened", 30.0)]
    assert [it.box for it in told[0].sightings] == [THERE]


def test_a_known_thing_that_drives_on_and_stops_again_is_not_known_there() -> None:
    car = [Thing(moved(HERE, 0.125), 6.0, 90.0, speed=0.0625)]
    drives = [look(n / 4, *(it for it in [car[0].at(n / 4)] if it)) for n in range(100)]
    told = play(fence(report_known=False), drives)[1]
    assert [kind for kind, _ in brief(told)] == ["opened"]
    assert 16.0 <= brief(told)[0][1] <= 19.0


def test_a_known_thing_that_is_half_hidden_for_a_while_stays_known() -> None:
    half = Box(HERE.x1, HERE.y1, HERE.x1 + HERE.width / 2, HERE.y2)
    told = events_of(
        fence(report_known=False),
        looks(0, 10, seen()),
        looks(10, 20, seen(box=half)),
        looks(20, 60, seen()),
    )
    assert told == []


def test_a_guard_steps_every_fence_with_its_own_state() -> None:
    lane = fence()
    strip = fence(polygon=((0.0, 0.0), (0.25, 0.0), (0.25, 0.25)))
    strip = type(strip)("gate", "strip", strip.polygon, strip.rules)
    guard = Guard((lane, strip))
    told = [event for entry in looks(0, 12, seen()) for event in guard.take(entry)]
    assert [event.fence_id for event in told] == ["lane"]
    again = Guard((lane, strip), guard.states)
    told = [event for entry in looks(12, 40) for event in again.take(entry)]
    assert brief(told) == [("cleared", 17.0)]
