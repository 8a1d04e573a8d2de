"""Where a live stream's packets can be had besides being decoded."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from av.packet import Packet
from av.video.stream import VideoStream

from detector.sources.video import OpenedVideo


class Tap(Protocol):
    """Hears of every packet, in the thread that reads; must neither block nor raise."""

    def begin(self, opened: OpenedVideo, *, stamped: bool) -> None:
        """A connection begins. ``stamped``: whether its packets tell their times."""

    def packet(self, packet: Packet[VideoStream]) -> None:
        """The connection's next packet; an empty one says nothing."""

    def placed(self, media_ns: int) -> None:
        """The packet before has given a picture, which lies at this media time."""

    def end(self) -> None:
        """The connection has ended, whatever ended it."""


class NoTap:
    """For whoever wants pictures only."""

    def begin(self, opened: OpenedVideo, *, stamped: bool) -> None: ...

    def packet(self, packet: Packet[VideoStream]) -> None: ...

    def placed(self, media_ns: int) -> None: ...

    def end(self) -> None: ...


@contextmanager
def tapped(tap: Tap, opened: OpenedVideo, *, stamped: bool) -> Iterator[None]:
    """Begin a connection on a tap, and end it whatever happens."""
    tap.begin(opened, stamped=stamped)
    try:
        yield
    finally:
        tap.end()
