"""Which case is found for which event, and which is false."""

from __future__ import annotations

import pytest

from fences.box import Box
from replay.player import ReplayedCase
from replay.score import EARLY_S, LATE_S, score_cases
from replay.truth import TruthEvent
from tests.unit.replay.cases import replayed

BOX = Box(0.2, 0.4, 0.4, 0.8)
EVENT = TruthEvent("lane", "blocked_fire_lane", 10.0, 40.0, BOX)
DWELL = {("lane", "blocked_fire_lane"): 5.0}


@pytest.mark.parametrize(
    ("case", "is_found"),
    [
        (replayed(15.0), True),
        (replayed(10.0 - EARLY_S), True),
        (replayed(10.0 - EARLY_S - 0.1), False),
        (replayed(40.0 + LATE_S), True),
        (replayed(40.0 + LATE_S + 0.1), False),
        (replayed(15.0, fence_id="corner"), False),
        (replayed(15.0, scenario_id="street_vending"), False),
        (replayed(15.0, box=Box(0.6, 0.4, 0.8, 0.8)), False),
        (replayed(15.0, box=Box(0.25, 0.5, 0.3, 0.6)), True),
        (replayed(15.0, box=Box(0.37, 0.4, 0.57, 0.8)), False),
        (replayed(15.0, box=Box(0.35, 0.4, 0.55, 0.8)), True),
    ],
    ids=[
        "in time",
        "as early as may be",
        "too early",
        "as late as may be",
        "too late",
        "wrong fence",
        "wrong scenario",
        "elsewhere",
        "a part of it",
        "overlap under a fifth",
        "overlap over a fifth",
    ],
)
def test_a_case_is_matched_by_fence_scenario_time_and_overlap(
    case: ReplayedCase, is_found: bool
) -> None:
    score = score_cases([case], [EVENT], DWELL)
    expected = (1, 0, 0) if is_found else (0, 1, 1)
    assert (score.tp, score.fp, score.fn) == expected
    assert len(score.missed) == len(score.false) == 1 - expected[0]


def test_an_event_without_an_end_may_be_found_at_any_later_time() -> None:
    event = TruthEvent("lane", "blocked_fire_lane", 10.0, None, BOX)
    assert score_cases([replayed(9999.0)], [event], DWELL).tp == 1


def test_a_second_case_of_one_event_is_false_and_the_earliest_is_the_found_one() -> None:
    late, soon = replayed(30.0, case_id="late"), replayed(16.0, case_id="soon")
    score = score_cases([late, soon], [EVENT], DWELL)
    assert (score.tp, score.fp, score.fn) == (1, 1, 0)
    assert score.false == ("late",)
    assert score.delays_s == (1.0,)


def test_one_case_is_not_found_for_two_events() -> None:
    again = TruthEvent("lane", "blocked_fire_lane", 12.0, 40.0, BOX)
    score = score_cases([replayed(16.0)], [again, EVENT], DWELL)
    assert (score.tp, score.fp, score.fn) == (1, 0, 1)
    assert score.missed == (again,), "the earlier event takes it"


def test_delay_is_the_time_beyond_the_dwell() -> None:
    events = [
        TruthEvent("lane", "blocked_fire_lane", start_s, start_s + 20, BOX)
        for start_s in (10.0, 100.0, 200.0)
    ]
    cases = [replayed(at_s) for at_s in (15.5, 105.25, 209.0)]
    score = score_cases(cases, events, DWELL)
    assert score.delays_s == pytest.approx((0.5, 0.25, 4.0))
    assert (score.delay_median_s, score.delay_max_s) == (0.5, 4.0)


def test_shares_are_those_of_the_counts_and_none_where_there_is_nothing_to_count() -> None:
    score = score_cases([replayed(15.0), replayed(16.0), replayed(17.0)], [EVENT], DWELL)
    assert (score.precision, score.recall, score.f1) == (1 / 3, 1.0, 0.5)
    empty = score_cases([], [], {})
    assert (empty.precision, empty.recall, empty.f1, empty.delay_max_s) == (None, None, None, None)
    missed = score_cases([], [EVENT], DWELL)
    assert (missed.precision, missed.recall, missed.f1) == (None, 0.0, 0.0)
