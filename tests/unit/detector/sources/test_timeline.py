from __future__ import annotations

from fractions import Fraction

import pytest

from detector.sources.timeline import CLOCK_RESTARTED, JUMP_FORWARD, Timeline
from fences.clock import SECOND_NS
from fences.observation import Gap

STEP_NS = SECOND_NS // 25


def line() -> Timeline:
    """In milliseconds, with one picture placed at 0."""
    timeline = Timeline(Fraction(1, 1000), STEP_NS, jump_ns=3 * SECOND_NS)
    assert timeline.place(5000, None, 0) == (0, None)
    return timeline


def test_time_that_has_passed_is_a_gap() -> None:
    assert line().place(15_000, None, 10 * SECOND_NS) == (
        10 * SECOND_NS,
        Gap(0, 10 * SECOND_NS, JUMP_FORWARD),
    )


def test_a_clock_set_forward_costs_no_more_than_has_passed() -> None:
    timeline = line()
    media_ns, gap = timeline.place(3_605_040, None, STEP_NS)
    assert (media_ns, gap) == (STEP_NS, Gap(0, STEP_NS, JUMP_FORWARD))
    assert timeline.place(3_605_080, None, STEP_NS) == (2 * STEP_NS, None)


@pytest.mark.parametrize("passed_s", [0, 2])
def test_a_clock_set_back_goes_on_by_what_has_passed(passed_s: int) -> None:
    timeline = line()
    media_ns, gap = timeline.place(1000, None, passed_s * SECOND_NS)
    after_ns = max(STEP_NS, passed_s * SECOND_NS)
    assert (media_ns, gap) == (after_ns, Gap(0, after_ns, CLOCK_RESTARTED))
    assert timeline.place(1040, None, STEP_NS) == (after_ns + STEP_NS, None)


def test_a_recording_is_believed_whatever_its_reader_takes() -> None:
    """Nobody knows what passed where nothing is live."""
    media_ns, gap = line().place(3_605_000, None)
    assert media_ns == 3600 * SECOND_NS
    assert gap == Gap(0, 3600 * SECOND_NS, JUMP_FORWARD)
