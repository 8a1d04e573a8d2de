"""The obstruction watcher of one fence: what is new here, and stands still.

```
look ─► still pixels (since when, what value) ─► still AND unlike the background ─► blobs
             │                                                                       │
             └─ unlike nothing for long ─► background learns     light? ghost? ─► background
```
Constants are in media time: the same things are found at any frame rate.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from detector.frame import Image
from detector.obstruction.blobs import Blob, blobs_in, is_something
from detector.obstruction.light import gain, is_ghost, is_light, keeps_tint, under
from detector.obstruction.memory import Memory, new_memory, resized
from detector.obstruction.stillness import FOLLOW_TAU_NS, note_stillness
from detector.obstruction.view import FenceView, Mask, Plane, difference, novelty, view_of
from fences.box import Box
from fences.clock import SECOND_NS, running
from fences.fence import Fence
from fences.observation import Detection, Label, Seeing

ACTIVE_SHARE = 0.1
"""Of a thing's pixels: as many passing beside it mean that somebody is at it."""

MIN_CONTRAST = 16.0
"""Least change of a channel (0-255) that is not noise."""

TONE_SHARE = 0.12
"""Of a pixel's brightness, that the camera's tone curve may leave after its exposure."""

VISIBLE_SHARE = 0.3
"""Of a thing's pixels that must be seen; else something stands before it, or it has just gone."""

JUMP_SHARE = 0.6
"""Of the fence, changed at once: light or a moved camera, not a thing."""

OTHER_LIGHT_NS = 600 * SECOND_NS
"""How long a place is remembered as it looked under another light: shade comes back."""


@dataclass(frozen=True, slots=True)
class _Look:
    """The fence's pixels now, which of them people hide, and which show their still value."""

    pixels: Plane
    hidden: Mask
    kept: Mask


class ObstructionWatcher:
    """Watches one fence. Not thread-safe; :attr:`memory` may be saved and given back.

    A memory of a fence that had other corners is let go.
    """

    def __init__(self, fence: Fence, memory: Memory | None = None) -> None:
        self._fence = fence
        self._corners = np.array(fence.polygon.points, np.float64)
        self._view: FenceView | None = None
        moved = memory is None or not np.array_equal(memory.corners, self._corners)
        self.memory = None if moved else memory
        self.restless = True
        """Whether the last look found changed pixels of no known thing, or knew too little."""

    def observe(
        self, image: Image, media_ns: int, people: tuple[Box, ...]
    ) -> tuple[Detection, ...] | None:
        """The obstructions in the fence now, or ``None`` while the picture is in upheaval.

        ``people``: boxes of persons, whose pixels tell nothing about the place.
        """
        size_hw = (image.shape[0], image.shape[1])
        if self._view is None or self._view.frame_hw != size_hw:
            self._begin(size_hw)
        view = self._view
        assert view is not None
        pixels = view.look(image)
        if self.memory is None:
            self.memory = new_memory(pixels, media_ns, self._corners)
            return ()
        memory = self.memory
        dt_ns = max(0, media_ns - memory.last_ns)  # a memory may be newer than the state
        memory.last_ns = media_ns
        hidden = _hidden(view, people)
        empty = memory.learned & ~memory.standing & ~hidden
        pixels = under(pixels, gain(pixels, memory.background, empty))
        kept = note_stillness(memory, pixels, media_ns, dt_ns, hidden)
        return self._compare(memory, view, _Look(pixels, hidden, kept), dt_ns)

    def _begin(self, size_hw: tuple[int, int]) -> None:
        self._view = view_of(self._fence.polygon, size_hw)
        if self.memory is not None and self.memory.learned.shape != self._view.size_hw:
            self.memory = resized(self.memory, self._view.size_hw)

    def _compare(
        self,
        memory: Memory,
        view: FenceView,
        now: _Look,
        dt_ns: int,
    ) -> tuple[Detection, ...] | None:
        known = memory.learned & view.inside
        contrast = _contrast(memory)
        differs = difference(now.pixels, memory.background) > contrast
        new = differs & memory.learned & ~now.hidden & ~memory.standing
        if np.count_nonzero(new) > JUMP_SHARE * new.size:
            _learn_anew(memory)
            self.restless = True
            return None
        self.restless = is_something(new & view.inside) or not known.any()
        change = _change(memory)
        np.copyto(memory.alike_ns, memory.last_ns, where=now.kept & (change <= contrast))
        before = memory.standing.copy()
        memory.standing[:] = False
        things = []
        for blob in blobs_in((change > contrast) & known, view.inside):
            if self._is_thing(memory, blob, before, view.inside):
                memory.standing |= blob.mask
                things.append(blob)
        found = self._detections(memory, view, now, things, change)
        quiet = ~differs & ~memory.standing & known & ~now.hidden
        cv2.accumulateWeighted(
            now.pixels, memory.background, running(dt_ns, FOLLOW_TAU_NS), quiet.astype(np.uint8)
        )
        around = memory.learned & ~view.inside  # what stands there is nobody's business
        cv2.copyTo(memory.still, around.astype(np.uint8), memory.background)
        return tuple(found)

    def _is_thing(self, memory: Memory, blob: Blob, before: Mask, inside: Mask) -> bool:
        """Whether it is one, and not light, nor the hole that a thing has left.

        What was a thing is asked about light again: of a shadow's edge that has just come into
        the fence too little is seen to tell.
        """
        now, background = memory.still, memory.background
        new = before[blob.mask].mean() <= 0.5
        if is_light(now, background, blob.mask):
            memory.other[blob.mask] = background[blob.mask]
            memory.other_ns[blob.mask] = memory.last_ns
        elif not (new and is_ghost(now, background, blob.mask, inside)):
            return True
        background[blob.mask] = now[blob.mask]
        return False

    def _detections(
        self,
        memory: Memory,
        view: FenceView,
        now: _Look,
        things: list[Blob],
        change: Plane,
    ) -> list[Detection]:
        if not things:
            return []
        transient = memory.learned & view.inside & ~now.kept & ~now.hidden
        passing = _passing(transient & ~keeps_tint(now.pixels, memory.background, transient))
        return [
            Detection(
                label=Label.OBSTRUCTION,
                score=min(1.0, 0.4 + float(change[blob.mask].mean()) / 150.0),
                box=view.box_of(blob.x, blob.y, blob.width, blob.height),
                seen_by=Seeing.OBSTRUCTION,
                anchor=view.point_of(*blob.foot),
                fence_id=self._fence.id,
                since_ns=_since_ns(memory, blob),
                activity=_activity(blob, passing),
                covered=float(now.kept[blob.mask].mean()) < VISIBLE_SHARE,
            )
            for blob in things
        ]


