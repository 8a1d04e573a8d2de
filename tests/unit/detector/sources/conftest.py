"""Clips made on the spot and a clock that waits in no time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest

from fences.clock import SECOND_NS

WriteClip = Callable[..., Path]


class FakeClock:
    """Waiting moves it on; nothing else does."""

    def __init__(self, wall_ns: int = 1_700_000_000 * SECOND_NS) -> None:
        self.now_ns = wall_ns
        self.waits_s: list[float] = []

    def wall_ns(self) -> int:
        return self.now_ns

    def monotonic_ns(self) -> int:
        return self.now_ns

    def wait(self, event: threading.Event, seconds: float) -> bool:
        self.waits_s.append(seconds)
        self.now_ns += int(seconds * SECOND_NS)
        return event.is_set()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def write_clip(tmp_path: Path) -> WriteClip:
    """Write an H.264 clip whose n-th picture has brightness 8 n; ``pts`` in 1/25 s."""

    def write(name: str = "clip.mp4", *, pictures: int = 20, pts: list[int] | None = None) -> Path:
        path = tmp_path / name
        stamps = list(range(pictures)) if pts is None else pts
        options = {"movflags": "faststart"} if path.suffix == ".mp4" else {}
        with av.open(path, "w", options=options) as container:
            stream = container.add_stream("libx264", rate=25)
            stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
            stream.options = {"preset": "ultrafast", "g": "5"}
            for index, stamp in enumerate(stamps):
                grey = np.full((48, 64, 3), min(255, 8 * index), np.uint8)
                picture = av.VideoFrame.from_ndarray(grey, format="bgr24")
                picture.pts = stamp
                container.mux(stream.encode(picture))
            container.mux(stream.encode(None))
        return path

    return write
