"""Opening and decoding with FFmpeg (through PyAV), and its failures in our words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from itertools import chain
from typing import Any

import av
import av.error
from av.container import InputContainer
from av.packet import Packet
from av.stream import Discard, Disposition
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from detector.sources.errors import SourceError
from detector.sources.failures import Explain, not_video, unknown_codec
from fences.clock import SECOND_NS

_NOMINAL_RATE = Fraction(25)
_TEXT_DEMUXERS = frozenset({"tty", "ass", "srt", "webvtt", "subviewer", "microdvd", "lrc"})


@dataclass(frozen=True, slots=True)
class OpenedVideo:
    """An open container, its video stream and what it tells of itself.

    ``on_picture`` is to be called once it has given one: many open, and nothing comes of it.
    """

    container: InputContainer
    stream: VideoStream
    where: str
    explain: Explain
    on_picture: Callable[[], None] = lambda: None

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
    explain: Explain,
    options: dict[str, str],
    threads: int = 0,
) -> OpenedVideo:
    """Open ``url`` and find its video; ``where`` names it in messages, without credentials.

    ``threads``: for decoding, 0 for as many as there are cores. Raises ``SourceError``.
    """
    # No timeout of PyAV's: it asks Python for the time between any two reads of the network.
    try:
        container = av.open(url, mode="r", options=options)
    except av.error.FFmpegError as error:
        raise explain(error, where) from None  # its text holds the password
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
    return OpenedVideo(container, stream, where, explain)


def packets(opened: OpenedVideo) -> Iterator[Packet[VideoStream]]:
    """The video's packets as they come, an empty one at the end.

    Raises ``SourceError`` if reading fails.
    """
    try:
        yield from opened.container.demux(opened.stream)
    except av.error.FFmpegError as error:
        raise opened.explain(error, opened.where) from None


def whole_pictures(decode: Callable[[], Iterable[VideoFrame]]) -> list[VideoFrame]:
    """What decoding gives of packets, nothing for those that are damaged."""
    try:
        return [picture for picture in decode() if not picture.is_corrupt]
    except av.error.InvalidDataError:
        return []


def last_picture(codec: VideoCodecContext, packets: Iterable[Packet[Any]]) -> VideoFrame | None:
    """The last picture of packets that begin with a key frame, ``None`` if none can be decoded.

    Damaged ones are passed over. The codec is at its end then, until its buffers are flushed.
    """
    seen: VideoFrame | None = None
    for packet in chain(packets, (None,)):
        seen = next(reversed(whole_pictures(partial(codec.decode, packet))), seen)
    return seen


def decoded(opened: OpenedVideo) -> Iterator[list[VideoFrame]]:
    """What each packet gives, in the order of presentation; nothing for one that is damaged.

    Raises ``SourceError`` if reading itself fails.
    """
    try:
        for packet in opened.container.demux(opened.stream):
            yield whole_pictures(packet.decode)
    except av.error.FFmpegError as error:
        raise opened.explain(error, opened.where) from None


def pictures(opened: OpenedVideo) -> Iterator[VideoFrame]:
    """All of :func:`decoded`, one by one."""
    for batch in decoded(opened):
        yield from batch


def _video_of(container: InputContainer, where: str) -> VideoStream:
    if container.format.name in _TEXT_DEMUXERS:
        raise not_video(where, "it holds text")
    for stream in container.streams.video:
        if not stream.disposition & Disposition.attached_pic:
            if stream.codec_context is None:
                raise unknown_codec(where)
            return stream
    kinds = sorted({stream.type for stream in container.streams})
    raise not_video(where, f"it holds {' and '.join(kinds) or 'nothing'}, no video")
