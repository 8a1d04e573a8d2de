"""A machine with too much to do looks less often, at every camera alike, and says so."""

from __future__ import annotations

import threading
from collections.abc import Callable
from fractions import Fraction

from fences.clock import SECOND_NS

LATE_NS = SECOND_NS * 4 // 10
"""If frames wait longer than this for their looks, on average, there is too much to do."""

EASY_NS = SECOND_NS // 10
"""If they wait less than this on average, there is room for more."""

JUDGED_EVERY_NS = 2 * SECOND_NS

_UP = Fraction(5, 4)
_DOWN = Fraction(9, 10)
_MOST = Fraction(16)


OnChange = Callable[[Fraction, Fraction], None]
"""The factor before, and now."""


class Overload:
    """From how long frames wait to the factor by which all intervals are stretched, 1 to 16.

    It grows by a quarter every 2 s in which frames waited too long, and falls by a tenth where
    they did not: quickly out of trouble, slowly back. The mean counts: of many cameras some
    send their pictures at the same moment, and the last of these waits for the others however
    little there is to do. ``on_change`` is told the factor before and the new one, from the
    thread that brought it about. Safe to use from many threads.
    """

    def __init__(self, on_change: OnChange = lambda _before, _now: None) -> None:
        self._lock = threading.Lock()
        self._on_change = on_change
        self._since_ns: int | None = None
        self._total_ns = self._frames = 0
        self.factor = Fraction(1)

    def waited(self, wait_ns: int, now_ns: int) -> None:
        """A frame has waited so long to be decoded or looked at; ``now_ns`` is monotonic."""
        with self._lock:
            self._total_ns += wait_ns
            self._frames += 1
            if self._since_ns is None:
                self._since_ns = now_ns
            if now_ns - self._since_ns < JUDGED_EVERY_NS:
                return
            before, self.factor = self.factor, self._judged()
            self._since_ns = now_ns
            self._total_ns = self._frames = 0
            now = self.factor
        if now != before:
            self._on_change(before, now)

    def _judged(self) -> Fraction:
        mean_ns = self._total_ns // self._frames
        if mean_ns > LATE_NS:
            return min(_MOST, (self.factor * _UP).limit_denominator(100))
        if mean_ns < EASY_NS:
            return max(Fraction(1), (self.factor * _DOWN).limit_denominator(100))
        return self.factor
