"""Cameras and servers on the network: connect, read, lose, wait, connect again."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, closing, nullcontext
from fractions import Fraction

import numpy as np
from av.packet import Packet
from av.video.stream import VideoStream

from detector.frame import Frame
from detector.sources.access import Access
from detector.sources.address import Address
from detector.sources.backoff import Backoff
from detector.sources.connection import Connection, Demand, Placed, Stamped
from detector.sources.deadline import Deadline
from detector.sources.failures import ended
from detector.sources.keys import KeyDistance
from detector.sources.network import NetworkDoor
from detector.sources.patience import LiveOptions, Patience
from detector.sources.picture import PictureConverter
from detector.sources.reconnecting import Reconnecting
from detector.sources.rest import Rest
from detector.sources.status import OnStatus, ignore_status
from detector.sources.tap import NoTap, Tap, tapped
from detector.sources.timeline import Timeline
from detector.sources.video import OpenedVideo, packets
from fences.clock import SECOND_NS, Clock
from fences.observation import Gap

_UNSTAMPED = frozenset({"mpjpeg", "mjpeg", "h264", "hevc", "image2pipe", "jpeg_pipe"})

_SELDOM_NS = 3 * SECOND_NS // 2
"""Who wants pictures no more often than this lets the reader rest between bursts of packets."""

_NOBODY_WAITS: AbstractContextManager[object] = nullcontext()

OpenLive = Callable[[Address, LiveOptions], OpenedVideo]


class LiveSource:
    """A camera, for as long as nobody closes it; reads in the thread that iterates.

    Media time is the wall clock when the connection was asked for plus what the stream's own
    clock has run since, so it goes on across reconnects and restarts; it never falls
    back, not even where the wall clock does, nor behind ``after_ns``. Every reconnect is a gap
    whose reason is the ``Fault`` that broke the connection. ``close`` ends a wait at
    once and a silent read within ``read_s``. ``demand`` gets only the frames that it wants, which
    costs far less than all; ``turn`` is held while one is decoded. ``tap`` hears every packet.
    """

    def __init__(
        self,
        address: Address,
        clock: Clock,
        generator: np.random.Generator,
        *,
        options: LiveOptions | None = None,
        after_ns: int = 0,
        on_status: OnStatus = ignore_status,
        demand: Demand | None = None,
        turn: AbstractContextManager[object] = _NOBODY_WAITS,
        tap: Tap | None = None,
        open_live: OpenLive | None = None,
    ) -> None:
        self._address = address
        self._clock = clock
        self._options = options or LiveOptions()
        backoff = Backoff(self._options.pace, generator)
        self._reconnecting = Reconnecting(clock, backoff, on_status)
        self._closed = self._reconnecting.closed
        self._deadline = Deadline(clock)
        self._demand = demand
        self._turn = turn
        self._tap = tap or NoTap()
        self._open = open_live or NetworkDoor(Access(), clock)
        self._end_ns = after_ns  # no picture may be placed before it

    @property
    def hung(self) -> bool:
        """Whether FFmpeg has not come back, though every wait of its own is bounded.

        It reads on for as long as something comes, be it without an end or a meaning. Nobody
        can call it back: who sees this closes the source and goes on with another one.
        """
        return self._deadline.passed

    def __iter__(self) -> Iterator[Frame | Gap]:
        return self._reconnecting.items(self._connected)

    def close(self) -> None:
        """End the iteration; from another thread too."""
        self._closed.set()

    def _connected(self) -> Generator[Frame | Gap, None, None]:
        """One connection, from opening it to its end."""
        self._deadline.begin(self._options.first_picture_s)
        try:
            asked_ns = self._clock.wall_ns()
            opened = self._open(self._address, self._options)
            stamped = _is_stamped(opened)
            with closing(opened.container), tapped(self._tap, opened, stamped=stamped):
                line = _Line(opened, self._clock, asked_ns, self._end_ns, self._options.jump_s)
                yield from self._frames(opened, line)
        finally:
            self._deadline.met()

    def _frames(self, opened: OpenedVideo, line: _Line) -> Iterator[Frame | Gap]:
        connection = Connection(opened, line.place, self._turn, self._demand, KeyDistance())
        converter = PictureConverter()
        given = False
        for item in self._watched(opened, connection):
            if isinstance(item, Gap):
                yield item
                continue
            if not given:
                given = True
                opened.on_picture()
            self._end_ns = line.end_ns
            self._tap.placed(item.media_ns)
            yield converter.frame(item.media_ns, self._clock.wall_ns(), item.picture)

    def _watched(self, opened: OpenedVideo, connection: Connection) -> Iterator[Placed | Gap]:
        """Pictures until the source is closed; raises ``SourceError`` when none come."""
        patience = Patience(self._options, self._clock, opened.where)
        time_base = opened.time_base if _is_stamped(opened) else None
        rest = Rest(self._clock, time_base, self._options.rest_s)
        asked_ns = self._clock.monotonic_ns()
        for packet in packets(opened):
            waited_ns = self._clock.monotonic_ns() - asked_ns
            self._deadline.met()
            if self._closed.is_set():
                return
            self._tap.packet(packet)
            for item in connection.take(packet):
                if self._closed.is_set():
                    return
                yield item
                if isinstance(item, Placed):
                    patience.renew(connection.pause_s)
            patience.check(waited_ns)
            if self._closed.is_set():
                return
            self._deadline.begin(2 * self._options.read_s)
            if self._may_rest:
                rest_s = rest.length_s(_stamp(packet), waited_ns, connection.to_wanted_ns)
                if rest_s:
                    self._clock.wait(self._closed, rest_s)
            asked_ns = self._clock.monotonic_ns()
        raise ended(opened.where)

    @property
    def _may_rest(self) -> bool:
        return self._demand is not None and self._demand.interval_ns >= _SELDOM_NS


class _Line:
    """Media time of one connection.

    It runs from when the camera was asked: FFmpeg looks at a second of the stream before it
    gives the first packet, and then gives all of that second at once.
    """

    def __init__(
        self, opened: OpenedVideo, clock: Clock, asked_ns: int, after_ns: int, jump_s: float
    ) -> None:
        self._opened = opened
        self._clock = clock
        self._asked_ns = asked_ns
        self._after_ns = after_ns
        self._jump_ns = int(jump_s * SECOND_NS)
        self._timeline: Timeline | None = None
        self._placed_ns = 0
        self._stamped = _is_stamped(opened)

    @property
    def end_ns(self) -> int:
        return self._after_ns if self._timeline is None else self._timeline.end_ns

    def place(self, item: Stamped) -> tuple[int, Gap | None]:
        """Where a packet or a picture lies; bare pictures count as they come."""
        if self._timeline is None:
            self._timeline = self._begun(item.pts)
        now_ns = self._clock.monotonic_ns()
        passed_ns, self._placed_ns = now_ns - self._placed_ns, now_ns
        if self._stamped:
            return self._timeline.place(item.pts, item.dts, passed_ns)
        return self._timeline.place(now_ns, None)

    def _begun(self, first: int | None) -> Timeline:
        opened, wall_ns = self._opened, self._clock.wall_ns()
        stamped = self._stamped
        begin_ns = self._asked_ns if stamped else wall_ns
        if stamped and first is not None and opened.stream.start_time is not None:
            passed_ns = int((first - opened.stream.start_time) * opened.time_base * SECOND_NS)
            begin_ns += min(max(0, passed_ns), wall_ns - self._asked_ns)
        return Timeline(
            opened.time_base if stamped else Fraction(1, SECOND_NS),
            opened.step_ns,
            start_ns=max(begin_ns, self._after_ns),
            jump_ns=self._jump_ns,
        )


def _is_stamped(opened: OpenedVideo) -> bool:
    """Whether the stream tells times; bare pictures over HTTP do not, they count as they come."""
    return opened.container.format.name not in _UNSTAMPED


def _stamp(packet: Packet[VideoStream]) -> int | None:
    return packet.pts if packet.dts is None else packet.dts
