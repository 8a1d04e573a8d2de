"""Until when something must be over, watched from another thread."""

from __future__ import annotations

from fences.clock import SECOND_NS, Clock


class Deadline:
    """The end of a wait; nothing is due before :meth:`begin` and after :meth:`met`."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._due_ns: int | None = None

    @property
    def passed(self) -> bool:
        """Whether the wait has gone on for longer than it may."""
        due_ns = self._due_ns
        return due_ns is not None and self._clock.monotonic_ns() > due_ns

    def begin(self, within_s: float) -> None:
        """Wait, from now on, for so long."""
        self._due_ns = self._clock.monotonic_ns() + int(within_s * SECOND_NS)

    def met(self) -> None:
        """Nobody waits any more."""
        self._due_ns = None
