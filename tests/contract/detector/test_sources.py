"""What every source promises."""

from __future__ import annotations

from itertools import islice, pairwise

import numpy as np

from detector.frame import Frame, FrameSource
from fences.observation import Gap

SOME = 30  # more than the clip holds, so that live sources reconnect and players start again


def test_media_time_strictly_grows_and_gaps_lie_between_the_pictures(source: FrameSource) -> None:
    items = list(islice(source, SOME))
    assert len([item for item in items if isinstance(item, Frame)]) >= 12
    times = [item.media_ns for item in items if isinstance(item, Frame)]
    assert all(before < after for before, after in pairwise(times))
    for before, gap, after in zip(items, items[1:], items[2:], strict=False):
        if isinstance(gap, Gap):
            assert isinstance(before, Frame)
            assert isinstance(after, Frame)
            assert before.media_ns <= gap.from_ns < gap.to_ns <= after.media_ns
            assert gap.reason


def test_pictures_are_bgr_and_the_same_each_time(source: FrameSource) -> None:
    frames = [item for item in islice(source, 12) if isinstance(item, Frame)]
    for index, frame in enumerate(frames):
        image = frame.image()
        assert image.shape == (48, 64, 3)
        assert image.dtype == np.uint8
        assert abs(float(image.mean()) - 16 * index) < 6
        assert frame.image() is image


def test_times_are_whole_nanoseconds(source: FrameSource) -> None:
    for item in islice(source, SOME):
        if isinstance(item, Frame):
            assert type(item.media_ns) is int
            assert type(item.wall_ns) is int
        else:
            assert type(item.from_ns) is type(item.to_ns) is int


def test_closing_ends_the_iteration_and_may_be_done_twice(source: FrameSource) -> None:
    seen = []
    for item in source:
        seen.append(item)
        if len(seen) == 3:
            source.close()
            source.close()
    assert len(seen) == 3


def test_an_iteration_may_be_given_up(source: FrameSource) -> None:
    iterator = iter(source)
    next(iterator)
    iterator.close()  # type: ignore[attr-defined]
    assert list(iterator) == []
