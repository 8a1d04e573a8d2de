"""Which detections hit which marked boxes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Boxes = NDArray[np.float64]
"""[N, 4], xyxy in 0-1 of the picture."""


def overlaps(a: Boxes, b: Boxes) -> NDArray[np.float64]:
    """Intersection over union of every box of ``a`` with every box of ``b``, [A, B]."""
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, 2:], b[None, :, 2:])
    common = np.clip(high - low, 0, None).prod(axis=2)
    area_a, area_b = ((it[:, 2:] - it[:, :2]).prod(axis=1) for it in (a, b))
    union = area_a[:, None] + area_b[None] - common
    return np.asarray(np.divide(common, union, out=np.zeros_like(common), where=union > 0))


def matches(found: Boxes, marked: Boxes, limits: Sequence[float]) -> NDArray[np.intp]:
    """Which box of ``marked`` each of ``found``, best first, hits: [limits, N], -1 for none.

    As COCO counts: a detection takes the free marked box that it overlaps most, if by at least
    the limit; a marked box is hit once, and whatever finds it again is wrong.
    """
    table = overlaps(found, marked)
    out = np.full((len(limits), len(found)), -1, dtype=np.intp)
    if not len(marked):
        return out
    for row, limit in enumerate(limits):
        left = table.copy()
        for number in np.flatnonzero(table.max(axis=1) >= limit):
            best = int(left[number].argmax())
            if left[number, best] >= limit:
                out[row, number] = best
                left[:, best] = -1.0
    return out
