"""Time as a port. The core itself never asks for it; adapters are handed one of these."""

from __future__ import annotations

import math
import threading
from typing import Protocol

SECOND_NS = 1_000_000_000
"""Nanoseconds in a second."""


def running(dt_ns: int, tau_ns: int) -> float:
    """Weight of the newest value in a running mean over media time, whatever the rate."""
    return 1.0 - math.exp(-dt_ns / tau_ns) if tau_ns > 0 else 1.0


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
