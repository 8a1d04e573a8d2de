"""Drains the outbox to the broker: in order, at most a window in flight, marked on PUBACK.

One thread owns all of it. Others only put signals into its mailbox, so nothing here needs a
lock and a test can drive it step by step. A message that was in flight when the line broke
goes out again on the next one: delivery is at least once, ``event_id`` makes that harmless.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from dataclasses import dataclass

from alerts.announcer import Announcer
from alerts.errors import StoreError
from alerts.health import QueueStats, ServiceState
from alerts.link import Acked, Connected, Heard, Link, LinkLostError, Lost, Signal
from alerts.messages import Message, Writer
from alerts.outage import Outage
from alerts.retained import is_stale_case, says_online
from alerts.shortage import shortage_in
from alerts.store.port import Store
from fences.clock import SECOND_NS, Clock

_log = logging.getLogger(__name__)
_STATUS = -1  # stands for a row id where a message is not from the outbox
_KEEP_SENT = 10_000
_LOOK_S = 1.0  # another process may have written into the outbox: look, whoever rings
_GATHER_S = 0.015  # what comes so soon after the bell is seen to in the same step


@dataclass(frozen=True, slots=True)
class DrainOptions:
    """``window``: messages in flight. ``ack_timeout_s``: silence after which a line is cut.

    ``mark_s``: how long a message that was acknowledged waits for others to be marked with it.
    """

    version: str
    window: int = 300
    heartbeat_s: float = 30.0
    ack_timeout_s: float = 30.0
    farewell_s: float = 1.0
    mark_s: float = 0.05


class Drainer:
    """Runs in one thread (:meth:`run`); the other public methods are for the others."""

    def __init__(
        self,
        store: Store,
        writer: Writer,
        clock: Clock,
        options: DrainOptions,
        outage: Outage | None = None,
        announcer: Announcer | None = None,
    ) -> None:
        self._store = store
        self._writer = writer
        self._clock = clock
        self._options = options
        self._mail: deque[Signal] = deque()
        self._bell = threading.Event()
        self._link: Link | None = None
        self._first: deque[Message] = deque()  # goes out before the rows of the outbox
        self._in_flight: dict[int, tuple[int, int]] = {}  # ticket -> row id, sent at
        self._acked: set[int] = set()  # acknowledged, not yet marked in the store
        self._acked_since_ns = 0
        self._cursor = 0
        self._news = threading.Event()  # there may be something new in the outbox
        self._more = True  # rows after the cursor may wait
        self._looked_ns = 0
        self._beat_ns = 0
        self._overload = 1.0
        self._online_since_ns = 0
        self._stop_by_ns: int | None = None
        self._outage = outage or Outage("store", clock)
        self._announcer = announcer or Announcer(store, writer, clock)
        self._deaf = False  # the last line was cut for its silence, and none has spoken since

    def post(self, signal: Signal) -> None:
        """Tell of something that happened on the line. Never blocks.

        A PUBACK wakes nobody, unless rows wait for the room it makes: it is marked with others.
        """
        self._mail.append(signal)
        if self._more or self._stop_by_ns is not None or not isinstance(signal, Acked):
            self._bell.set()

    def wake(self) -> None:
        """There may be something new in the outbox."""
        self._news.set()  # first: whoever has heard the bell before looks for news after it
        if not self._bell.is_set():
            self._bell.set()

    def overloaded(self, factor: float) -> None:
        """Looks are further apart by this factor than they should be; 1: they are not."""
        self._overload = round(factor, 2)

    def stop(self, timeout_s: float) -> None:
        """Drain what can be drained in that time, say ``stopped``, and end :meth:`run`."""
        self._stop_by_ns = self._clock.monotonic_ns() + round(timeout_s * SECOND_NS)
        self._bell.set()

    def stats(self) -> QueueStats:
        """Depth and age of the queue, from the store."""
        return self._store.queue()

    def run(self) -> None:
        """The thread's loop; ends after :meth:`stop`."""
        never = threading.Event()
        while self._stop_by_ns is None:
            self._bell.clear()
            waited_ns = self._clock.monotonic_ns() - self._looked_ns
            look = self._news.is_set() or waited_ns >= _LOOK_S * SECOND_NS
            self._news.clear()  # before the outbox is read: what rings from now on comes after
            self._step_or_log(look=look)
            rest_s = self._options.mark_s if self._in_flight or self._acked else _LOOK_S
            if self._clock.wait(self._bell, rest_s) and self._stop_by_ns is None:
                self._clock.wait(never, _GATHER_S)
        self._finish(self._stop_by_ns)

    def step(self, *, look: bool = True) -> None:
        """Read the mailbox, note what was acknowledged, send what may be sent.

        ``look``: whether the outbox may have something new; PUBACKs alone are no reason to ask.
        """
        self._more = self._more or look
        while self._mail:
            self._handle(self._mail.popleft())
        self._mark_when_due()
        if self._link is None:
            return
        try:
            self._heartbeat()
            self._send(self._link)
        except LinkLostError:
            self._link = None
            return
        self._watch(self._link)
        if look and self._announcer.catch_up():
            self._more = True
            self._bell.set()

    def _handle(self, signal: Signal) -> None:
        if isinstance(signal, Connected):
            self._try_begin(signal.link)
        elif signal.link is not self._link:
            return  # of a line that is no more
        elif isinstance(signal, Lost):
            self._link = None
        elif isinstance(signal, Acked):
            self._deaf = False
            row_id, _ = self._in_flight.pop(signal.ticket, (_STATUS, 0))
            if row_id != _STATUS:
                if not self._acked:
                    self._acked_since_ns = self._clock.monotonic_ns()
                self._acked.add(row_id)
        else:
            self._hear(signal)

    def _try_begin(self, link: Link) -> None:
        try:
            self._begin(link)
        except StoreError:
            self._link = None  # without the truth a line is of no use; the next one tries again
            link.drop()
            raise

    def _begin(self, link: Link) -> None:
        """A new line: say that we are here and what holds, then take the outbox up again."""
        self._link = link
        self._in_flight.clear()
        self._first.clear()
        self._cursor = 0
        self._more = True
        self._online_since_ns = self._clock.wall_ns()
        self._mark()
        self._announcer.settle()
        self._store.supersede_retained(self._clock.wall_ns())
        truth = self._store.truth()
        self._beat_ns = 0
        known = self._writer.directory.cameras  # others have left: the announcer sees to them
        cameras = (one for one in truth.cameras if one.camera_id in known)
        self._first.extend(map(self._writer.camera, cameras))
        for case in truth.open_cases:
            self._first.append(self._writer.case(case))
        # what is still in the outbox says so itself, in its place among the events
        self._first = deque(m for m in self._first if m.topic not in truth.pending_topics)
        self._first.extend(self._announcer.everything(truth.pending_topics))

    def _hear(self, heard: Heard) -> None:
        if heard.topic == self._writer.topics.status:
            if not says_online(heard.payload):
                self._beat_ns = 0  # an old line's last will came late: say it again
        elif heard.retained and is_stale_case(heard.payload, self._writer.directory, self._store):
            self._first.append(Message(heard.topic, "", retained=True))

    def _mark(self) -> None:
        if self._acked:
            self._store.mark_sent(self._acked, self._clock.wall_ns())
            self._acked = set()

    def _mark_when_due(self) -> None:
        """Many at once while many are on their way: a commit for each would slow the intake."""
        few = len(self._acked) * 4 < self._options.window
        waited_ns = self._clock.monotonic_ns() - self._acked_since_ns
        if not (few and self._in_flight and waited_ns < self._options.mark_s * SECOND_NS):
            self._mark()

    def _heartbeat(self) -> None:
        now_ns = self._clock.monotonic_ns()
        if self._beat_ns and now_ns - self._beat_ns < self._options.heartbeat_s * SECOND_NS:
            return
        self._beat_ns = now_ns
        self._store.prune_sent(_KEEP_SENT)
        self._first.appendleft(self._status(ServiceState.ONLINE))

    def _status(self, state: ServiceState) -> Message:
        now_ns, queue = self._clock.wall_ns(), self._store.queue()
        said = (self._options.version, self._online_since_ns, now_ns, queue, self._overload)
        return self._writer.status(state, *said, shortage_in(self._store))

    def _send(self, link: Link) -> None:
        while self._first and len(self._in_flight) < self._options.window:
            self._hand_over(link, self._first.popleft(), _STATUS)
        room = self._options.window - len(self._in_flight)
        if not self._more or room * 4 < self._options.window:
            return  # a few at a time would cost a query each
        rows = self._store.unsent(self._cursor, room)
        self._looked_ns = self._clock.monotonic_ns()
        for row in rows:
            self._hand_over(link, row.message, row.id)
            self._cursor = row.id
        self._more = len(rows) == room

    def _hand_over(self, link: Link, message: Message, row_id: int) -> int:
        ticket = link.send(message)
        self._in_flight[ticket] = (row_id, self._clock.monotonic_ns())
        return ticket

    def _watch(self, link: Link) -> None:
        """Cut a line on which the oldest message has waited too long for its PUBACK."""
        if not self._in_flight:
            return
        _, oldest_ns = next(iter(self._in_flight.values()))
        waited_ns = self._clock.monotonic_ns() - oldest_ns
        if waited_ns > self._options.ack_timeout_s * SECOND_NS:
            if not self._deaf:  # said once, not for every line to the same deaf broker
                _log.warning("no PUBACK for %.0f s, reconnecting", waited_ns / SECOND_NS)
            self._deaf = True
            self._link = None
            link.drop()

    def _step_or_log(self, *, look: bool = True) -> None:
        try:
            self.step(look=look)
        except StoreError as error:
            self._outage.lost("outbox", error)  # a full disk is said once, not every second
        else:
            if self._link is not None:  # without a line nothing is asked of the store
                self._outage.back("outbox")

    def _finish(self, stop_by_ns: int) -> None:
        """Drain until empty or nearly out of time, then say ``stopped`` and wait for its PUBACK."""
        farewell_ns = stop_by_ns - round(self._options.farewell_s * SECOND_NS)
        self._drain_until(farewell_ns)
        if self._link is None:
            return
        try:
            ticket = self._hand_over(self._link, self._status(ServiceState.STOPPED), _STATUS)
        except (LinkLostError, StoreError) as error:
            _log.warning("could not say stopped: %s", error)
            return
        while self._link and ticket in self._in_flight and self._left_s(stop_by_ns) > 0:
            self._bell.clear()
            while self._mail:
                self._handle(self._mail.popleft())
            if ticket in self._in_flight:
                self._clock.wait(self._bell, min(0.2, self._left_s(stop_by_ns)))
        self._mark()

    def _drain_until(self, by_ns: int) -> None:
        while True:
            self._bell.clear()
            self._step_or_log()
            if self._link is None or not (self._in_flight or self._first or self._more):
                return
            if self._left_s(by_ns) <= 0:
                return
            self._clock.wait(self._bell, min(0.2, self._left_s(by_ns)))

    def _left_s(self, by_ns: int) -> float:
        return (by_ns - self._clock.monotonic_ns()) / SECOND_NS
