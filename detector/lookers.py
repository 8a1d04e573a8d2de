"""The threads that look: a few for all cameras of a node, each camera in its turn.

```
reader of camera A ──► Latest A ─┐
reader of camera B ──► Latest B ─┼─► first come, first served ─► looker 1 … n ─► Watch
reader of camera C ──► Latest C ─┘   (each camera at most once)
```
A camera waits at most until every other one has been looked at once: none starves, however
many frames another one sends.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from detector.frame import Frame
from detector.latest import Latest, Waiting
from detector.overload import Overload
from detector.stream import Watch
from fences.clock import Clock


@dataclass(frozen=True, slots=True)
class Look:
    """One look as it went. Times in ns: how long its frame waited, and how long it took."""

    camera_id: str
    media_ns: int
    waited_ns: int
    took_ns: int


@dataclass
class Seat:
    """A camera among those that are looked at. ``on_failure`` is told what broke a look.

    ``cost_ns`` tells what the last look took of those who look, where they are not the threads
    here but others that these wait for. ``around`` calls every look: whoever wants to know where
    the thread was, if it does not come back, finds this on its stack.
    """

    camera_id: str
    watch: Watch
    on_failure: Callable[[Exception], None]
    on_look: Callable[[Look], None] = lambda _: None
    around: Callable[[Callable[[], None]], None] = lambda look: look()
    cost_ns: Callable[[], int] | None = None
    latest: Latest = field(default_factory=Latest)


class Lookers:
    """``workers`` threads, started with :meth:`start`; safe to use from any thread."""

    def __init__(self, workers: int, clock: Clock, overload: Overload) -> None:
        self._clock = clock
        self._overload = overload
        self._lock = threading.Lock()
        self._ready = threading.Condition(self._lock)
        self._settled = threading.Condition(self._lock)
        self._queue: deque[Seat] = deque()
        self._queued: set[str] = set()
        self._busy: set[str] = set()
        self._seats: dict[str, Seat] = {}
        self._factor = overload.factor
        self._closed = False
        self._threads = [
            threading.Thread(target=self._run, name=f"looker-{number + 1}", daemon=True)
            for number in range(workers)
        ]

    @property
    def waiting(self) -> int:
        """Cameras whose frames wait for a look."""
        return len(self._queue)

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def offer(self, seat: Seat) -> None:
        """Its ``latest`` holds something."""
        with self._ready:
            if seat.camera_id in self._queued:
                return
            self._queued.add(seat.camera_id)
            if seat.camera_id not in self._busy:
                self._queue.append(seat)
                self._ready.notify()

    def idle(self, seat: Seat, timeout_s: float) -> bool:
        """Wait until nothing of a camera waits or is being looked at; whether it came to that."""
        name = seat.camera_id

        def done() -> bool:
            return self._closed or not (name in self._queued or name in self._busy)

        with self._lock:
            return self._settled.wait_for(done, timeout_s)

    def close(self, timeout_s: float) -> None:
        """End the threads after their looks; what waits is left."""
        with self._ready:
            self._closed = True
            self._ready.notify_all()
            self._settled.notify_all()
        for thread in self._threads:
            if thread.is_alive():
                thread.join(timeout_s)

    def _run(self) -> None:
        while (seat := self._next()) is not None:
            try:
                self._look(seat)
            except Exception as error:  # noqa: BLE001  # one camera's trouble must not end the others
                seat.on_failure(error)
            finally:
                self._done(seat)

    def _next(self) -> Seat | None:
        with self._ready:
            self._ready.wait_for(lambda: self._queue or self._closed)
            if self._closed:
                return None
            seat = self._queue.popleft()
            self._queued.discard(seat.camera_id)
            self._busy.add(seat.camera_id)
            return seat

    def _done(self, seat: Seat) -> None:
        with self._ready:
            self._busy.discard(seat.camera_id)
            if seat.camera_id in self._queued:
                self._queue.append(seat)
                self._ready.notify()
            self._settled.notify_all()

    def _look(self, seat: Seat) -> None:
        waiting = seat.latest.take()
        if waiting is None:
            return
        begun_ns = self._clock.monotonic_ns()
        seat.around(lambda: _take(seat.watch, waiting))
        if isinstance(waiting.last, Frame):
            self._tell(seat, waiting.last, begun_ns - waiting.since_ns, begun_ns)

    def _tell(self, seat: Seat, frame: Frame, waited_ns: int, begun_ns: int) -> None:
        now_ns = self._clock.monotonic_ns()
        sampler = seat.watch.sampler
        cost_ns = now_ns - begun_ns if seat.cost_ns is None else seat.cost_ns()
        self._overload.looked(seat.camera_id, sampler.wanted_ns, cost_ns, now_ns)
        self._overload.waited(waited_ns, now_ns)
        self._stretch(seat)
        seat.on_look(Look(seat.camera_id, frame.media_ns, waited_ns, now_ns - begun_ns))

    def _stretch(self, seat: Seat) -> None:
        """Every camera's intervals at once: one that waits for its next look must not wait on."""
        factor = self._overload.factor
        with self._lock:
            self._seats[seat.camera_id] = seat
            changed = list(self._seats.values()) if factor != self._factor else [seat]
            self._factor = factor
        for one in changed:
            one.watch.sampler.stretch = factor


def _take(watch: Watch, waiting: Waiting) -> None:
    for gap in waiting.gaps:
        watch.take(gap)
    if waiting.last is not None:
        watch.take(waiting.last)
