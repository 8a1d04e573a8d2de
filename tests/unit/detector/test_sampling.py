"""Which frames are looked at depends on media time, hardly on the frame rate."""

from __future__ import annotations

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
