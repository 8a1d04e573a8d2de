"""One channel with a thread of its own, so that one that hangs holds up nobody else."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from alerts.pushing.channel import HANGS, Channel, ChannelError
from alerts.pushing.course import Delivery
from alerts.pushing.pictures import Pictures
from fences.clock import SECOND_NS, Clock


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a try; ``problem`` None: it has arrived."""

    delivery: Delivery
    courier: Courier
    problem: str | None


class Courier:
    """Tries what it is handed, in order; its thread is there only while there is something.

    ``tell`` gets a report of each try, from this thread or from :meth:`check`. A try that lasts
    longer than ``timeout_s`` has failed, and so has all that comes until it is back: there is
    never more than one thread. Should it arrive all the same, it arrives twice.
    """

    def __init__(
        self,
        channel: Channel,
        pictures: Pictures,
        clock: Clock,
        tell: Callable[[Report], None],
        timeout_s: float,
    ) -> None:
        self.channel = channel
        self.failures = 0
        self._pictures = pictures
        self._clock = clock
        self._tell = tell
        self._timeout_ns = round(timeout_s * SECOND_NS)
        self._lock = threading.Lock()
        self._queue: deque[Delivery] = deque()
        self._thread: threading.Thread | None = None
        self._trying: Delivery | None = None
        self._since_ns = 0
        self._given_up = False

    def hand(self, delivery: Delivery) -> None:
        """Try it once, after what was handed over before. Never blocks."""
        with self._lock:
            self._queue.append(delivery)
            if self._thread is None:
                name = f"push-{self.channel.name}"
                self._thread = threading.Thread(target=self._run, name=name, daemon=True)
                self._thread.start()

    def check(self) -> None:
        """Report what a channel that hangs has held up; call it about once a second."""
        with self._lock:
            if self._trying is None:
                return
            waited_ns = self._clock.monotonic_ns() - self._since_ns
            if not self._given_up and waited_ns < self._timeout_ns:
                return
            held = [] if self._given_up else [self._trying]
            held += self._queue
            self._queue.clear()
            self._given_up = True
        for delivery in held:
            self._tell(Report(delivery, self, HANGS))

    def join(self, timeout_s: float) -> None:
        """Wait for what is being tried."""
        thread = self._thread
        if thread is not None:
            thread.join(timeout_s)

    def drop_waiting(self) -> None:
        """Forget what has not been tried yet; it is still in the store."""
        with self._lock:
            self._queue.clear()

    def _run(self) -> None:
        while True:
            with self._lock:
                if not self._queue:
                    self._thread = None
                    return
                delivery = self._trying = self._queue.popleft()
                self._since_ns = self._clock.monotonic_ns()
            problem = self._try(delivery)
            with self._lock:
                given_up, self._given_up, self._trying = self._given_up, False, None
            if not given_up:
                self._tell(Report(delivery, self, problem))

    def _try(self, delivery: Delivery) -> str | None:
        letter = delivery.letter
        picture = self._pictures.load(letter.picture) if self.channel.carries_pictures else None
        try:
            self.channel.send(letter.title, letter.text, picture)
        except ChannelError as error:
            return error.problem
        return None