def _since_ns(memory: Memory, blob: Blob) -> int:
    """Since when the blob's pixels are still, and unlike the background."""
    since_ns = np.maximum(memory.still_since_ns[blob.mask], memory.alike_ns[blob.mask])
    return int(np.median(since_ns))


def _passing(transient: Mask) -> Mask:
    """Pixels that keep no value, without specks: people and traffic, not noise."""
    opened = cv2.morphologyEx(transient.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3)))
    return np.asarray(opened > 0, dtype=np.bool_)


def _activity(blob: Blob, passing: Mask) -> float:
    """How much passes at the blob or right beside it now, 0-1, against the blob's own size."""
    reach = max(3, max(blob.width, blob.height) // 3)
    top, left = max(0, blob.y - reach), max(0, blob.x - reach)
    near = passing[top : blob.y + blob.height + reach, left : blob.x + blob.width + reach]
    return min(1.0, int(np.count_nonzero(near)) / (ACTIVE_SHARE * blob.pixels))


def _change(memory: Memory) -> Plane:
    """How far the last still picture is from the empty place, under either light."""
    change = novelty(memory.still, memory.background)
    lately = (memory.other_ns > 0) & (memory.last_ns - memory.other_ns <= OTHER_LIGHT_NS)
    if not lately.any():
        return change
    other = novelty(memory.still, memory.other)
    return np.asarray(np.where(lately, np.minimum(change, other), change), dtype=np.float32)


def _learn_anew(memory: Memory) -> None:
    """Everything changed: where the new picture has come to rest, it is the background."""
    settled = memory.learned & ~memory.standing
    cv2.copyTo(memory.still, settled.astype(np.uint8), memory.background)


def _contrast(memory: Memory) -> Plane:
    """Per pixel, the change of a channel that is neither noise nor the camera's tone curve."""
    bright = cv2.max(cv2.max(*cv2.split(memory.background)[:2]), memory.background[..., 2])
    noise = np.maximum(5.0 * memory.noise, TONE_SHARE * bright)
    return np.asarray(np.maximum(noise, MIN_CONTRAST), dtype=np.float32)


def _hidden(view: FenceView, people: tuple[Box, ...]) -> Mask:
    hidden = np.zeros(view.size_hw, np.bool_)
    for box in people:
        margin = 0.08 * box.width
        hidden[view.rectangle_of(Box(box.x1 - margin, box.y1, box.x2 + margin, box.y2))] = True
    return hidden
