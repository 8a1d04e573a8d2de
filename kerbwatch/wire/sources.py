"""From a camera's address to the source of its frames."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Protocol

import numpy as np

from detector.frame import FrameSource
from detector.sampling import Sampled, Sampler
from detector.sources.access import Access
from detector.sources.address import Address, SourceKind
from detector.sources.folder import FolderSource
from detector.sources.live import LiveSource
from detector.sources.network import NetworkDoor
from detector.sources.paced import PacedSource
from detector.sources.recording import RecordingSource
from detector.sources.snapshot import SnapshotSource
from detector.sources.status import OnStatus
from detector.sources.tap import Tap
from fences.clock import Clock

FOLDER_FPS = Fraction(1)
"""Pictures of a folder that is played as a camera come once a second."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How a camera is read: when pictures of it are wanted, and whose turn it is to decode.

    ``tap`` hears the packets of a live stream; files have none.
    """

    clock: Clock
    generator: np.random.Generator
    sampler: Sampler
    turn: AbstractContextManager[object]
    on_status: OnStatus
    tap: Tap | None = None
    access: Access = field(default=Access())


class LiveFrames(FrameSource, Protocol):
    """A source that is watched live."""

    @property
    def hung(self) -> bool:
        """Whether its reader does not come back; who sees this leaves it behind."""
        ...


def live_source(address: Address, reading: Reading, *, after_ns: int) -> LiveFrames:
    """The source of a camera that is watched live; files and folders are played in a loop.

    It gives the frames that ``reading.sampler`` wants, and no others. ``after_ns``: media time
    before which no frame may lie, so that it grows over restarts.
    """
    clock = reading.clock
    if address.kind is SourceKind.SNAPSHOT:
        return SnapshotSource(
            address,
            clock,
            reading.generator,
            demand=reading.sampler,
            access=reading.access,
            after_ns=after_ns,
            on_status=reading.on_status,
            turn=reading.turn,
        )
    if address.is_live:
        return LiveSource(
            address,
            clock,
            reading.generator,
            after_ns=after_ns,
            on_status=reading.on_status,
            demand=reading.sampler,
            turn=reading.turn,
            tap=reading.tap,
            open_live=NetworkDoor(reading.access, clock),
        )
    path = address.path
    assert path is not None

    def open_recording() -> FrameSource:
        if address.kind is SourceKind.FOLDER:
            return FolderSource(path, fps=FOLDER_FPS)
        return RecordingSource(path, threads=1)

    start_ns = max(clock.wall_ns(), after_ns)
    played = PacedSource(open_recording, clock, start_wall_ns=start_ns, on_status=reading.on_status)
    return _Played(played, reading.sampler)


class _Played(Sampled):
    """A recording that is played as a camera."""

    __slots__ = ()

    @property
    def hung(self) -> bool:
        return False
