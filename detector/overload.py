"""A machine with too much to do looks less often, at every camera alike, and says so.

```
looks wanted a second x seconds of a look
----------------------------------------- x trim  =  the factor of all intervals, 1 to 16
     0.9 x looks that go on at once
```
What is wanted is known, and what a look takes is measured, so that the factor is right at once,
also in the rush of a start: steps up and down from what frames had to wait alone overshot by
seven times, for what a step brings is seen only an interval later. ``trim``, 1 to 2, is for what
the quotient does not know: it grows while frames wait for long all the same.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from fractions import Fraction

from fences.clock import SECOND_NS

LATE_NS = SECOND_NS * 4 // 10
"""If frames wait longer than this for their looks, on average, there is too much to do."""

EASY_NS = SECOND_NS // 5
"""If they wait less than this on average, there is room for more."""

JUDGED_EVERY_NS = 2 * SECOND_NS

FULL = 0.9
"""The share of the time that looks may fill: without some air every frame waits."""

_NEW_SHARE = 0.25
"""How much of what a look is thought to take is what the last ones took, on average."""

_SILENT = 4.0
"""A camera that was not looked at for so many intervals wants nothing: it is away."""

_UP, _DOWN = 1.1, 0.9

_EASED = 0.85
"""The factor falls no faster than by this: all who have waited longer than a new interval are due
at once, and a fall from 2 to 1 would make a rush of half of all cameras."""

_MOST_TRIM, _MOST = 2.0, 16.0


OnChange = Callable[[Fraction, Fraction], None]
"""The factor before, and now."""


class Overload:
    """From what is to be done to the factor by which all intervals are stretched, 1 to 16.

    ``at_once``: looks that go on side by side. ``on_change`` is told the factor before and the
    new one, from the thread that brought it about; it may be set later. The mean of the waits
    counts: of many cameras some send their pictures at the same moment, and the last of these
    waits for the others however little there is to do. Safe to use from many threads.
    """

    def __init__(self, at_once: int = 1, on_change: OnChange = lambda _before, _now: None) -> None:
        self._lock = threading.Lock()
        self._at_once = at_once
        self.on_change = on_change
        self._wanted: dict[str, tuple[int, int]] = {}
        self._took_ns = 0.0
        self._looks_ns = self._looks = 0
        self._trim = 1.0
        self._since_ns: int | None = None
        self._waited_ns = self._waits = 0
        self.factor = Fraction(1)

    def looked(self, camera_id: str, wanted_ns: int, took_ns: int, now_ns: int) -> None:
        """A look has taken so long; its camera wants one every ``wanted_ns``, 0 for all frames."""
        with self._lock:
            self._wanted[camera_id] = (wanted_ns, now_ns)
            self._looks_ns += took_ns
            self._looks += 1

    def waited(self, wait_ns: int, now_ns: int) -> None:
        """A frame has waited so long to be decoded or looked at; ``now_ns`` is monotonic."""
        with self._lock:
            self._waited_ns += wait_ns
            self._waits += 1
            if self._since_ns is None:
                self._since_ns = now_ns
            if now_ns - self._since_ns < JUDGED_EVERY_NS:
                return
            before, self.factor = self.factor, self._judged(now_ns)
            self._since_ns = now_ns
            self._waited_ns = self._waits = 0
            now = self.factor
        if now != before:
            self.on_change(before, now)

    def _judged(self, now_ns: int) -> Fraction:
        mean_ns = self._waited_ns // self._waits
        if mean_ns > LATE_NS:
            self._trim = min(_MOST_TRIM, self._trim * _UP)
        elif mean_ns < EASY_NS:
            self._trim = max(1.0, self._trim * _DOWN)
        wanted = min(_MOST, max(1.0, self._load(now_ns)) * self._trim)
        wanted = max(1.0, wanted, float(self.factor) * _EASED)
        return Fraction(wanted).limit_denominator(100)

    def _load(self, now_ns: int) -> float:
        """What is to be done, over what can be done."""
        if self._looks:
            lately_ns = self._looks_ns / self._looks
            self._took_ns += (lately_ns - self._took_ns) * (_NEW_SHARE if self._took_ns else 1.0)
            self._looks_ns = self._looks = 0
        silent = _SILENT * self.factor
        self._wanted = {
            name: (wanted_ns, told_ns)
            for name, (wanted_ns, told_ns) in self._wanted.items()
            if now_ns - told_ns <= silent * max(wanted_ns, SECOND_NS)
        }
        looks_per_ns = sum(1.0 / wanted_ns for wanted_ns, _ in self._wanted.values() if wanted_ns)
        return looks_per_ns * self._took_ns / (FULL * self._at_once)
