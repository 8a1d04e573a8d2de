"""A camera that is lost and found again all night long leaves nothing of its connections behind.

What FFmpeg holds is not Python's: it is asked of the C library, and a leak of one connection's
decoder, or of one packet each, is proven to be found.
"""

from __future__ import annotations

import ctypes
import gc
import platform
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from av.packet import Packet
from av.video.stream import VideoStream

from detector.sampling import Sampler
from detector.sources.address import Address, parse_address
from detector.sources.live import LiveSource
from detector.sources.patience import LiveOptions
from detector.sources.recording import open_recording
from detector.sources.ring import Ring
from detector.sources.status import SourceState, SourceStatus
from detector.sources.video import OpenedVideo
from fences.clock import SECOND_NS
from tests.alerts_kit import FakeClock

WriteClip = Callable[..., Path]
CONNECTIONS, WARM = 40, 20
KEPT_BYTES = 400
"""What a connection may leave on average; its smallest packet takes as much."""


class _Malloc(ctypes.Structure):
    """GNU's ``struct mallinfo2``."""

    _fields_ = tuple(
        (name, ctypes.c_size_t)
        for name in (
            *("arena", "ordblks", "smblks", "hblks", "hblkhd"),
            *("usmblks", "fsmblks", "uordblks", "fordblks", "keepcost"),
        )
    )


def bytes_in_use() -> int:
    """Of everything that was asked of the C library and not given back to it."""
    asked = getattr(ctypes.CDLL(None), "mallinfo2", None)
    if asked is None:
        pytest.skip(f"needs mallinfo2 of GNU's C library 2.33, not {platform.libc_ver()}")
    asked.restype = _Malloc
    gc.collect()
    info = asked()
    return int(info.uordblks + info.hblkhd)


@dataclass
class Door:
    """Opens the clip so many times; ``kept`` is what somebody forgot to let go."""

    clip: Path
    left: int
    keep: Callable[[OpenedVideo], Any] | None
    kept: list[Any] = field(default_factory=list)

    def __call__(self, _address: Address, _options: LiveOptions) -> OpenedVideo:
        self.left -= 1
        assert self.left >= 0, "it was closed and goes on"
        opened = open_recording(self.clip)
        if self.keep is not None:
            self.kept.append(self.keep(opened))
        return opened


def growth(clip: Path, connections: int, keep: Callable[[OpenedVideo], Any] | None) -> float:
    """Bytes that a connection has left behind, on average over those after the first few."""
    clock, grown = FakeClock(), [0]
    door = Door(clip, WARM + connections, keep)
    ring = Ring(10 * SECOND_NS, 1 << 20, clock)

    def told(status: SourceStatus) -> None:
        if status.state is SourceState.OFFLINE:
            if door.left == connections:
                grown[0] = -bytes_in_use()
            if door.left == 0:
                source.close()

    source = LiveSource(
        parse_address("rtsp://camera/1"),
        clock,
        np.random.default_rng(1),
        on_status=told,
        demand=Sampler(0),
        tap=ring,
        open_live=door,
    )
    frames = sum(1 for _ in source)
    assert frames >= WARM + connections, "no pictures, so nothing was proven"
    return (grown[0] + bytes_in_use()) / connections


def test_connections_that_break_leave_nothing(write_clip: WriteClip) -> None:
    assert growth(write_clip(pictures=3), CONNECTIONS, keep=None) < KEPT_BYTES


def _packet(opened: OpenedVideo) -> Packet[VideoStream]:
    packet = next(opened.container.demux(opened.stream))
    opened.container.seek(0)
    return packet


LEAKS = {"decoder": lambda opened: opened.stream, "packet": _packet}


@pytest.mark.parametrize("keep", LEAKS.values(), ids=LEAKS)
def test_what_one_connection_leaves_is_found(
    keep: Callable[[OpenedVideo], Any], write_clip: WriteClip
) -> None:
    assert growth(write_clip(pictures=3), CONNECTIONS, keep) > KEPT_BYTES
