"""Cameras and servers on the network: connect, read, lose, wait, connect again."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
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
from detector.sources.errors import Fault, SourceError
from detector.sources.failures import ended, timed_out, undecodable
from detector.sources.keys import KeyDistance
from detector.sources.network import NetworkDoor
from detector.sources.patience import LiveOptions
from detector.sources.picture import PictureConverter
from detector.sources.rest import Rest
from detector.sources.status import OnStatus, ignore_status
from detector.sources.tap import NoTap, Tap, tapped
from detector.sources.teller import Teller
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
    whose reason is the :class:`Fault` that broke the connection. ``close`` ends a wait at
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
        self._backoff = Backoff(self._options.pace, generator)
        self._teller = Teller(on_status, clock)
        self._demand = demand
        self._turn = turn
        self._tap = tap or NoTap()
        self._open = open_live or NetworkDoor(Access(), clock)
        self._closed = threading.Event()
        self._end_ns = after_ns  # no picture may be placed before it
        self._seen_ns: int | None = None
        self._due_ns: int | None = None

    @property
    def hung(self) -> bool:
        """Whether FFmpeg has not come back, though every wait of its own is bounded.

        It reads on for as long as something comes, be it without an end or a meaning. Nobody
        can call it back: who sees this closes the source and goes on with another one.
        """
        due_ns = self._due_ns
        return due_ns is not None and self._clock.monotonic_ns() > due_ns

    def __iter__(self) -> Iterator[Frame | Gap]:
        fault = None
        while not self._closed.is_set():
            online_ns = self._clock.monotonic_ns()
            seen_before_ns = self._seen_ns
            self._expect(self._options.first_picture_s)
            try:
                yield from self._connection(fault)
                error = ended(self._address.redacted)
            except SourceError as caught:
                error = caught
            finally:
                self._due_ns = None
            if self._closed.is_set():
                return
            fault = error.fault
            self._teller.offline(error)
            gave_pictures = self._seen_ns != seen_before_ns
            lasted_ns = self._clock.monotonic_ns() - online_ns if gave_pictures else 0
            self._clock.wait(self._closed, self._backoff.next_s(lasted_s=lasted_ns / SECOND_NS))

    def close(self) -> None:
        """End the iteration; from another thread too."""
        self._closed.set()

    def _expect(self, within_s: float) -> None:
        self._due_ns = self._clock.monotonic_ns() + int(within_s * SECOND_NS)

    def _connection(self, fault: Fault | None) -> Iterator[Frame | Gap]:
        """One connection, from opening it to its end; ``fault`` broke the one before."""
        asked_ns = self._clock.wall_ns()
        opened = self._open(self._address, self._options)
        stamped = _is_stamped(opened)
        with closing(opened.container), tapped(self._tap, opened, stamped=stamped):
            line = _Line(opened, self._clock, asked_ns, self._end_ns, self._options.jump_s)
            connection = Connection(opened, line.place, self._turn, self._demand, KeyDistance())
            converter = PictureConverter()
            known = False
            for item in self._watched(opened, connection):
                if isinstance(item, Gap):
                    if fault is None:
                        yield item
                    continue
                if not known:
                    known = True
                    self._teller.online()
                if fault is not None and self._seen_ns is not None:
                    yield Gap(self._seen_ns, item.media_ns, fault)
                fault = None
                self._seen_ns, self._end_ns = item.media_ns, line.end_ns
                self._tap.placed(item.media_ns)
                yield converter.frame(item.media_ns, self._clock.wall_ns(), item.picture)

    def _watched(self, opened: OpenedVideo, connection: Connection) -> Iterator[Placed | Gap]:
        """Pictures until the source is closed; raises ``SourceError`` when none come."""
        patience_s = self._options.first_picture_s
        asked_ns = heard_ns = self._clock.monotonic_ns()
        resting = _Resting(self._clock, self._closed, opened, connection)
        for packet in packets(opened):
            waited_ns = self._clock.monotonic_ns() - asked_ns
            self._due_ns = None
            if self._closed.is_set():
                return
            self._tap.packet(packet)
            for item in connection.take(packet):
                if self._closed.is_set():
                    return
                yield item
                if isinstance(item, Placed):
                    heard_ns = self._clock.monotonic_ns()
                    patience_s = self._options.read_s + connection.pause_s
            asked_ns = self._clock.monotonic_ns()
            # FFmpeg gives a last packet when a read times out, and only then the error.
            if waited_ns > self._options.read_s * SECOND_NS:
                raise timed_out(opened.where, f"nothing came for {waited_ns / SECOND_NS:.1f} s")
            if asked_ns - heard_ns > patience_s * SECOND_NS:
                raise undecodable(opened.where, patience_s)
            if self._closed.is_set():
                return
            self._expect(2 * self._options.read_s)
            if self._may_rest and resting.after(packet, waited_ns):
                asked_ns = self._clock.monotonic_ns()

    @property
    def _may_rest(self) -> bool:
        return self._demand is not None and self._demand.interval_ns >= _SELDOM_NS


class _Resting:
    """The reader's rests on one connection."""

    def __init__(
        self, clock: Clock, closed: threading.Event, opened: OpenedVideo, connection: Connection
    ) -> None:
        self._clock = clock
        self._closed = closed
        self._opened = opened
        self._connection = connection
        self._rest: Rest | None = None

    def after(self, packet: Packet[VideoStream], waited_ns: int) -> bool:
        """Rest, if nothing more is there; whether it has. The packet took so long to come."""
        if self._rest is None:
            opened = self._opened
            self._rest = Rest(self._clock, opened.time_base if _is_stamped(opened) else None)
        stamp = packet.pts if packet.dts is None else packet.dts
        rest_s = self._rest.length_s(stamp, waited_ns, self._connection.to_key_ns)
        if rest_s:
            self._clock.wait(self._closed, rest_s)
        return rest_s > 0


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
