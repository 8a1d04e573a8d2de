"""Something that this service needs and that goes away: logged once when lost, once when back."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from fences.clock import SECOND_NS, Clock

if TYPE_CHECKING:
    from structlog.typing import FilteringBoundLogger


class Outage:
    """Logs ``<name>_away`` and ``<name>_back`` with ``away_s``, however many ask and retry.

    Several may use the same thing, each under a word of its own: it is back when none of them
    misses it any more. So reading that works does not end an outage of writing. Safe to call
    from any thread. ``facts`` go along with both lines.
    """

    def __init__(self, name: str, clock: Clock, **facts: object) -> None:
        self._name = name
        self._clock = clock
        self._facts = facts
        self._lock = threading.Lock()
        self._missing: set[str] = set()
        self._since_ns = 0

    def lost(self, who: str, problem: object) -> None:
        """It did not work for ``who``, because of ``problem``."""
        with self._lock:
            first = not self._missing
            self._missing.add(who)
            if first:
                self._since_ns = self._clock.monotonic_ns()
                _log().error(f"{self._name}_away", problem=str(problem), **self._facts)

    def back(self, who: str) -> None:
        """It worked for ``who``."""
        if who not in self._missing:  # nearly always
            return
        with self._lock:
            if who not in self._missing:
                return
            self._missing.remove(who)
            if not self._missing:
                away_s = (self._clock.monotonic_ns() - self._since_ns) / SECOND_NS
                _log().info(f"{self._name}_back", away_s=round(away_s, 1), **self._facts)


def _log() -> FilteringBoundLogger:
    import structlog  # noqa: PLC0415  # with rich it is a sixth of how long a command takes to start

    log: FilteringBoundLogger = structlog.get_logger(__name__)
    return log
