"""What counts as found, missed, false and told again."""

from __future__ import annotations

import pytest

from fences.box import Box
from replay.accuracy.judge import judge
from tests.unit.replay.accuracy.kit import cleared, fence, opened, truth

ELSEWHERE = Box(0.35, 0.0, 0.5, 0.2)


def test_an_opening_in_time_and_place_is_found_with_its_delay_beyond_the_dwell() -> None:
    verdict = judge([opened(16.5)], [truth(10.0, 30.0)], (fence(dwell_s=5),))
    assert verdict.delays_s == (1.5,)
    assert (verdict.missed, verdict.false, verdict.again) == ((), (), 0)


def test_an_opening_elsewhere_is_false_and_leaves_the_violation_missed() -> None:
    event, alarm = truth(10.0, 30.0), opened(16.0, ELSEWHERE)
    verdict = judge([alarm], [event], (fence(),))
    assert verdict.missed == (event,)
    assert verdict.false == (alarm,)


def test_false_openings_soon_after_each_other_all_count() -> None:
    """The case book would reopen one case for them: nobody's mistakes are hidden so."""
    alarms = [opened(20.0), opened(40.0), opened(60.0)]
    verdict = judge(alarms, [], (fence(),))
    assert verdict.false == tuple(alarms)


def test_a_found_violation_that_opens_again_is_told_again_but_not_false() -> None:
    verdict = judge([opened(16.0), opened(24.0)], [truth(10.0, 30.0)], (fence(),))
    assert (len(verdict.delays_s), verdict.false, verdict.again) == (1, (), 1)


def test_an_opening_long_after_the_violation_has_ended_is_false() -> None:
    late = opened(40.0)
    verdict = judge([opened(16.0), late], [truth(10.0, 30.0)], (fence(),))
    assert verdict.false == (late,)


@pytest.mark.parametrize(
    ("closed_s", "end_s", "early"), [(20.0, 30.0, 1), (31.0, 30.0, 0), (20.0, None, 1)]
)
def test_a_closing_while_it_still_stands_is_too_early(
    closed_s: float, end_s: float | None, early: int
) -> None:
    alarm = opened(16.0)
    verdict = judge([alarm, cleared(closed_s, alarm)], [truth(10.0, end_s)], (fence(),))
    assert (len(verdict.delays_s), verdict.early) == (1, early)
