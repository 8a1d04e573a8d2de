"""A video file as a recording: every picture, in order, as fast as it is asked for."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing, nullcontext
from dataclasses import dataclass
from pathlib import Path

from av.video.frame import VideoFrame

from detector.frame import Frame
from detector.sources.connection import Connection, Demand, Placed, Stamped
from detector.sources.errors import Fault, SourceError
from detector.sources.failures import explain_file
from detector.sources.keys import recorded_keys
from detector.sources.picture import PictureConverter
from detector.sources.status import OnStatus, SourceState, SourceStatus, ignore_status
from detector.sources.timeline import Timeline
from detector.sources.video import OpenedVideo, open_video, packets, pictures
from fences.clock import SECOND_NS
from fences.observation import Gap

_OPTIONS = {"protocol_whitelist": "file,crypto,data"}  # a playlist must not reach the network
_ENDS_EARLY_NS = SECOND_NS


@dataclass(frozen=True, slots=True)
class RecordingFacts:
    """What a video file tells of itself before it is decoded.

    ``size_wh`` in pixels, as shown (turned upright); ``fps`` pictures per second;
    ``duration_s`` as announced, ``None`` where it is not.
    """

    size_wh: tuple[int, int]
    fps: float
    duration_s: float | None
    codec: str


class RecordingSource:
    """The pictures of a video file, media time from 0 by its time stamps.

    ``demand`` gets only those that it wants: of a file with key frames as often as that, the key
    frames, which is many times faster than decoding everything.

    ``wall_ns`` of a picture is ``start_wall_ns`` plus its media time. A leap of the time
    stamps over ``jump_s`` is a gap. A file that ends before its announced end gives the
    pictures that are there, then a gap up to that end and an offline status. Iterating opens
    the file afresh each time and raises ``SourceError`` if it gives no picture at all.
    """

    def __init__(
        self,
        path: Path,
        *,
        start_wall_ns: int = 0,
        jump_s: float = 3.0,
        threads: int = 0,
        on_status: OnStatus = ignore_status,
        demand: Demand | None = None,
    ) -> None:
        self._path = path
        self._start_wall_ns = start_wall_ns
        self._jump_ns = int(jump_s * SECOND_NS)
        self._threads = threads
        self._on_status = on_status
        self._demand = demand
        self._closed = threading.Event()

    def __iter__(self) -> Iterator[Frame | Gap]:
        opened = open_recording(self._path, threads=self._threads)
        with closing(opened.container):
            timeline = Timeline(opened.time_base, opened.step_ns, jump_ns=self._jump_ns)
            yield from self._frames(opened, timeline)

    def close(self) -> None:
        """End the iteration before its next picture."""
        self._closed.set()

    def _frames(self, opened: OpenedVideo, timeline: Timeline) -> Iterator[Frame | Gap]:
        converter = PictureConverter()
        failure: SourceError | None = None
        last_length_ns, seen = 0, False
        try:
            for item in self._wanted(opened, timeline):
                if self._closed.is_set():
                    return
                if isinstance(item, Gap):
                    yield item
                    continue
                seen, media_ns = True, item.media_ns
                yield converter.frame(media_ns, self._start_wall_ns + media_ns, item.picture)
                last_length_ns = _length_ns(opened, item.picture)
        except SourceError as error:
            failure = error
        if not seen:
            raise failure or _no_picture(opened.where)
        end_ns = max(timeline.end_ns, timeline.last_ns + last_length_ns)
        yield from self._early_end(opened, end_ns, failure)

    def _wanted(self, opened: OpenedVideo, timeline: Timeline) -> Iterator[Placed | Gap]:
        def place(item: Stamped) -> tuple[int, Gap | None]:
            return timeline.place(item.pts, item.dts)

        connection = Connection(
            opened, place, nullcontext(), self._demand, recorded_keys(opened.stream)
        )
        for packet in packets(opened):
            yield from connection.take(packet)

    def _early_end(
        self, opened: OpenedVideo, end_ns: int, failure: SourceError | None
    ) -> Iterator[Gap]:
        announced_ns = opened.duration_ns or 0
        if failure is None and announced_ns - end_ns <= _ENDS_EARLY_NS:
            return
        detail = f"only {end_ns / SECOND_NS:.1f} s of {announced_ns / SECOND_NS:.1f} s are there"
        until_ns = max(announced_ns, end_ns + 1)
        self._on_status(
            SourceStatus(
                SourceState.OFFLINE, self._start_wall_ns + end_ns, Fault.ENDS_EARLY, detail
            )
        )
        yield Gap(end_ns, until_ns, Fault.ENDS_EARLY)


def open_recording(path: Path, *, threads: int = 0) -> OpenedVideo:
    """Open a video file that exists and is not empty. Raises ``SourceError``."""
    where = str(path)
    if not path.is_file():
        raise SourceError(
            Fault.NOT_FOUND,
            "it is a folder" if path.is_dir() else "no such file",
            where=where,
            expected="a video file",
            remedy="check the path",
        )
    if path.stat().st_size == 0:
        raise SourceError(
            Fault.EMPTY,
            "the file is empty",
            where=where,
            expected="a video file",
            remedy="record or copy it again",
        )
    return open_video(
        f"file:{path}", where=where, explain=explain_file, options=_OPTIONS, threads=threads
    )


def recording_facts(path: Path) -> RecordingFacts:
    """Size, rate and length of a video file; decodes one picture to know which way is up.

    Raises ``SourceError``.
    """
    opened = open_recording(path)
    with closing(opened.container):
        first = next(pictures(opened), None)
        if first is None:
            raise _no_picture(opened.where)
        lies = round(first.rotation / 90) % 2 == 1
        wide, high = (first.height, first.width) if lies else (first.width, first.height)
        duration_ns = opened.duration_ns
        return RecordingFacts(
            size_wh=(wide, high),
            fps=float(opened.fps),
            duration_s=None if duration_ns is None else duration_ns / SECOND_NS,
            codec=opened.stream.codec_context.name,
        )


def _length_ns(opened: OpenedVideo, picture: VideoFrame) -> int:
    return int(picture.duration * opened.time_base * SECOND_NS)


def _no_picture(where: str) -> SourceError:
    return SourceError(
        Fault.NO_PICTURE,
        "no picture in it can be decoded",
        where=where,
        expected="a video with at least one whole picture",
        remedy="record or copy it again",
    )
