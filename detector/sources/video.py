"""Opening and decoding with FFmpeg (through PyAV), and its failures in our words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import av
import av.error
from av.container import InputContainer
from av.stream import Discard, Disposition
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from detector.sources.errors import Fault, SourceError
from fences.clock import SECOND_NS

_NOMINAL_RATE = Fraction(25)
_TEXT_DEMUXERS = frozenset({"tty", "ass", "srt", "webvtt", "subviewer", "microdvd", "lrc"})


@dataclass(frozen=True, slots=True)
class OpenedVideo:
    """An open container, its video stream and what it tells of itself."""

    container: InputContainer
    stream: VideoStream
    where: str

    @property
    def time_base(self) -> Fraction:
        return self.stream.time_base or Fraction(1, 90_000)

    @property
    def fps(self) -> Fraction:
        """Pictures per second as the stream announces it, 25 if it does not."""
        return self.stream.average_rate or self.stream.guessed_rate or _NOMINAL_RATE

    @property
    def step_ns(self) -> int:
        """Time between two pictures."""
        return int(SECOND_NS / self.fps)

    @property
    def duration_ns(self) -> int | None:
        """Length as the container announces it."""
        if self.stream.duration is not None:
            return int(self.stream.duration * self.time_base * SECOND_NS)
        if self.container.duration is not None:
            return int(Fraction(self.container.duration, av.time_base) * SECOND_NS)
        return None


def open_video(
    url: str,
    *,
    where: str,
    options: dict[str, str],
    timeout_s: tuple[float, float] | None = None,
    threads: int = 0,
) -> OpenedVideo:
    """Open ``url`` and find its video; ``where`` names it in messages, without credentials.

    ``timeout_s``: for opening and for each read. ``threads``: for decoding, 0 for as many as
    there are cores. Raises ``SourceError``.
    """
    try:
        container = av.open(url, mode="r", options=options, timeout=timeout_s)
    except av.error.FFmpegError as error:
        raise explained(error, where) from error
    try:
        stream = _video_of(container, where)
    except SourceError:
        container.close()
        raise
    for other in container.streams:
        if other is not stream:
            other.discard = Discard.all
    stream.thread_type = "AUTO"
    stream.codec_context.thread_count = threads
    return OpenedVideo(container, stream, where)


def pictures(opened: OpenedVideo) -> Iterator[VideoFrame]:
    """Pictures in the order of presentation; packets that do not decode are passed over.

    Raises ``SourceError`` if reading itself fails.
    """
    try:
        for packet in opened.container.demux(opened.stream):
            try:
                decoded = packet.decode()
            except av.error.InvalidDataError:
                continue
            yield from (picture for picture in decoded if not picture.is_corrupt)
    except av.error.FFmpegError as error:
        raise explained(error, opened.where) from error


def _video_of(container: InputContainer, where: str) -> VideoStream:
    if container.format.name in _TEXT_DEMUXERS:
        raise not_video(where, "it holds text")
    for stream in container.streams.video:
        if not stream.disposition & Disposition.attached_pic:
            if stream.codec_context is None:
                raise not_video(where, "its video codec is unknown")
            return stream
    kinds = sorted({stream.type for stream in container.streams})
    raise not_video(where, f"it holds {' and '.join(kinds) or 'nothing'}, no video")


def not_video(where: str, what: str) -> SourceError:
    return SourceError(
        Fault.NOT_VIDEO,
        what,
        where=where,
        expected="a video",
        remedy="check that it plays elsewhere, or convert it to MP4 with H.264",
    )


_NETWORK = (
    (av.error.HTTPUnauthorizedError, Fault.FORBIDDEN, "it refuses the user name or password"),
    (av.error.HTTPForbiddenError, Fault.FORBIDDEN, "it refuses access"),
    (av.error.HTTPNotFoundError, Fault.NOT_FOUND, "it has no stream of that name"),
    (av.error.ConnectionRefusedError, Fault.REFUSED, "nothing answers at that port"),
    (av.error.ExitError, Fault.TIMED_OUT, "no answer in time"),
    (av.error.TimeoutError, Fault.TIMED_OUT, "no answer in time"),
)


def explained(error: av.error.FFmpegError, where: str) -> SourceError:
    """FFmpeg's error in our words. Its own message is left out where it repeats the address."""
    reason = error.strerror or type(error).__name__
    if isinstance(error, av.error.FileNotFoundError):
        return SourceError(
            Fault.NOT_FOUND, "no such file", where=where,
            expected="a video file", remedy="check the path",
        )  # fmt: skip
    if isinstance(error, av.error.PermissionError):
        return SourceError(
            Fault.FORBIDDEN, "it may not be read", where=where,
            expected="a readable file", remedy="give the service's user the right to read it",
        )  # fmt: skip
    if isinstance(error, av.error.InvalidDataError):
        return not_video(where, "it is damaged or in no known format")
    for kind, fault, what in _NETWORK:
        if isinstance(error, kind):
            return _unanswered(fault, what, where)
    return _unanswered(Fault.UNREACHABLE, f"it cannot be read ({reason})", where)


def _unanswered(fault: Fault, what: str, where: str) -> SourceError:
    return SourceError(
        fault,
        what,
        where=where,
        expected="a camera or server that streams",
        remedy="check address, port, path, user and password, and that it is switched on",
    )
