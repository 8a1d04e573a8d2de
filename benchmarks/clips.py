"""What the cameras show: real clips as a street camera would send them, or drawn ones."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from av.video.frame import PictureType, VideoFrame

from benchmarks.setting import Setting
from detector.frame import Image

FPS, KEY_S = 25, 2.0
FULL_WH, SUB_WH, QUICK_WH = (1920, 1080), (704, 576), (640, 360)
_KBPS = {FULL_WH: 2000, SUB_WH: 512, QUICK_WH: 400}
_REAL = (
    "aboda_video4.avi",
    "towncentre_10s_h264.mp4",
    "intel_car-detection.mp4",
    "bgs_video03.avi",
)
DRAWN_FENCE = [[0.05, 0.3], [0.5, 0.3], [0.5, 0.95], [0.05, 0.95]]


@dataclass(frozen=True, slots=True)
class Clip:
    """A file of H.264 with the fences that it is watched with, as in ``streams.yaml``.

    ``still``: they are where nothing happens.
    """

    path: Path
    fences: tuple[dict[str, Any], ...]
    origin: str
    still: bool = False

    @property
    def name(self) -> str:
        return f"{self.origin}{' (still)' if self.still else ''}"

    @property
    def polygons(self) -> list[Any]:
        return [fence["polygon"] for fence in self.fences]


@dataclass(frozen=True, slots=True)
class Visit:
    """When a thing stands in a drawn clip, in seconds, and how long the clip is.

    A clip is whole groups of pictures: another length would not be the one that is played.
    """

    from_s: float
    to_s: float
    length_s: float

    def __post_init__(self) -> None:
        if self.length_s % KEY_S:
            raise ValueError(f"got a length of {self.length_s} s, expected a multiple of {KEY_S}")

    def later(self, by_s: float) -> Visit:
        """The same in a clip of the same length, that much later."""
        return replace(self, from_s=self.from_s + by_s, to_s=self.to_s + by_s)


def camera_clips(setting: Setting, size_wh: tuple[int, int] = FULL_WH) -> list[Clip]:
    """The clips that cameras show in turn: real where there are any, drawn in a quick run."""
    folder = setting.work / "clips"
    folder.mkdir(parents=True, exist_ok=True)
    if setting.quick or setting.shared is None:
        return [drawn_clip(folder, QUICK_WH if setting.quick else size_wh, Visit(3, 7, 8), 2.0)]
    truth = json.loads((setting.shared / "footage/truth.json").read_text("utf-8"))["clips"]
    clips = []
    for name in _REAL:
        made = folder / f"{Path(name).stem}-{size_wh[0]}x{size_wh[1]}.mp4"
        if not made.is_file():
            encode(_evenly(setting.shared / "footage" / name), made, size_wh)
        clips.append(Clip(made, tuple(truth[name]["fences"]), name))
    return clips


def drawn_clip(folder: Path, size_wh: tuple[int, int], visit: Visit, dwell_s: float) -> Clip:
    """A grey street where a dark box stands for a while; nothing else moves."""
    made = folder / f"drawn-{size_wh[0]}x{size_wh[1]}-{visit.from_s:g}-{visit.length_s:g}.mp4"
    if not made.is_file():
        encode(_drawn(size_wh, visit), made, size_wh)
    return Clip(made, (drawn_fence(dwell_s),), "drawn")


def drawn_fence(dwell_s: float) -> dict[str, Any]:
    rule = {"dwell_s": dwell_s, "clear_after_s": 2.0}
    return {"id": "corner", "polygon": DRAWN_FENCE, "scenarios": {"construction_waste": rule}}


def encode(pictures: Iterable[VideoFrame], to: Path, size_wh: tuple[int, int]) -> None:
    """H.264 as cameras send it: 25 a second, a key frame every 2 s, no B-frames, 2 Mbit/s.

    Without what is left over of the last 2 s, so that they stay as far apart where it is repeated.
    """
    part = to.with_name(to.name + ".part")
    kbps = _KBPS.get(size_wh, _KBPS[FULL_WH])
    options = {
        "preset": "veryfast",
        "bf": "0",
        "sc_threshold": "0",
        "maxrate": f"{kbps}k",
        "bufsize": f"{2 * kbps}k",
    }
    with av.open(str(part), "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=FPS, options=options)
        stream.width, stream.height, stream.pix_fmt = *size_wh, "yuv420p"
        stream.bit_rate, stream.gop_size = kbps * 1000, round(KEY_S * FPS)
        for number, picture in enumerate(_whole_groups(pictures)):
            sized = picture.reformat(*size_wh, format="yuv420p")
            sized.pts, sized.time_base = number, Fraction(1, FPS)
            sized.pict_type = PictureType.NONE  # or it stays a key frame where it was one
            container.mux(stream.encode(sized))
        container.mux(stream.encode(None))
    part.replace(to)


def _whole_groups(pictures: Iterable[VideoFrame]) -> Iterator[VideoFrame]:
    size = round(KEY_S * FPS)
    group: list[VideoFrame] = []
    for number, picture in enumerate(pictures):
        group.append(picture)
        if len(group) == size or number < size:  # a clip may be shorter than that
            yield from group
            group.clear()


def lengthened(clip: Clip, seconds: float) -> Clip:
    """The clip again and again, by copying its packets, until it is that long."""
    made = clip.path.with_name(f"{clip.path.stem}-{seconds:g}s.mp4")
    if not made.is_file():
        _repeat(clip.path, made, seconds)
    return Clip(made, clip.fences, clip.origin)


def _repeat(path: Path, made: Path, seconds: float) -> None:
    part = made.with_name(made.name + ".part")
    with av.open(str(part), "w", format="mp4") as to:
        target = None
        number, limit = 0, round(seconds * FPS)
        while number < limit:
            with av.open(str(path)) as source:
                stream = source.streams.video[0]
                target = target or to.add_stream_from_template(stream)
                for packet in source.demux(stream):
                    if packet.size == 0 or number >= limit:
                        continue
                    packet.stream = target
                    packet.time_base = Fraction(1, FPS)
                    packet.pts = packet.dts = number
                    packet.duration = 1
                    number += 1
                    to.mux(packet)
    part.replace(made)


def _evenly(path: Path) -> Iterator[VideoFrame]:
    """The pictures of a file at 25 a second: repeated or left out as its own rate demands."""
    with av.open(str(path)) as container:
        due = 0
        for picture in container.decode(video=0):
            while picture.time is not None and picture.time >= due / FPS:
                yield picture
                due += 1


def _drawn(size_wh: tuple[int, int], visit: Visit) -> Iterator[VideoFrame]:
    """Noise of the sensor on a street with a texture, so that there is something to encode."""
    wide, high = size_wh
    rng = np.random.default_rng(7)
    small = rng.integers(90, 190, (high // 24, wide // 24, 3)).astype(np.uint8)
    street: Image = np.asarray(
        cv2.resize(small, size_wh, interpolation=cv2.INTER_CUBIC), dtype=np.uint8
    )
    noises = [rng.integers(0, 7, (high, wide, 1)).astype(np.uint8) for _ in range(5)]
    taken = street.copy()
    taken[high // 2 : high * 4 // 5, wide * 3 // 20 : wide * 3 // 8] = (40, 60, 90)
    for number in range(round(visit.length_s * FPS)):
        there = visit.from_s <= number / FPS < visit.to_s
        picture = (taken if there else street) + noises[number % len(noises)]
        yield VideoFrame.from_ndarray(picture.astype(np.uint8), format="bgr24")
