"""Whether it is worth asking the learned detectors again: only where something has changed.

What they would say of the same pixels is known already. The surroundings of all fences are
compared, small, with how they were when last asked; the comparison costs a hundredth of an
inference. At night, when nothing stirs, nearly every look is spared.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from detector.frame import Image
from fences.clock import SECOND_NS
from fences.fence import Fence

ASK_ANYWAY_NS = 60 * SECOND_NS
"""Longest time without a full look: what creeps in slower than that counts as changed too."""

MARGIN = 0.15
"""Of the picture, around the fences: whose foot is inside may reach out of it."""

LONG_SIDE_PX = 192
"""Of the small picture: a person of a thirtieth of the picture's height still has some pixels."""

CONTRAST = 9
"""Change of a channel (0-255) of such a pixel, the mean of many, that is no noise."""

CHANGED_PIXELS = 3
"""So many of them are something."""

_NOTHING, _NOISE = (0, 0, 0), (CONTRAST, CONTRAST, CONTRAST)

_Small = NDArray[np.uint8]


class Gate:
    """Remembers what was last inferred of one camera. ``fences`` must not be empty."""

    def __init__(self, fences: Sequence[Fence]) -> None:
        bounds = [fence.polygon.bounds for fence in fences]
        self._x1 = max(0.0, min(box.x1 for box in bounds) - MARGIN)
        self._y1 = max(0.0, min(box.y1 for box in bounds) - MARGIN)
        self._x2 = min(1.0, max(box.x2 for box in bounds) + MARGIN)
        self._y2 = min(1.0, max(box.y2 for box in bounds) + MARGIN)
        self._known: _Small | None = None
        self._asked_ns = 0

    def opens(self, image: Image, media_ns: int) -> bool:
        """Whether to infer; if so, this picture is what later ones are compared with."""
        small = self._small(image)
        known = self._known
        waited_ns = media_ns - self._asked_ns
        if known is not None and known.shape == small.shape and 0 <= waited_ns < ASK_ANYWAY_NS:
            same = cv2.inRange(cv2.absdiff(small, known), _NOTHING, _NOISE)
            if same.size - cv2.countNonZero(same) < CHANGED_PIXELS:
                return False
        self._known, self._asked_ns = small, media_ns
        return True

    def _small(self, image: Image) -> _Small:
        height, width = image.shape[:2]
        part = image[
            int(self._y1 * height) : max(int(np.ceil(self._y2 * height)), 1),
            int(self._x1 * width) : max(int(np.ceil(self._x2 * width)), 1),
        ]
        scale = min(1.0, LONG_SIDE_PX / max(part.shape[:2]))
        size_wh = max(1, round(part.shape[1] * scale)), max(1, round(part.shape[0] * scale))
        small = cv2.resize(part, size_wh, interpolation=cv2.INTER_AREA)
        return np.asarray(small, dtype=np.uint8)
