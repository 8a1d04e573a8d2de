"""From changed pixels to things."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from detector.obstruction.view import Mask

MIN_SHARE = 0.0006
"""Of the view's pixels: smaller blobs are noise."""

MIN_PIXELS = 12
"""Of the view: smaller blobs have no shape."""


@dataclass(frozen=True, slots=True)
class Blob:
    """A connected set of pixels of the view. ``foot`` is the middle pixel of its lowest row."""

    mask: Mask
    x: int
    y: int
    width: int
    height: int
    pixels: int
    foot: tuple[float, float]


def blobs_in(changed: Mask, inside: Mask) -> Iterator[Blob]:
    """The blobs of a mask within ``inside``, specks removed, small breaks closed."""
    small = cv2.morphologyEx(changed.astype(np.uint8), cv2.MORPH_OPEN, np.ones((2, 2), np.uint8))
    joined = cv2.morphologyEx(
        small, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5))
    )
    within = np.where(inside, joined, 0).astype(np.uint8)
    if cv2.countNonZero(within) == 0:  # as nearly always, and what follows takes its time
        return
    count, labels, stats, _ = cv2.connectedComponentsWithStats(within, connectivity=8)
    least = max(MIN_PIXELS, MIN_SHARE * changed.size)
    for number in range(1, count):
        x, y, width, height, pixels = (int(value) for value in stats[number])
        if pixels < least or min(width, height) < 3:
            continue
        mask = labels == number
        row = y + height - 1
        columns = np.flatnonzero(mask[row])
        foot = (float(columns[columns.size // 2]) + 0.5, row + 0.5)
        yield Blob(mask, x, y, width, height, pixels, foot)


def is_something(changed: Mask) -> bool:
    """Whether as many pixels as a thing has are left of a mask once its specks are removed."""
    opened = cv2.morphologyEx(changed.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    return cv2.countNonZero(opened) >= max(MIN_PIXELS, MIN_SHARE * changed.size)
