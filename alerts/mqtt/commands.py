"""Commands over MQTT: taken off the network thread, done one by one, answered by the outbox."""

from __future__ import annotations

import queue
import threading
from collections import Counter as Tally
from collections.abc import Callable
from dataclasses import astuple
from functools import partial

import structlog

from alerts.answers import Answer
from alerts.commands import Command
from alerts.counter import Counter
from alerts.errors import StoreError
from alerts.link import Heard
from alerts.orders import MAX_BYTES, TOO_BIG, Place, Unusable, read_command
from alerts.reception import Reception
from alerts.report_orders import MAX_REPORT_BYTES, Reported, is_report, read_report
from alerts.topics import Topics
from fences.clock import SECOND_NS, Clock

_WAITING = 1000
"""Commands that may wait; more are dropped, and whoever sent them gets no answer and asks again."""

_WAITING_BYTES = 16 * 1024 * 1024
"""What they may take together: reports have pictures in them."""

_PATIENCE_NS = 60 * SECOND_NS
"""How long a store that is away is waited for with a command; then it is dropped and counted."""

_log = structlog.get_logger(__name__)


class CommandPost:
    """Takes commands of people. :meth:`take` never blocks; a thread of its own does the work.

    ``unusable`` counts what could not even be answered, by kind; each kind is logged once. One
    that fails in a way that nobody thought of is logged whole, and ends nothing else.
    """

    def __init__(
        self, counter: Counter, topics: Topics, clock: Clock, reception: Reception
    ) -> None:
        self._counter = counter
        self._reception = reception
        self._topics = topics
        self._clock = clock
        self._waiting: queue.Queue[tuple[Place, bytes] | None] = queue.Queue(_WAITING)
        self._waiting_bytes = 0
        self._lock = threading.Lock()  # of the bytes that wait
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="mqtt-commands", daemon=True)
        self.unusable: Tally[str] = Tally()

    def start(self) -> None:
        self._thread.start()

    def stop(self, timeout_s: float) -> None:
        """Take no more, and end; what waits goes unanswered, and may be sent again."""
        self._stopping.set()
        self._offer(None)
        if self._thread.is_alive():
            self._thread.join(timeout_s)

    @property
    def running(self) -> bool:
        """Whether somebody takes care of what comes in."""
        return self._thread.is_alive()

    def take(self, heard: Heard) -> bool:
        """Whether this was for here: a command, good or bad."""
        if not heard.topic.startswith(f"{self._topics.root}/cmd/"):
            return False
        levels = self._topics.command_of(heard.topic)
        if levels is None:
            self._count("topic")
            return True
        place = Place(*levels)
        if heard.retained:
            self._count("retained")  # it would come again with every connection
        elif len(heard.payload) > (MAX_REPORT_BYTES if is_report(place) else MAX_BYTES):
            self._count(TOO_BIG)  # not kept to be read later: a thousand of them would be much
        elif not self._offer((place, heard.payload)):
            self._count("too_many")
        return True

    def handle(self, place: Place, payload: bytes) -> Answer | None:
        """Do one command; None if it could not even be answered. Raises ``StoreError``."""
        read_it = read_report if is_report(place) else read_command
        read = read_it(place, payload, self._clock.wall_ns())
        if isinstance(read, Unusable):
            self._count(read.kind)
            return None
        if isinstance(read, Command):
            return self._counter.take(read)
        if isinstance(read, Reported):
            return self._reception.take(read.report, read.jpeg)
        return self._counter.refuse(read)

    def _offer(self, item: tuple[Place, bytes] | None) -> bool:
        size = 0 if item is None else len(item[1])
        with self._lock:
            if self._waiting_bytes + size > _WAITING_BYTES:
                return False
            try:
                self._waiting.put_nowait(item)
            except queue.Full:
                return False
            self._waiting_bytes += size
        return True

    def _run(self) -> None:
        while not self._stopping.is_set():
            item = self._waiting.get()
            if item is None:
                return
            with self._lock:
                self._waiting_bytes -= len(item[1])
            try:
                self._until_kept(partial(self.handle, *item))
            except Exception:  # noqa: BLE001  # one command's trouble must not end the others
                self._count("failed")
                _log.exception("command_failed", topic="/".join(astuple(item[0])))

    def _until_kept(self, work: Callable[[], object]) -> None:
        """A store that is away is waited for, but not for ever: others wait behind."""
        said = False
        until_ns = self._clock.monotonic_ns() + _PATIENCE_NS
        while not self._stopping.is_set():
            try:
                work()
            except StoreError as error:
                if not said:
                    _log.error("command_waits", problem=str(error))
                said = True
                if self._clock.monotonic_ns() >= until_ns:
                    self._count("store_away")
                    return
                self._clock.wait(self._stopping, 1.0)
            else:
                return

    def _count(self, kind: str) -> None:
        self.unusable[kind] += 1
        if self.unusable[kind] == 1:
            _log.warning("command_unusable", kind=kind)
