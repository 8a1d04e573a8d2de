"""What a user would try first: a background subtractor of OpenCV and a rule for what stays.

The rule, in the words of many a tutorial: a foreground blob inside the fence, large enough,
whose box keeps overlapping the one it began with for the dwell, is a violation; it is over when
no such blob was there for the clearing time. Default parameters, but for a history that is long
enough for the dwell.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from detector.frame import Image
from fences.box import Box, iou
from fences.clock import SECOND_NS
from fences.event import EventKind, FenceEvent, Reason, Sighting
from fences.fence import Fence, Rule
from fences.observation import Gap

STAYS_IOU = 0.5
"""Overlap with the box it began with, at which a blob still stands there."""

WARM_UP_NS = 3 * SECOND_NS
"""In which a background model is let alone to learn."""

DEFAULT_HISTORY = 500
"""OpenCV's own, in looks."""

ABSORBED_SHARE = 0.105
"""Of the history: looks after which MOG2 takes what stands for background, ln(1 / 0.9)."""

_SOLID = 200
"""Above the grey value 127 that marks a shadow."""

Mask = NDArray[np.uint8]
"""Height x width of the frame: 0 or 255."""


def history_for(dwell_ns: int, every_ns: int) -> int:
    """Looks to remember, so that a thing stays foreground for twice the dwell at least."""
    looks = 2 * dwell_ns / max(every_ns, 1)
    return max(DEFAULT_HISTORY, round(looks / ABSORBED_SHARE))


class Subtractor(Protocol):
    """What OpenCV's background subtractors have in common."""

    def apply(self, image: Image, *, learningRate: float) -> Any:  # noqa: N803  # OpenCV's name
        """The foreground: height x width, 255 where it is, 127 where it is a shadow."""
        ...


def mog2(history: int) -> Subtractor:
    """OpenCV's mixture of Gaussians, with its shadow detection."""
    return cv2.createBackgroundSubtractorMOG2(history=history)


def knn(history: int) -> Subtractor:
    """OpenCV's nearest neighbours, with its shadow detection."""
    cv2.setRNGSeed(0)  # it keeps samples by chance; the same chances for every clip
    return cv2.createBackgroundSubtractorKNN(history=history)


@dataclass(frozen=True, slots=True)
class Blob:
    """Foreground pixels that hang together; ``area`` is their share of the frame."""

    box: Box
    area: float


