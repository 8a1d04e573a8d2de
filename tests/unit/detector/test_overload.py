"""Too much to do stretches every interval by as much as there is too much, and no longer."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.overload import EASY_NS, FULL, JUDGED_EVERY_NS, LATE_NS, Overload
from fences.clock import SECOND_NS


def after(overload: Overload, waits_ns: list[int], begin_ns: int = 0) -> int:
    """One wait every judgement; when the last was told."""
    for number, wait_ns in enumerate(waits_ns):
        begin_ns += JUDGED_EVERY_NS if number or begin_ns else 0
        overload.waited(wait_ns, begin_ns)
    return begin_ns


def looked(overload: Overload, cameras: int, wanted_s: float, took_s: float, now_ns: int) -> None:
    for number in range(cameras):
        overload.looked(f"c{number}", int(wanted_s * SECOND_NS), int(took_s * SECOND_NS), now_ns)


def test_the_factor_is_what_is_to_be_done_over_what_can_be_done() -> None:
    """40 looks a second of 0.1 s each, two at once: right at the first judgement."""
    overload = Overload(2)
    looked(overload, 40, 1.0, 0.1, 0)
    after(overload, [0, 0])
    assert float(overload.factor) == pytest.approx(40 * 0.1 / (FULL * 2), rel=0.01)


def test_what_fits_is_not_stretched() -> None:
    overload = Overload(2)
    looked(overload, 10, 1.0, 0.1, 0)
    after(overload, [0, 0])
    assert overload.factor == 1


def test_a_camera_that_is_away_wants_nothing() -> None:
    overload = Overload(1)
    looked(overload, 40, 1.0, 0.1, 0)
    now_ns = after(overload, [0, 0])
    assert overload.factor > 4
    looked(overload, 1, 1.0, 0.1, now_ns + 60 * SECOND_NS)
    after(overload, [0] * 20, now_ns + 60 * SECOND_NS)
    assert overload.factor == 1


def test_a_factor_that_is_too_large_falls_step_by_step() -> None:
    """Fallen at once, all that have waited longer than a new interval would be due at once."""
    told: list[float] = []
    overload = Overload(1, lambda _, now: told.append(float(now)))
    looked(overload, 40, 1.0, 0.1, 0)
    now_ns = after(overload, [0, 0])
    after(overload, [0] * 20, now_ns + 60 * SECOND_NS)
    falls = [after / before for before, after in pairwise(told)]
    assert told[-1] == 1
    assert len(told) > 8
    assert min(falls) > 0.84


def test_a_camera_of_which_every_frame_is_wanted_counts_for_nothing() -> None:
    overload = Overload(1)
    looked(overload, 3, 0.0, 0.5, 0)
    after(overload, [0, 0])
    assert overload.factor == 1


def test_frames_that_wait_all_the_same_stretch_to_twice_and_short_waits_relax_to_one() -> None:
    told: list[Fraction] = []
    overload = Overload(1, lambda _, now: told.append(now))
    now_ns = after(overload, [LATE_NS + 1] * 12)
    assert told == sorted(told)
    assert overload.factor == 2
    after(overload, [EASY_NS - 1] * 20, now_ns)
    assert overload.factor == 1


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


@given(st.lists(st.integers(0, 10 * SECOND_NS), max_size=200), st.integers(0, 300))
def test_the_factor_stays_between_1_and_16(waits_ns: list[int], cameras: int) -> None:
    overload = Overload()
    looked(overload, cameras, 1.0, 0.2, 0)
    after(overload, waits_ns)
    assert 1 <= overload.factor <= 16
