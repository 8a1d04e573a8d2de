"""Scenarios about how many there are, wherever in the fence."""

from __future__ import annotations

import pytest

from fences.box import Box
from fences.observation import Detection, Label, StepInput
from tests.fences_kit import (
    HERE,
    SQUARE,
    blob,
    brief,
    events_of,
    fence,
    gap,
    look,
    looks,
    moved,
    play,
    rule,
    seen,
)


def people(count: int, at: float = 0.0, score: float = 0.875) -> list[Detection]:
    """That many persons in the fence, elsewhere at every second."""
    return [
        seen(
            Label.PERSON,
            Box(x := 0.3 + (0.037 * n + 0.11 * at) % 0.4, 0.3, x + 0.02, 0.4 + 0.03 * (n % 10)),
            score,
        )
        for n in range(count)
    ]


def crowd(begin: int, end: int, count: int) -> list[StepInput]:
    return [look(n, *people(count, n), people=True) for n in range(begin, end)]


TEN = fence(rule("crowd"))


def test_enough_people_for_the_dwell_are_a_crowd_although_nobody_stands_still() -> None:
    told = events_of(TEN, crowd(0, 20, 10))
    assert brief(told) == [("opened", 10.0)]
    (sighting,) = told[0].sightings
    assert sighting.named_by == "counted:person"
    assert sighting.labels == ("person",)
    assert sighting.box.xyxy == (0.25, 0.25, 0.75, 0.75)  # the fence's


def test_one_too_few_is_no_crowd() -> None:
    assert events_of(TEN, crowd(0, 60, 9)) == []


def test_it_clears_when_too_few_are_left_for_as_long_as_any_place() -> None:
    told = events_of(TEN, crowd(0, 15, 12), crowd(15, 40, 9))
    assert brief(told) == [("opened", 10.0), ("cleared", 20.0)]


def test_one_who_is_missed_now_and_then_restarts_nothing() -> None:
    counts = [look(n, *people(9 if n % 3 == 2 else 10, n)) for n in range(20)]
    assert brief(events_of(TEN, counts)) == [("opened", 10.0)]


def test_being_enough_half_of_the_time_is_not_being_enough() -> None:
    counts = [look(n, *people(10 if n % 4 == 0 else 5, n)) for n in range(80)]
    assert events_of(TEN, counts) == []


def test_how_many_are_enough_is_the_fence_s_to_say() -> None:
    three = fence(rule("crowd", min_count=3))
    assert brief(events_of(three, crowd(0, 12, 3))) == [("opened", 10.0)]
    assert events_of(three, crowd(0, 40, 2)) == []


def test_a_single_one_may_be_enough_and_need_not_stand() -> None:
    bank = fence(rule("person_at_water"))
    told = events_of(bank, crowd(0, 12, 1))
    assert brief(told) == [("opened", 10.0)]
    assert told[0].sightings[0].named_by == "learned:person"


def test_those_outside_too_small_or_too_uncertain_do_not_count() -> None:
    outside = [seen(Label.PERSON, moved(HERE, 0.45)) for _ in range(12)]
    assert events_of(TEN, looks(0, 30, *outside)) == []
    far = fence(rule("crowd", min_area=0.01))
    assert events_of(far, crowd(0, 30, 12)) == []
    dim = [look(n, *people(12, n, score=0.2)) for n in range(30)]
    assert events_of(TEN, dim) == []


def test_the_score_that_opens_is_that_of_the_last_one_needed() -> None:
    mixed = [look(n, *people(9, n), *people(12, n, 0.3)[9:]) for n in range(40)]
    assert events_of(TEN, mixed) == []
    assert events_of(fence(rule("crowd", open_score=0.3)), mixed)


def test_a_small_fence_is_large_enough_for_people_larger_than_it() -> None:
    corner = ((0.25, 0.25), (0.26, 0.25), (0.26, 0.26), (0.25, 0.26))
    tiny = fence(rule("person_at_water", min_area=0.001), polygon=corner)
    person = seen(Label.PERSON, Box(0.2, 0.05, 0.31, 0.255))
    assert brief(events_of(tiny, looks(0, 12, person))) == [("opened", 10.0)]


def test_a_crowd_blocks_no_lane_and_covers_nothing_that_does() -> None:
    both = fence(rule(), rule("crowd"))
    entries = [look(n, *people(12, n), seen(), blob(since=0.0)) for n in range(20)]
    told = events_of(both, entries)
    assert {(it.scenario_id, it.sightings[0].named_by) for it in told} == {
        ("blocked_fire_lane", "learned:vehicle"),
        ("crowd", "counted:person"),
    }
    assert events_of(both, crowd(0, 60, 12))[0].scenario_id == "crowd"


def test_two_counts_in_one_fence_keep_apart() -> None:
    both = fence(rule("person_at_water"), rule("crowd"))
    told = events_of(both, crowd(0, 15, 3), crowd(15, 30, 12))
    assert [(it.scenario_id, *brief([it])) for it in told] == [
        ("person_at_water", ("opened", 10.0)),
        ("crowd", ("opened", 25.0)),
    ]


def test_what_already_crowds_at_start_may_be_ignored_until_it_comes_again() -> None:
    ignoring = fence(rule("crowd"), report_known=False)
    told = events_of(ignoring, crowd(0, 30, 10), crowd(30, 50, 0), crowd(50, 70, 10))
    assert brief(told) == [("opened", 60.0)]


def test_a_gap_too_long_to_bridge_starts_the_dwell_again() -> None:
    lost = [gap(5, 25)]
    told = events_of(TEN, crowd(0, 6, 10), lost, crowd(25, 50, 10))
    assert brief(told) == [("opened", 35.0)]


def test_many_two_wheelers_are_a_pile_up_and_each_a_thing_of_its_own() -> None:
    bikes = [
        seen(Label.TWO_WHEELER, Box(x, y, x + 0.02, y + 0.04))
        for x in (0.3, 0.35, 0.4, 0.45, 0.5)
        for y in (0.3, 0.4, 0.5)
    ]
    both = fence(rule("shared_bike_pileup"), rule("two_wheelers_in_disorder"))
    told = events_of(both, looks(0, 12, *bikes))
    assert {it.scenario_id: len(it.sightings) for it in told} == {
        "shared_bike_pileup": 1,
        "two_wheelers_in_disorder": 15,
    }
    assert [it.scenario_id for it in events_of(both, looks(0, 12, *bikes[:-1]))] == [
        "two_wheelers_in_disorder"
    ]


@pytest.mark.parametrize("label", ["crowd", "smoke"])
def test_a_detector_s_own_word_for_it_is_not_believed(label: str) -> None:
    """Only what was counted here is a crowd; smoke in a fence for people is nothing."""
    assert events_of(TEN, looks(0, 40, seen(label, Box(*SQUARE[0], *SQUARE[2])))) == []


def test_a_gathering_survives_the_state_s_codec() -> None:
    from fences.state import decode_state, encode_state  # noqa: PLC0415

    state, _ = play(TEN, crowd(0, 8, 10))
    again = decode_state(encode_state(state))
    assert again == state
    assert brief(play(TEN, crowd(8, 14, 10), again)[1]) == [("opened", 10.0)]
