"""Packets of a stream into a file that plays anywhere, without encoding anything again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import av
from av.container import OutputContainer
from av.packet import Packet
from av.video.codeccontext import VideoCodecContext
from av.video.stream import VideoStream

from detector.sources.video import OpenedVideo
from fences.clock import SECOND_NS

_IN_MP4 = frozenset({"h264", "hevc", "av1", "vp9"})
"""What browsers play in MP4. Anything else goes into Matroska."""

_INDEX_BYTES = 8192
_INDEX_BYTES_PER_PACKET = 64
"""More than MP4's index takes: room for it is left at the file's beginning, so that playing can
begin before all of it is there, and nothing has to be moved when the end is known."""


class Kept(NamedTuple):
    """A packet as it came. ``pts`` in its stream's unit, ``at_ns`` on its connection's clock.

    Made for every packet of every camera, a tuple in a third of a frozen dataclass' time.
    """

    data: bytes
    pts: int
    duration: int
    at_ns: int
    is_key: bool


class Description:
    """What a stream's packets are, kept beyond the connection that they came over.

    Raises ``ValueError`` for a codec that no container here takes.
    """

    def __init__(self, opened: OpenedVideo) -> None:
        # Never started, so nothing is written: it owns a copy of the stream's parameters.
        self._owner: OutputContainer = av.open("unwritten", "w", format="matroska")
        self._stream: VideoStream = self._owner.add_stream_from_template(opened.stream, opaque=True)
        self.codec: str = opened.stream.codec_context.name
        self._extradata = opened.stream.codec_context.extradata

    @property
    def suffix(self) -> str:
        """Of a file that can hold such packets: ``mp4``, or ``mkv``."""
        return "mp4" if self.codec in _IN_MP4 else "mkv"

    def decoder(self) -> VideoCodecContext:
        """A decoder of such packets, which knows of none yet."""
        context = VideoCodecContext.create(self.codec, "r")
        assert isinstance(context, VideoCodecContext)
        context.extradata = self._extradata
        context.thread_count = 1
        return context

    def add_to(self, container: OutputContainer) -> VideoStream:
        """A stream of this kind in a file that is about to be written."""
        stream: VideoStream = container.add_stream_from_template(self._stream, opaque=True)
        if self.codec == "hevc" and self.suffix == "mp4":
            stream.codec_context.codec_tag = "hvc1"  # the other tag is not played everywhere
        return stream


@dataclass(frozen=True, slots=True)
class Cut:
    """A piece of one connection, from a key frame on: at least one packet, in order of decoding.

    ``begin_ns`` is the media time of the first.
    """

    description: Description
    time_base: Fraction
    packets: tuple[Kept, ...]
    begin_ns: int

    @property
    def end_ns(self) -> int:
        """Media time of the last."""
        return self.begin_ns + self.packets[-1].at_ns - self.packets[0].at_ns

    @property
    def duration_ns(self) -> int:
        """From the first picture to the end of the last."""
        stamps = [packet.pts for packet in self.packets]
        units = max(stamps) - min(stamps) + _length(self.packets)
        return int(units * self.time_base * SECOND_NS)

    def write(self, path: Path) -> None:
        """Write a file whose time begins at 0. Raises ``OSError`` where that fails."""
        suffix = self.description.suffix
        room = str(_INDEX_BYTES + _INDEX_BYTES_PER_PACKET * len(self.packets))
        container = av.open(
            f"file:{path}",
            "w",
            format="mp4" if suffix == "mp4" else "matroska",
            options={"moov_size": room} if suffix == "mp4" else {},
        )
        try:
            with container:
                self._fill(container)
        except av.error.FFmpegError as error:
            raise OSError(error.errno, error.strerror) from None

    def _fill(self, container: OutputContainer) -> None:
        stream = self.description.add_to(container)
        stamps = [packet.pts for packet in self.packets]
        origin, length = min(stamps), _length(self.packets)
        for kept, dts in zip(self.packets, decoding_stamps(stamps), strict=True):
            packet = Packet(len(kept.data))
            packet.update(kept.data)
            packet.pts, packet.dts = kept.pts - origin, dts - origin
            packet.duration = kept.duration or length
            packet.time_base = self.time_base
            packet.is_keyframe = kept.is_key
            packet.stream = stream
            container.mux_one(packet)


def decoding_stamps(stamps: Sequence[int]) -> list[int]:
    """When each packet is to be decoded, from when it is to be shown: growing, and never later.

    Cameras' own are often missing, and files refuse what does not grow.
    """
    grown: list[int] = []
    for stamp in sorted(stamps):
        grown.append(max(stamp, grown[-1] + 1) if grown else stamp)
    late = max(decode - show for decode, show in zip(grown, stamps, strict=True))
    return [stamp - late for stamp in grown]


def _length(packets: Sequence[Kept]) -> int:
    """How long a picture is shown, where its packet does not say: as most are."""
    if packets[-1].duration:
        return packets[-1].duration
    stamps = sorted(packet.pts for packet in packets)
    return max(1, (stamps[-1] - stamps[0]) // max(1, len(stamps) - 1))
