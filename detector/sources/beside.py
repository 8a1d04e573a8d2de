"""A stream that is read beside the one that is watched: its packets are kept, not decoded."""

from __future__ import annotations

from av.packet import Packet
from av.video.stream import VideoStream

from detector.sources.ring import Ring
from detector.sources.tap import Tap
from detector.sources.video import OpenedVideo
from fences.clock import SECOND_NS

PROVEN_NS = 60 * SECOND_NS
"""How often one key frame is decoded, to know that it can be."""


class Kept(Tap):
    """Keeps every packet in a ring, and wants hardly any picture decoded.

    Both the tap of a :class:`detector.sources.live.LiveSource` and its demand: the first key
    frame of each connection, and one a minute, tell that the stream is of use.
    """

    interval_ns = PROVEN_NS
    moment_ns = None

    def __init__(self, ring: Ring) -> None:
        self._ring = ring
        self._due_ns = 0

    def wants(self, media_ns: int, step_ns: int = 0) -> bool:  # noqa: ARG002  # a demand's
        return media_ns >= self._due_ns

    def took(self, media_ns: int, step_ns: int = 0) -> None:  # noqa: ARG002
        self._due_ns = media_ns + PROVEN_NS

    def begin(self, opened: OpenedVideo, *, stamped: bool) -> None:
        self._due_ns = 0
        self._ring.begin(opened, stamped=stamped)

    def packet(self, packet: Packet[VideoStream]) -> None:
        self._ring.packet(packet)

    def placed(self, media_ns: int) -> None:
        """The ring goes by when packets came."""

    def end(self) -> None:
        self._ring.end()
