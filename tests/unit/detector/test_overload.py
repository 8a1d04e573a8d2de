"""Too much to do stretches every interval, quickly; room for more shortens them again, slowly."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from detector.overload import EASY_NS, JUDGED_EVERY_NS, LATE_NS, Overload
from fences.clock import SECOND_NS


def after(overload: Overload, waits_ns: list[int], begin_ns: int = 0) -> int:
    """One wait every judgement; when the last was told."""
    for number, wait_ns in enumerate(waits_ns):
        begin_ns += JUDGED_EVERY_NS if number or begin_ns else 0
        overload.waited(wait_ns, begin_ns)
    return begin_ns


def test_frames_that_wait_too_long_stretch_and_short_waits_relax_to_one() -> None:
    told: list[Fraction] = []
    overload = Overload(lambda _, now: told.append(now))
    now_ns = after(overload, [LATE_NS + 1] * 4)
    assert told == [Fraction(5, 4), Fraction(25, 16), Fraction(125, 64).limit_denominator(100)]
    after(overload, [EASY_NS - 1] * 20, now_ns)
    assert overload.factor == told[-1] == 1
    assert sorted(told[3:], reverse=True) == told[3:]


def test_waits_between_easy_and_late_leave_it_as_it_is() -> None:
    overload = Overload()
    now_ns = after(overload, [LATE_NS + 1] * 3)
    factor = overload.factor
    after(overload, [(EASY_NS + LATE_NS) // 2] * 5, now_ns)
    assert overload.factor == factor > 1


def test_the_mean_of_all_waits_counts() -> None:
    """Frames of many cameras that come at once wait for each other: that is no overload."""
    overload = Overload()
    overload.waited(0, 0)
    overload.waited(2 * LATE_NS, SECOND_NS)
    overload.waited(0, JUDGED_EVERY_NS)
    assert overload.factor == 1
    overload.waited(LATE_NS, JUDGED_EVERY_NS + SECOND_NS)
    overload.waited(LATE_NS + 2, 2 * JUDGED_EVERY_NS)
    assert overload.factor > 1


@given(st.lists(st.integers(0, 10 * SECOND_NS), max_size=200))
def test_the_factor_stays_between_1_and_16(waits_ns: list[int]) -> None:
    overload = Overload()
    after(overload, waits_ns)
    assert 1 <= overload.factor <= 16
