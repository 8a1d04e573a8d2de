"""Whose turn it is to decode: more pictures at once than there are cores only delay each other."""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import TracebackType

from detector.overload import Overload
from fences.clock import SECOND_NS, Clock


class Turns:
    """``most`` cameras decode at once; who waits for long tells that there is too much to do."""

    def __init__(self, most: int, overload: Overload, clock: Clock) -> None:
        self._free = threading.BoundedSemaphore(most)
        self._overload = overload
        self._clock = clock

    def of(self, on_decoded: Callable[[float], None]) -> Turn:
        """One camera's; ``on_decoded`` is told the seconds of each, without the wait."""
        return Turn(self._free, self._overload, self._clock, on_decoded)


class Turn:
    """A context manager, for one thread, as often as it likes: inside, it is its turn."""

    def __init__(
        self,
        free: threading.Semaphore,
        overload: Overload,
        clock: Clock,
        on_decoded: Callable[[float], None],
    ) -> None:
        self._free = free
        self._overload = overload
        self._clock = clock
        self._on_decoded = on_decoded
        self._begun_ns = 0

    def __enter__(self) -> None:
        asked_ns = self._clock.monotonic_ns()
        self._free.acquire()
        self._begun_ns = self._clock.monotonic_ns()
        self._overload.waited(self._begun_ns - asked_ns, self._begun_ns)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._free.release()
        self._on_decoded((self._clock.monotonic_ns() - self._begun_ns) / SECOND_NS)
