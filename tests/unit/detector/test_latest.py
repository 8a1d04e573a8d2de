"""The newest frame wins, gaps are never lost, and order is by media time."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from detector.frame import Frame
from detector.latest import Latest, Waiting
from fences.observation import Gap, Tick


def frame(media_ns: int) -> Frame:
    return Frame(media_ns, media_ns, lambda: np.zeros((2, 2, 3), np.uint8))


def test_a_newer_frame_takes_the_place_of_one_that_still_waits() -> None:
    latest = Latest()
    for at in (1, 2, 3):
        latest.put(newest := frame(at), now_ns=10 * at)
    assert latest.take() == Waiting((), newest, since_ns=10)
    assert latest.dropped == 2
    assert latest.take() is None


def test_gaps_come_before_the_frame_that_ends_them() -> None:
    latest = Latest()
    latest.put(frame(1), 1)
    latest.put(gap := Gap(1, 5, "timed_out"), 2)
    assert latest.take() == Waiting((gap,), None, since_ns=1)
    latest.put(gap, 2)
    latest.put(back := frame(6), 3)
    assert latest.take() == Waiting((gap,), back, since_ns=3)


def test_a_tick_counts_only_where_there_is_no_frame() -> None:
    latest = Latest()
    latest.put(tick := Tick(9, 9), 1)
    waiting = latest.take()
    assert waiting is not None
    assert waiting.last == tick
    latest.put(Tick(10, 10), 2)
    latest.put(newest := frame(11), 3)
    latest.put(Tick(12, 12), 4)
    assert latest.take() == Waiting((), newest, since_ns=3)
    assert latest.take() is None
    assert latest.dropped == 0


@given(st.lists(st.booleans(), max_size=300), st.integers(1, 40))
def test_media_time_never_runs_backwards_and_gaps_cover_what_was_told(
    are_gaps: list[bool], taken_every: int
) -> None:
    latest, ends, last_ns = Latest(), [], 0
    for number, is_gap in enumerate(are_gaps, start=1):
        latest.put(Gap(number - 1, number, "lost") if is_gap else frame(number), number)
        if number % taken_every == 0 and (waiting := latest.take()) is not None:
            ends += [gap.to_ns for gap in waiting.gaps]
            ends += [] if waiting.last is None else [waiting.last.media_ns]
            last_ns = number
    waiting = latest.take()
    rest = [] if waiting is None else [gap.to_ns for gap in waiting.gaps]
    assert ends == sorted(ends)
    assert all(end > last_ns for end in rest)
    told = [number for number, is_gap in enumerate(are_gaps, start=1) if is_gap]
    assert max(told, default=0) <= max(ends + rest, default=0)
