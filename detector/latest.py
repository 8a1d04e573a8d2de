"""Between the thread that reads a camera and the one that looks: the newest frame wins.

Whoever is too slow to look at every frame looks at fewer, never at old ones.
"""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass

from detector.frame import Frame
from fences.observation import Gap, Tick

_MAX_GAPS = 64
"""Gaps that wait; more without a frame between them are joined, for they are one gap."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A frame that nobody has looked at yet, since when it waits, and what came before it.

    Or, where there is no frame, a tick: time has passed.
    """

    gaps: tuple[Gap, ...]
    last: Frame | Tick | None
    since_ns: int


class Latest:
    """One camera's place to wait. ``put`` by its reader, ``take`` by whoever looks."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._gaps: deque[Gap] = deque()
        self._frame: Frame | None = None
        self._tick: Tick | None = None
        self._since_ns = 0
        self.dropped = 0
        """Frames that a newer one has replaced before anybody looked."""

    def put(self, item: Frame | Gap | Tick, now_ns: int) -> None:
        """Leave something. A frame that still waits makes way for a new one, a tick for all."""
        with self._lock:
            if isinstance(item, Gap):
                self._note(item)
                return
            if isinstance(item, Tick):
                self._tick = item
                return
            self.dropped += self._frame is not None
            if self._frame is None:
                self._since_ns = now_ns
            self._frame = item

    def take(self) -> Waiting | None:
        """Everything that waits, gaps first; ``None`` if nothing does."""
        with self._lock:
            last = self._frame or self._tick
            if last is None and not self._gaps:
                return None
            waiting = Waiting(tuple(self._gaps), last, self._since_ns)
            self._gaps.clear()
            self._frame = self._tick = None
            return waiting

    def _note(self, gap: Gap) -> None:
        """A gap behind a frame that nobody has seen swallows it: order is by media time."""
        if self._frame is not None:
            self._frame = None
            self.dropped += 1
        if len(self._gaps) >= _MAX_GAPS:
            last = self._gaps.pop()
            gap = Gap(last.from_ns, gap.to_ns, gap.reason)
        self._gaps.append(gap)
