"""The one place that knows what time it is."""

from __future__ import annotations

import threading
import time


class SystemClock:
    """The machine's own time, as :class:`fences.clock.Clock`."""

    def wall_ns(self) -> int:
        return time.time_ns()

    def monotonic_ns(self) -> int:
        return time.monotonic_ns()

    def wait(self, event: threading.Event, seconds: float) -> bool:
        return event.wait(seconds)
