"""A stream that runs on with the same picture.

A picture that stands is the same point for point, or within what an encoder makes of a still that
it is sent again and again. A quiet street is not, were it only for the noise of the sensor: where
compression swallows that, it comes back with the next key frame. Measured over real clips and
rendered streets without anybody in them, by day, night and infrared, no picture stood longer than
one key-frame interval; a still that was encoded again stood after 2 to 10 s. A clock that runs on
in a picture that stands is movement: that cannot be told from a quiet street.
"""

from __future__ import annotations

import cv2
import numpy as np

from detector.frame import Image
from detector.health.thumbnail import Thumbnail
from fences.clock import SECOND_NS

SAME_LEVELS = 2
"""Grey levels by which an encoder may miss a point of a still."""

MOVED_SHARE = 3e-4
"""Of the values, 12 of 43,200: one digit of a clock is more."""

ENTER_NS = 30 * SECOND_NS
"""Longer than the key-frame intervals of cameras that save bandwidth where nothing moves."""

LEAVE_NS = 2 * SECOND_NS


class Stillness:
    """Compares each look with the first of those that are like it."""

    def __init__(self) -> None:
        self._first: Image | None = None

    def stands(self, small: Thumbnail) -> bool:
        """Whether this look shows what the looks before it have shown."""
        if self._first is not None:
            apart = cv2.absdiff(small.raw, self._first)
            if np.count_nonzero(apart > SAME_LEVELS) <= MOVED_SHARE * apart.size:
                return True
        self._first = small.raw
        return False
