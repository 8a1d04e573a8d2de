"""The newest packets of a live stream, so that a clip of what has happened can be cut from them.

Whole groups of pictures are kept and given up, the oldest first: what is there begins at a key
frame and can be decoded. Packets of one connection are never joined to those of another, whose
parameters may be others.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import dropwhile

from av.packet import Packet
from av.video.stream import VideoStream

from detector.sources.lag import LeastLag
from detector.sources.remux import Cut, Description, Kept
from detector.sources.video import OpenedVideo
from fences.clock import SECOND_NS, Clock

PACKET_BYTES = 256
"""What a packet takes in memory besides its data; counted with it."""

_UNSTAMPED_BASE = Fraction(1, 90_000)
_LEAP_NS = 3 * SECOND_NS
"""Time stamps that leap further, or back, are as a new connection."""


@dataclass(eq=False, slots=True)
class _Run:
    """A connection, or the part of it in which time goes on. Times are its own."""

    description: Description | None
    time_base: Fraction
    stamped: bool
    newest_ns: int | None = None
    last_pts: int = 0
    media_offset_ns: int | None = None
    ended: bool = False
    lag: LeastLag = field(default_factory=LeastLag)

    def to_ns(self, units: int) -> int:
        """Time stamps as nanoseconds; a product of fractions would take longer than all else."""
        return units * self.time_base.numerator * SECOND_NS // self.time_base.denominator


@dataclass(eq=False, slots=True)
class _Group:
    """A key frame and what follows it until the next."""

    run: _Run
    packets: list[Kept]
    size: int

    @property
    def start_ns(self) -> int:
        return self.packets[0].at_ns


@dataclass(eq=False, slots=True)
class Wanted:
    """A clip that somebody waits for; its packets are held as long as there is room."""

    run: _Run
    from_ns: int
    until_ns: int
    on_ready: Callable[[Wanted], None]
    told: bool = False


class Ring:
    """Keeps ``keep_ns`` of a stream, more while a clip is waited for, never over ``max_bytes``.

    A :class:`detector.sources.tap.Tap`. Safe to use from any thread. ``by_arrival``: its media
    time is when a packet came, by the monotonic clock, and not what pictures are placed at.
    """

    def __init__(
        self, keep_ns: int, max_bytes: int, clock: Clock, *, by_arrival: bool = False
    ) -> None:
        self._keep_ns = keep_ns
        self._by_arrival = by_arrival
        self._max_bytes = max_bytes
        self._clock = clock
        self._lock = threading.Lock()
        self._groups: deque[_Group] = deque()
        self._bytes = 0
        self._run: _Run | None = None
        self._wanted: list[Wanted] = []

    @property
    def bytes(self) -> int:
        """What is kept now."""
        return self._bytes

    def begin(self, opened: OpenedVideo, *, stamped: bool) -> None:
        try:
            description = Description(opened)
        except ValueError:
            description = None
        time_base = opened.time_base if stamped else _UNSTAMPED_BASE
        self._start(_Run(description, time_base, stamped))

    def packet(self, packet: Packet[VideoStream]) -> None:
        if packet.size == 0 or self._run is None or self._run.description is None:
            return
        kept = self._kept(self._run, packet)
        if self._leaps(self._run, kept):
            run = self._run
            self._start(_Run(run.description, run.time_base, run.stamped))
        with self._lock:
            self._add(self._run, kept)
            ready = self._ready()
        if self._by_arrival:
            now_ns = self._clock.monotonic_ns()
            self._run.media_offset_ns = self._run.lag.least_ns(kept.at_ns, now_ns)
        _tell(ready)

    def placed(self, media_ns: int) -> None:
        run = self._run
        if run is not None and run.newest_ns is not None and not self._by_arrival:
            run.media_offset_ns = media_ns - run.newest_ns

    def end(self) -> None:
        with self._lock:
            if self._run is not None:
                self._run.ended = True
            ready = self._ready()
        _tell(ready)

    def want(
        self, media_ns: int, before_ns: int, after_ns: int, on_ready: Callable[[Wanted], None]
    ) -> Wanted | None:
        """Wait for a clip from before to after a media time; ``None`` if nothing is kept of it.

        ``on_ready`` is called once, from any thread, perhaps before this returns, when
        :meth:`take` gives all that there will be; it must not block. Whatever becomes of it,
        :meth:`take` or :meth:`forget` has to follow, or its packets are held for ever.
        """
        with self._lock:
            run = self._run_of(media_ns)
            if run is None or run.media_offset_ns is None:
                return None
            at_ns = media_ns - run.media_offset_ns
            wanted = Wanted(run, at_ns - before_ns, at_ns + after_ns, on_ready)
            self._wanted.append(wanted)
            ready = self._ready()
        _tell(ready)
        return wanted

    def until(self, media_ns: int) -> Cut | None:
        """What must be decoded to see what was shown at a media time: from the key frame on.

        ``None`` if nothing is kept of it. Ends earlier where nothing newer has come.
        """
        with self._lock:
            run = self._run_of(media_ns)
            if run is None or run.media_offset_ns is None:
                return None
            at_ns = media_ns - run.media_offset_ns
            return self._cut(Wanted(run, at_ns, at_ns, lambda _: None))

    def take(self, wanted: Wanted) -> Cut | None:
        """What is there of a clip, once; ``None`` if it had to be given up."""
        with self._lock:
            cut = self._cut(wanted) if wanted in self._wanted else None
        self.forget(wanted)
        return cut

    def forget(self, wanted: Wanted) -> None:
        """Let go of what is held for a clip that nobody waits for any more."""
        with self._lock:
            self._wanted = [other for other in self._wanted if other is not wanted]
            self._trim()

    def _start(self, run: _Run) -> None:
        self.end()
        with self._lock:
            self._run = run
            self._trim()

    def _kept(self, run: _Run, packet: Packet[VideoStream]) -> Kept:
        duration = packet.duration or 0
        if run.stamped:
            pts, dts = packet.pts, packet.dts
            if pts is None:
                pts = run.last_pts + max(1, duration) if dts is None else dts
            at_ns = run.to_ns(pts if dts is None else dts)
        else:
            at_ns, duration = self._clock.monotonic_ns(), 0
            pts = at_ns * run.time_base.denominator // SECOND_NS
        return Kept(bytes(packet), pts, duration, at_ns, packet.is_keyframe)

    @staticmethod
    def _leaps(run: _Run, kept: Kept) -> bool:
        return run.newest_ns is not None and abs(kept.at_ns - run.newest_ns) > _LEAP_NS

    def _add(self, run: _Run, kept: Kept) -> None:
        newest_ns = run.newest_ns
        run.newest_ns = kept.at_ns if newest_ns is None else max(newest_ns, kept.at_ns)
        run.last_pts = kept.pts
        size = len(kept.data) + PACKET_BYTES
        if kept.is_key:
            self._groups.append(_Group(run, [kept], size))
        elif self._groups and self._groups[-1].run is run:
            self._groups[-1].packets.append(kept)
            self._groups[-1].size += size
        else:
            return  # nothing that can be decoded without what came before
        self._bytes += size
        if self._bytes > self._max_bytes or self._is_long(run):
            self._trim()

    def _ready(self) -> list[Wanted]:
        if not self._wanted:
            return []
        ready = [wanted for wanted in self._wanted if not wanted.told and _complete(wanted)]
        for wanted in ready:
            wanted.told = True
        return ready

    def _trim(self) -> None:
        while self._groups and (self._bytes > self._max_bytes or not self._is_needed()):
            self._bytes -= self._groups.popleft().size

    def _is_long(self, run: _Run) -> bool:
        """Whether there may be a group too much: asked of every packet, so quick to answer."""
        groups = self._groups
        reach_ns = (run.newest_ns or 0) - self._keep_ns
        return len(groups) > 1 and (groups[1].run is not run or groups[1].start_ns <= reach_ns)

    def _is_needed(self) -> bool:
        """Whether the oldest group is: nothing after it reaches back as far as need be."""
        run = self._groups[0].run
        reach_ns = [wanted.from_ns for wanted in self._wanted if wanted.run is run]
        if run is self._run and run.newest_ns is not None:
            reach_ns.append(run.newest_ns - self._keep_ns)
        if not reach_ns or len(self._groups) == 1:
            return bool(reach_ns)
        following = self._groups[1]
        return following.run is not run or following.start_ns > min(reach_ns)

    def _run_of(self, media_ns: int) -> _Run | None:
        """The newest connection that had begun by then, of which there is something."""
        for group in reversed(self._groups):
            offset_ns = group.run.media_offset_ns
            if offset_ns is not None and group.start_ns + offset_ns <= media_ns:
                return group.run
        return None

    def _cut(self, wanted: Wanted) -> Cut | None:
        run, chosen = wanted.run, list[Kept]()
        for group in self._groups:
            if group.run is not run or group.start_ns > wanted.until_ns:
                continue
            if group.start_ns <= wanted.from_ns:
                chosen.clear()
            chosen += [packet for packet in group.packets if packet.at_ns <= wanted.until_ns]
        if not chosen or run.description is None or run.media_offset_ns is None:
            return None
        begin_ns = chosen[0].at_ns + run.media_offset_ns
        return Cut(run.description, run.time_base, _decodable(chosen), begin_ns)


def _decodable(packets: list[Kept]) -> tuple[Kept, ...]:
    """Without those after the first key frame that are shown before it: what they need is gone."""
    key, *others = packets
    return (key, *dropwhile(lambda packet: packet.pts < key.pts, others))


def _complete(wanted: Wanted) -> bool:
    run = wanted.run
    return run.ended or (run.newest_ns is not None and run.newest_ns > wanted.until_ns)


def _tell(ready: list[Wanted]) -> None:
    for wanted in ready:
        wanted.on_ready(wanted)
