"""Which frames are looked at depends on media time, hardly on the frame rate."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.sampling import Sampler
from fences.clock import SECOND_NS


def taken(every_s: float, fps: float, seconds: int) -> list[float]:
    sampler = Sampler(round(every_s * SECOND_NS))
    times = [round(number * SECOND_NS / fps) for number in range(round(seconds * fps))]
    return [media_ns / SECOND_NS for media_ns in times if sampler.takes(media_ns)]


def test_one_frame_of_every_interval_is_taken() -> None:
    assert taken(1.0, 25, 4) == [0.0, 1.0, 2.0, 3.0]
    assert taken(0.2, 5, 1) == [0.0, 0.2, 0.4, 0.6, 0.8]


def test_an_interval_of_zero_takes_them_all() -> None:
    assert len(taken(0, 25, 2)) == 50


def test_a_camera_slower_than_the_interval_loses_nothing() -> None:
    assert len(taken(0.2, 2, 10)) == 20


@given(st.sampled_from([0.2, 0.5, 1.0, 2.0]), st.floats(1, 60), st.floats(1, 60))
def test_two_rates_take_the_same_moments_within_a_frame(
    every_s: float, one: float, other: float
) -> None:
    slow = max(1 / one, 1 / other)
    if slow > every_s:
        return
    for a, b in zip(taken(every_s, one, 20), taken(every_s, other, 20), strict=False):
        assert abs(a - b) <= slow + 1e-6


def test_after_a_leap_the_next_frame_is_taken() -> None:
    sampler = Sampler(SECOND_NS)
    assert sampler.takes(0)
    assert not sampler.takes(SECOND_NS // 2)
    assert sampler.takes(3600 * SECOND_NS)
    assert not sampler.takes(3600 * SECOND_NS + 1)


def test_a_negative_interval_is_refused() -> None:
    with pytest.raises(ValueError, match="got an interval of -1 ns, expected 0 or more"):
        Sampler(-1)


def test_nothing_happening_lengthens_the_interval_and_something_shortens_it_at_once() -> None:
    sampler = Sampler(2 * SECOND_NS, 8 * SECOND_NS)
    assert sampler.takes(0)
    sampler.settle(quiet=True)
    times = range(1, 21)
    assert [second for second in times if sampler.takes(second * SECOND_NS)] == [2, 10, 18]
    sampler.settle(quiet=False)
    assert [second for second in range(21, 27) if sampler.takes(second * SECOND_NS)] == [
        21,
        22,
        24,
        26,
    ]


def test_an_idle_interval_is_never_shorter_than_the_other() -> None:
    assert Sampler(5 * SECOND_NS, SECOND_NS).interval_ns == 5 * SECOND_NS


@given(
    st.floats(1.9, 2.1), st.lists(st.floats(-0.2, 0.2), min_size=20, max_size=20), st.floats(0, 2)
)
def test_of_key_frames_as_rare_as_looks_every_one_is_taken(
    step_s: float, jitter_s: list[float], phase_s: float
) -> None:
    """However unevenly they come, and wherever they lie against whole seconds."""
    sampler = Sampler(2 * SECOND_NS)
    step_ns = round(step_s * SECOND_NS)
    for number, moved_s in enumerate(jitter_s):
        media_ns = round((phase_s + number * step_s + moved_s) * SECOND_NS)
        assert sampler.wants(media_ns, step_ns)
        sampler.took(media_ns, step_ns)


def test_of_key_frames_one_is_taken_if_the_next_would_come_too_late() -> None:
    sampler = Sampler(5 * SECOND_NS)
    taken = []
    for second in range(0, 31, 2):
        if sampler.wants(second * SECOND_NS, 2 * SECOND_NS):
            sampler.took(second * SECOND_NS, 2 * SECOND_NS)
            taken.append(second)
    assert taken == [0, 4, 8, 12, 16, 20, 24, 28]


def test_a_busy_machine_stretches_every_interval() -> None:
    sampler = Sampler(2 * SECOND_NS, 8 * SECOND_NS)
    sampler.stretch = Fraction(3, 2)
    assert (sampler.wanted_ns, sampler.interval_ns) == (2 * SECOND_NS, 3 * SECOND_NS)
    sampler.settle(quiet=True)
    assert (sampler.wanted_ns, sampler.interval_ns) == (8 * SECOND_NS, 12 * SECOND_NS)


def looks_when_quiet(phase: float, begin_s: int = 0) -> list[int]:
    """Seconds of the looks in five minutes, with a key frame every 2 s and nothing to see."""
    sampler = Sampler(2 * SECOND_NS, 8 * SECOND_NS, phase)
    taken: list[int] = []
    for second in range(begin_s, begin_s + 300, 2):
        if sampler.wants(second * SECOND_NS, 2 * SECOND_NS):
            sampler.took(second * SECOND_NS, 2 * SECOND_NS)
            taken.append(second)
            sampler.settle(quiet=True)
    return taken


@given(st.floats(0, 1), st.integers(0, 20))
def test_a_quiet_camera_is_looked_at_in_its_own_place_and_never_later_than_it_should_be(
    phase: float, begin_s: int
) -> None:
    taken = looks_when_quiet(phase, begin_s)
    apart = [after - before for before, after in pairwise(taken)]
    assert max(apart) == 8
    assert min(apart) >= 2
    assert set(apart[6:]) == {8}, "in its place after a few looks"
    assert -2 <= (taken[-1] - 8 * phase + 4) % 8 - 4 <= 2


def test_cameras_that_begin_together_are_spread_over_the_interval() -> None:
    last = [looks_when_quiet(number / 8)[-1] % 8 for number in range(8)]
    assert {last.count(second) for second in (0, 2, 4, 6)} == {2}


def test_a_sampler_without_a_place_waits_whole_intervals_from_the_first_quiet_look_on() -> None:
    sampler = Sampler(2 * SECOND_NS, 8 * SECOND_NS)
    sampler.took(0, 2 * SECOND_NS)
    sampler.settle(quiet=True)
    assert sampler.wants(2 * SECOND_NS, 2 * SECOND_NS)
    sampler.took(2 * SECOND_NS, 2 * SECOND_NS)
    assert not any(sampler.wants(at * SECOND_NS, 2 * SECOND_NS) for at in (4, 6, 8))
    assert sampler.wants(10 * SECOND_NS, 2 * SECOND_NS)


def seconds_taken(sampler: Sampler, *, fps: int, begin_s: float, end_s: float) -> list[float]:
    times = [number / fps for number in range(round(begin_s * fps), round(end_s * fps))]
    return [at_s for at_s in times if sampler.takes(round(at_s * SECOND_NS))]


def test_a_moment_is_looked_at_besides_the_regular_looks_and_moves_none_of_them() -> None:
    sampler = Sampler(2 * SECOND_NS)
    assert sampler.takes(0)
    sampler.settle(quiet=False, due_ns=5 * SECOND_NS)
    assert seconds_taken(sampler, fps=10, begin_s=0.1, end_s=9) == [2.0, 4.0, 5.0, 6.0, 8.0]


def test_a_moment_that_falls_on_a_regular_look_is_looked_at_once() -> None:
    sampler = Sampler(2 * SECOND_NS)
    assert sampler.takes(0)
    sampler.settle(quiet=False, due_ns=4 * SECOND_NS)
    assert seconds_taken(sampler, fps=10, begin_s=0.1, end_s=9) == [2.0, 4.0, 6.0, 8.0]


def test_an_older_look_that_ends_later_does_not_ask_for_the_same_moment_again() -> None:
    """The reader is ahead of whoever looks: what it has taken since, that one does not know."""
    sampler = Sampler(2 * SECOND_NS)
    sampler.took(0)
    sampler.settle(quiet=False, due_ns=3 * SECOND_NS)
    assert sampler.takes(3 * SECOND_NS)
    sampler.settle(quiet=False, due_ns=3 * SECOND_NS)
    assert sampler.moment_ns is None
    assert not sampler.wants(3 * SECOND_NS + 1)


def test_a_moment_goes_when_what_stood_has_gone() -> None:
    sampler = Sampler(2 * SECOND_NS)
    sampler.took(0)
    sampler.settle(quiet=False, due_ns=3 * SECOND_NS)
    sampler.settle(quiet=True)
    assert not sampler.wants(3 * SECOND_NS // 2)
    assert sampler.moment_ns is None


def test_of_key_frames_none_is_taken_before_the_moment_on_its_account() -> None:
    sampler = Sampler(4 * SECOND_NS)
    sampler.took(0, 2 * SECOND_NS)
    sampler.settle(quiet=False, due_ns=3 * SECOND_NS)
    assert not sampler.wants(2 * SECOND_NS, 2 * SECOND_NS)
    assert sampler.wants(3 * SECOND_NS)
