"""What is lost and found again: told, waited out, and bridged by a gap."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import closing

from detector.frame import Frame
from detector.sources.backoff import Backoff
from detector.sources.errors import Fault, SourceError
from detector.sources.status import OnStatus
from detector.sources.teller import Teller
from fences.clock import SECOND_NS, Clock
from fences.observation import Gap

Connect = Callable[[], Generator[Frame | Gap, None, None]]
"""What one connection gives: it raises ``SourceError`` when it breaks, and ends when closed."""


class Reconnecting:
    """Goes from one connection to the next until :attr:`closed` is set.

    What lies between the last picture before a loss and the first after it is one gap, whose
    reason is the :class:`Fault` that broke the connection; nothing is told of connections in
    between that gave no picture.
    """

    def __init__(self, clock: Clock, backoff: Backoff, on_status: OnStatus) -> None:
        self._clock = clock
        self._backoff = backoff
        self._teller = Teller(on_status, clock)
        self.closed = threading.Event()
        self.seen_ns: int | None = None
        """Media time of the last picture."""

    def items(self, connect: Connect) -> Iterator[Frame | Gap]:
        """Everything that one connection after the other gives."""
        fault: Fault | None = None
        while not self.closed.is_set():
            began_ns, seen_before_ns = self._clock.monotonic_ns(), self.seen_ns
            try:
                with closing(connect()) as given:
                    yield from self._bridged(given, fault)
            except SourceError as caught:
                error = caught
            else:
                return
            if self.closed.is_set():
                return
            fault = error.fault
            self._teller.offline(error)
            gave_pictures = self.seen_ns != seen_before_ns
            lasted_ns = self._clock.monotonic_ns() - began_ns if gave_pictures else 0
            self._clock.wait(self.closed, self._backoff.next_s(lasted_s=lasted_ns / SECOND_NS))

    def _bridged(self, given: Iterator[Frame | Gap], fault: Fault | None) -> Iterator[Frame | Gap]:
        """The same, up to the first picture as one gap; ``fault`` broke the connection before."""
        for item in given:
            if isinstance(item, Gap):
                if fault is None:
                    yield item
                continue
            self._teller.online()
            if fault is not None and self.seen_ns is not None:
                yield Gap(self.seen_ns, item.media_ns, fault)
            fault, self.seen_ns = None, item.media_ns
            yield item
