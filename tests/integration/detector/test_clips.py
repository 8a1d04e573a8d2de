"""Clips of a real RTSP camera: its own packets, before and after, and never of two connections."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from detector.frame import Frame
from detector.sampling import Sampler
from detector.sources.address import parse_address
from detector.sources.live import LiveSource
from detector.sources.remux import Cut
from detector.sources.ring import Ring, Wanted
from fences.clock import SECOND_NS
from fences.observation import Gap
from kerbwatch.clock import SystemClock
from tests.integration.detector.test_rtsp import OPTIONS

MAX_BYTES = 60_000
"""About four seconds of the clip that the camera plays."""

_SLICES = {1, 5}
_PARAMETER_SETS = {7, 8}

pytestmark = pytest.mark.timeout(60)


class Watcher:
    """Reads a camera as the service does: key frames only, its packets into a ring."""

    def __init__(self, url: str) -> None:
        self.ring = Ring(SECOND_NS, MAX_BYTES, SystemClock())
        self.source = LiveSource(
            parse_address(url),
            SystemClock(),
            np.random.default_rng(1),
            options=OPTIONS,
            demand=Sampler(SECOND_NS),
            tap=self.ring,
        )
        self._items: Iterator[Frame | Gap] = iter(self.source)
        self.cuts: list[Cut | None] = []

    def next(self) -> Frame | Gap:
        item = next(self._items)
        assert self.ring.bytes <= MAX_BYTES
        return item

    def frame(self, number: int = 1) -> Frame:
        """The next frame but so many."""
        frames = 0
        while True:
            item = self.next()
            frames += isinstance(item, Frame)
            if isinstance(item, Frame) and frames == number:
                return item

    def want(self, frame: Frame) -> None:
        wanted = self.ring.want(frame.media_ns, SECOND_NS, SECOND_NS, self.take)
        assert wanted is not None

    def take(self, wanted: Wanted) -> None:
        self.cuts.append(self.ring.take(wanted))

    def cut(self) -> Cut:
        """The clip that was wanted, once it is there."""
        while not self.cuts:
            self.next()
        cut = self.cuts.pop()
        assert cut is not None
        return cut


@pytest.fixture
def watch(start_camera: Callable[[], Any]) -> Iterator[Callable[[], tuple[Any, Watcher]]]:
    watchers: list[Watcher] = []

    def start() -> tuple[Any, Watcher]:
        camera = start_camera()
        watchers.append(Watcher(camera.url()))
        return camera, watchers[-1]

    yield start
    for watcher in watchers:
        watcher.source.close()


def pictures(clip: Path) -> list[int]:
    """The numbers of a clip's pictures: each is as bright as it says. All of them decode."""
    with av.open(clip) as container:
        decoded = list(container.decode(video=0))
    assert not any(picture.is_corrupt for picture in decoded)
    assert decoded[0].pts == 0
    times = [float(picture.time or 0.0) for picture in decoded]
    steps = [later - earlier for earlier, later in pairwise(times)]
    assert steps == pytest.approx([0.04] * len(steps), abs=0.002)
    return [round(float(it.to_ndarray(format="bgr24").mean())) for it in decoded]


def units(clip: Path, kinds: set[int]) -> list[bytes]:
    """The NAL units of some kinds in an MP4, in order."""
    found = []
    with av.open(clip) as container:
        for packet in container.demux(video=0):
            data, at = bytes(packet), 0
            while at < len(data):
                size = int.from_bytes(data[at : at + 4], "big")
                unit = data[at + 4 : at + 4 + size]
                if unit[0] & 31 in kinds:
                    found.append(unit)
                at += 4 + size
    return found


def number_of(frame: Frame) -> int:
    return round(float(frame.image().mean()))


def test_a_clip_is_what_the_camera_sent_before_and_after_and_no_byte_of_it_is_new(
    watch: Callable[[], tuple[Any, Watcher]], live_clip: Path, tmp_path: Path
) -> None:
    _, watcher = watch()
    seen = watcher.frame(3)
    watcher.want(seen)
    cut = watcher.cut()
    clip = tmp_path / "clip.mp4"
    cut.write(clip)
    numbers, at = pictures(clip), number_of(seen)
    assert len(numbers) == pytest.approx(51, abs=2)
    assert numbers == pytest.approx(range(at - 25, at - 25 + len(numbers)), abs=1)
    assert cut.duration_ns == pytest.approx(2 * SECOND_NS, abs=SECOND_NS // 10)
    assert seen.media_ns - cut.begin_ns == pytest.approx(SECOND_NS, abs=SECOND_NS // 100)

    sent, kept = units(live_clip, _SLICES), units(clip, _SLICES)
    begin = sent.index(kept[0])
    assert kept == sent[begin : begin + len(kept)]
    data = clip.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")


def test_a_camera_that_dies_in_the_middle_leaves_what_it_has_sent_and_comes_back_for_the_next(
    watch: Callable[[], tuple[Any, Watcher]], tmp_path: Path
) -> None:
    camera, watcher = watch()
    first = watcher.frame(3)
    watcher.want(first)
    camera.kill()
    camera.start()
    while not isinstance(watcher.next(), Gap):
        pass
    broken = watcher.cut()
    broken.write(tmp_path / "broken.mp4")
    numbers, at = pictures(tmp_path / "broken.mp4"), number_of(first)
    assert 25 <= len(numbers) < 51
    assert numbers == pytest.approx(range(at - 25, at - 25 + len(numbers)), abs=1)

    again = watcher.frame(3)
    watcher.want(again)
    watcher.cut().write(tmp_path / "whole.mp4")
    assert len(pictures(tmp_path / "whole.mp4")) == pytest.approx(51, abs=2)
    assert broken.begin_ns + broken.duration_ns < again.media_ns
