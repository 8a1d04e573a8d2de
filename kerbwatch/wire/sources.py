"""From a camera's address to the source of its frames."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from detector.frame import FrameSource
from detector.sources.address import Address, SourceKind
from detector.sources.folder import FolderSource
from detector.sources.live import LiveSource
from detector.sources.paced import PacedSource
from detector.sources.recording import RecordingSource
from detector.sources.status import OnStatus
from fences.clock import Clock

FOLDER_FPS = Fraction(1)
"""Pictures of a folder that is played as a camera come once a second."""


def live_source(
    address: Address,
    clock: Clock,
    generator: np.random.Generator,
    *,
    after_ns: int,
    on_status: OnStatus,
) -> FrameSource:
    """The source of a camera that is watched live; files and folders are played in a loop.

    ``after_ns``: media time before which no frame may lie, so that it grows over restarts.
    """
    if address.is_live:
        return LiveSource(address, clock, generator, after_ns=after_ns, on_status=on_status)
    path = address.path
    assert path is not None

    def open_recording() -> FrameSource:
        if address.kind is SourceKind.FOLDER:
            return FolderSource(path, fps=FOLDER_FPS)
        return RecordingSource(path, threads=1)

    start_ns = max(clock.wall_ns(), after_ns)
    return PacedSource(open_recording, clock, start_wall_ns=start_ns, on_status=on_status)
