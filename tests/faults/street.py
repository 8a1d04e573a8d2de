"""What the cameras of a fault run show: a street where a pile stands all the time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import av
import cv2
import numpy as np

from tests.e2e.kit import street

FPS = 10
KEY_S = 1
SIZES_WH = ((480, 360), (640, 480))
"""What a camera may be set to. Of either, as many pixels of a fence are remembered."""

EMPTY_S = 10
_ROUND_S = 10
_ROUNDS = 180


@dataclass(frozen=True, slots=True)
class Clips:
    """H.264, half an hour each, a key frame a second.

    ``arriving``: for its first ``EMPTY_S`` the place is empty. ``standing``: it never is; one
    clip for each of ``SIZES_WH``.
    """

    arriving: Path
    standing: tuple[Path, ...]


def write_clips(folder: Path) -> Clips:
    empty = _encoded(folder / "empty.mp4", SIZES_WH[0], EMPTY_S, box=False)
    rounds = [
        _encoded(folder / f"round-{size_wh[0]}.mp4", size_wh, _ROUND_S, box=True)
        for size_wh in SIZES_WH
    ]
    standing = tuple(_joined(folder / f"standing-{one.name}", [one] * _ROUNDS) for one in rounds)
    arriving = _joined(folder / "arriving.mp4", [empty, *[rounds[0]] * _ROUNDS])
    return Clips(arriving, standing)


def _encoded(path: Path, size_wh: tuple[int, int], seconds: int, *, box: bool) -> Path:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=FPS)
        (stream.width, stream.height), stream.pix_fmt = size_wh, "yuv420p"
        stream.options = {"preset": "ultrafast", "crf": "24", "g": str(FPS * KEY_S), "bf": "0"}
        for number in range(seconds * FPS):
            picture = cv2.resize(street(box, number), size_wh).astype(np.uint8)
            frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
            frame.pts = number
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def _joined(path: Path, parts: Sequence[Path]) -> Path:
    """One after the other, without encoding anything again."""
    with av.open(str(path), "w") as container:
        target, begin = None, 0
        for part in parts:
            with av.open(str(part)) as source:
                stream = source.streams.video[0]
                target = target or container.add_stream_from_template(stream)
                end = begin
                for packet in source.demux(stream):
                    if packet.pts is None or packet.dts is None:
                        continue
                    packet.pts, packet.dts = packet.pts + begin, packet.dts + begin
                    end = packet.pts + (packet.duration or 0)
                    packet.stream = target
                    container.mux(packet)
                begin = end
    return path
