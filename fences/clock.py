"""Time as a port. The core itself never asks for it; adapters are handed one of these."""

from __future__ import annotations

import threading
from typing import Protocol

SECOND_NS = 1_000_000_000
"""Nanoseconds in a second."""


class Clock(Protocol):
    """Time as the service needs it; tests and replay bring their own."""

    def wall_ns(self) -> int:
        """Nanoseconds since the epoch, UTC: for people and calendars. May be stepped."""
        ...

    def monotonic_ns(self) -> int:
        """Nanoseconds that only ever grow: for intervals."""
        ...

    def wait(self, event: threading.Event, seconds: float) -> bool:
        """Wait until the event is set or the seconds have passed; whether it is set."""
        ...
