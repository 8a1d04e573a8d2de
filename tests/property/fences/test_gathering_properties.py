"""Whoever comes and goes and wherever they move: what must hold of every count."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from fences.box import Box
from fences.event import EventKind
from fences.observation import Detection, Label, StepInput
from tests.fences_kit import brief, events_of, fence, look, ns, rule, seen

RUNS = settings(max_examples=60, deadline=None)
"""The machine that runs them may be busy."""

PLACES = tuple(
    Box(x / 32, y / 32, (x + 0.75) / 32, (y + 0.75) / 32)
    for x in range(9, 23)
    for y in range(9, 23)
)
"""Places in the fence for 196 persons who do not overlap."""

persons = st.lists(st.sampled_from(PLACES), max_size=8, unique=True)
minutes = st.lists(persons, min_size=1, max_size=60)
least = st.integers(1, 6)


def entries(minute: list[list[Box]], *more: Detection, every: float = 1.0) -> list[StepInput]:
    return [
        look(n * every, *(seen(Label.PERSON, place) for place in there), *more)
        for n, there in enumerate(minute)
    ]


@RUNS
@given(minutes, least)
def test_nothing_opens_while_there_were_never_enough(
    minute: list[list[Box]], min_count: int
) -> None:
    fewer = [there[: min_count - 1] for there in minute]
    assert events_of(fence(rule("crowd", min_count=min_count)), entries(fewer)) == []


@RUNS
@given(minutes, least)
def test_when_there_always_were_enough_it_opens_at_the_dwell_and_stays(
    minute: list[list[Box]], min_count: int
) -> None:
    enough = [[*there, *(it for it in PLACES if it not in there)][:8] for there in minute]
    told = brief(events_of(fence(rule("crowd", min_count=min_count)), entries(enough)))
    assert told == ([("opened", 10.0)] if len(minute) > 10 else [])


@RUNS
@given(minutes, least)
def test_what_it_takes_never_depends_on_where_they_are(
    minute: list[list[Box]], min_count: int
) -> None:
    elsewhere = [list(PLACES[n : n + len(there)]) for n, there in enumerate(minute)]
    watched = fence(rule("crowd", min_count=min_count))
    assert events_of(watched, entries(minute)) == events_of(watched, entries(elsewhere))


@RUNS
@given(minutes, least, st.integers(1, 4))
def test_more_of_them_never_open_it_later(
    minute: list[list[Box]], min_count: int, joining: int
) -> None:
    watched = fence(rule("crowd", min_count=min_count))
    joined = [[*there, *(it for it in PLACES if it not in there)] for there in minute]
    larger = [now[: len(there) + joining] for there, now in zip(minute, joined, strict=True)]
    first = [it for it in events_of(watched, entries(minute)) if it.kind is EventKind.OPENED][:1]
    earlier = [it for it in events_of(watched, entries(larger)) if it.kind is EventKind.OPENED][:1]
    assert len(earlier) >= len(first)
    for a, b in zip(earlier, first, strict=False):
        assert a.media_ns <= b.media_ns


@RUNS
@given(minutes, least, st.booleans())
def test_counting_changes_nothing_for_the_other_rules_of_a_fence(
    minute: list[list[Box]], min_count: int, parked: bool
) -> None:
    car = [seen(Label.VEHICLE, Box(0.4, 0.4, 0.6, 0.6))] if parked else []
    lane = rule("blocked_fire_lane")
    alone = events_of(fence(lane), entries(minute, *car))
    both = events_of(fence(lane, rule("crowd", min_count=min_count)), entries(minute, *car))
    of_lane = [event for event in both if event.scenario_id == lane.scenario.id]
    assert [replace(it, sightings=()) for it in of_lane] == [
        replace(it, sightings=()) for it in alone
    ]  # the numbers of occupants differ, nothing else
    assert [it.sightings[0].box for it in of_lane] == [it.sightings[0].box for it in alone]


@RUNS
@given(least, st.sampled_from([0.2, 0.5, 1.0, 2.0]), st.integers(12, 40))
def test_the_rate_of_looks_decides_nothing_but_the_last_look(
    min_count: int, every: float, stays_s: int
) -> None:
    there = list(PLACES[:min_count])
    looked = [there if n * every < stays_s else [] for n in range(round(80 / every))]
    watched = fence(rule("crowd", min_count=min_count))
    (opened, cleared) = events_of(watched, entries(looked, every=every))
    assert 0 <= opened.media_ns - ns(10) < ns(every)
    assert abs(cleared.media_ns - ns(stays_s + 6)) <= ns(2 * every)
