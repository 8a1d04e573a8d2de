"""Who watches the clips: Kerbwatch with one or both ways of seeing, and plain recipes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Protocol

from detector.engines.protocol import Engine
from detector.eyes import Eyes
from detector.frame import Image
from fences.event import FenceEvent
from fences.fence import Fence
from fences.guard import Guard
from fences.observation import Gap, Seeing


class Contender(StrEnum):
    """The ways of watching that are compared."""

    OBSTRUCTION = "obstruction"
    LEARNED = "learned"
    BOTH = "both"
    MOG2 = "mog2"
    KNN = "knn"


OURS = {
    Contender.OBSTRUCTION: frozenset({Seeing.OBSTRUCTION}),
    Contender.LEARNED: frozenset({Seeing.LEARNED}),
    Contender.BOTH: frozenset(Seeing),
}
"""What Kerbwatch sees with, as each contender."""


class Watcher(Protocol):
    """Looks at the pictures of one clip, in order, and says what opens and clears."""

    def look(self, image: Image, media_ns: int) -> tuple[FenceEvent, ...]:
        """What one picture makes happen."""
        ...

    def gap(self, gap: Gap) -> tuple[FenceEvent, ...]:
        """What a stretch without pictures makes happen."""
        ...


class Kerbwatch:
    """The product itself: its eyes and its guard."""

    def __init__(self, fences: tuple[Fence, ...], engines: Sequence[Engine]) -> None:
        self._eyes = Eyes(fences, engines)
        self._guard = Guard(fences)

    def look(self, image: Image, media_ns: int) -> tuple[FenceEvent, ...]:
        return self._guard.take(self._eyes.look(image, media_ns, media_ns))

    def gap(self, gap: Gap) -> tuple[FenceEvent, ...]:
        return self._guard.take(gap)


def seen_with(fences: Sequence[Fence], seeing: frozenset[Seeing]) -> tuple[Fence, ...]:
    """The fences as seen with nothing but ``seeing``; those that say otherwise are left out."""
    narrowed = (replace(fence, see=fence.see & seeing) for fence in fences)
    return tuple(fence for fence in narrowed if fence.see)