def blobs(foreground: Mask, inside: Mask) -> Iterator[Blob]:
    """The blobs within ``inside``, without shadows, specks removed and small breaks closed."""
    solid = ((foreground > _SOLID) & (inside > 0)).astype(np.uint8)
    opened = cv2.morphologyEx(solid, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    closed = cv2.morphologyEx(opened, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    height, width = closed.shape
    count, _, stats, _ = cv2.connectedComponentsWithStats(closed, connectivity=8)
    for number in range(1, count):
        x, y, wide, high, pixels = (int(value) for value in stats[number])
        box = Box(x / width, y / height, (x + wide) / width, (y + high) / height)
        yield Blob(box, pixels / closed.size)


@dataclass(frozen=True, slots=True)
class Stay:
    """A blob that stands at ``box`` since ``since_ns``, last seen there at ``seen_ns``."""

    box: Box
    since_ns: int
    seen_ns: int


class StationaryRule:
    """The rule for one fence and scenario. Times in nanoseconds of media time."""

    def __init__(self, fence: Fence, rule: Rule) -> None:
        self._fence = fence
        self._rule = rule
        self._stays: list[Stay] = []
        self._open: FenceEvent | None = None
        self._free_since_ns: int | None = None

    def take(self, found: Sequence[Blob], media_ns: int) -> tuple[FenceEvent, ...]:
        """What these blobs make happen."""
        large = [blob.box for blob in found if blob.area >= self._rule.min_area]
        self._stays = self._followed(large, media_ns)
        standing = [
            stay
            for stay in self._stays
            if stay.seen_ns - stay.since_ns >= self._rule.dwell_ns
            and media_ns - stay.seen_ns <= self._rule.grace_ns
        ]
        if self._open is None:
            return self._opened(standing, media_ns)
        return self._cleared(standing, media_ns)

    def _followed(self, boxes: list[Box], media_ns: int) -> list[Stay]:
        free, followed = list(boxes), []
        for stay in self._stays:
            best = max(free, key=lambda box: iou(stay.box, box), default=None)
            if best is not None and iou(stay.box, best) > STAYS_IOU:
                free.remove(best)
                followed.append(replace(stay, seen_ns=media_ns))
            elif media_ns - stay.seen_ns <= self._rule.grace_ns:
                followed.append(stay)
        return followed + [Stay(box, media_ns, media_ns) for box in free]

    def _opened(self, standing: list[Stay], media_ns: int) -> tuple[FenceEvent, ...]:
        if not standing:
            return ()
        first = min(standing, key=lambda stay: stay.since_ns)
        self._free_since_ns = None
        self._open = FenceEvent(
            kind=EventKind.OPENED,
            reason=Reason.DWELL_REACHED,
            camera_id=self._fence.camera_id,
            fence_id=self._fence.id,
            scenario_id=self._rule.scenario.id,
            violation=media_ns,
            seq=1,
            media_ns=media_ns,
            wall_ns=media_ns,
            since_ns=first.since_ns,
            sightings=(Sighting(1, first.box, ("blob",), "blob", 1.0, first.since_ns),),
        )
        return (self._open,)

    def _cleared(self, standing: list[Stay], media_ns: int) -> tuple[FenceEvent, ...]:
        assert self._open is not None
        if standing:
            self._free_since_ns = None
            return ()
        if self._free_since_ns is None:
            self._free_since_ns = media_ns
        if media_ns - self._free_since_ns < self._rule.clear_after_ns:
            return ()
        cleared = replace(
            self._open,
            kind=EventKind.CLEARED,
            reason=Reason.PLACE_CLEAR,
            seq=2,
            media_ns=media_ns,
            wall_ns=media_ns,
            sightings=(),
        )
        self._open = None
        return (cleared,)


class Recipe:
    """A background subtractor over the whole frame and the rule for every fence.

    After the warm-up it learns at the pace of its history: left to itself, OpenCV learns much
    faster in the first minutes, and takes what stands for background before any dwell is over.
    """

    def __init__(self, fences: Sequence[Fence], subtractor: Subtractor, history: int) -> None:
        self._fences = tuple(fences)
        self._subtractor = subtractor
        self._pace = 1 / history
        self._rules = [
            (number, StationaryRule(fence, rule))
            for number, fence in enumerate(self._fences)
            for rule in fence.rules
        ]
        self._inside: list[Mask] = []
        self._first_ns: int | None = None

    def look(self, image: Image, media_ns: int) -> tuple[FenceEvent, ...]:
        if self._first_ns is None:
            self._first_ns = media_ns
            self._inside = [_filled(fence, image.shape) for fence in self._fences]
        warm = media_ns - self._first_ns >= WARM_UP_NS
        mask = self._subtractor.apply(image, learningRate=self._pace if warm else -1)
        if not warm:
            return ()
        found = [list(blobs(mask, inside)) for inside in self._inside]
        return tuple(
            event for number, rule in self._rules for event in rule.take(found[number], media_ns)
        )

    def gap(self, gap: Gap) -> tuple[FenceEvent, ...]:
        """A recipe knows nothing of gaps."""
        del gap
        return ()


def _filled(fence: Fence, size_hw: tuple[int, ...]) -> Mask:
    height, width = size_hw[:2]
    corners = np.array(fence.polygon.points) * [width, height]
    mask = np.zeros((height, width), np.uint8)
    cv2.fillPoly(mask, [np.rint(corners).astype(np.int32)], (255.0,))
    return mask
