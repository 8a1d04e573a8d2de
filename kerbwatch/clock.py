"""The one place that knows what time it is."""

from __future__ import annotations

import threading
import time
from typing import Protocol


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


class SystemClock:
    """The machine's own time."""

    def wall_ns(self) -> int:
        return time.time_ns()

    def monotonic_ns(self) -> int:
        return time.monotonic_ns()

    def wait(self, event: threading.Event, seconds: float) -> bool:
        return event.wait(seconds)
