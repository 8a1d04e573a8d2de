"""Average precision, as COCO defines it, and the score at which a label is best cut off.

Our own, for it is thirty lines of numpy: the libraries that compute it (pycocotools and its
successors) want COCO's JSON and compiled code for the same numbers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

IOU_LIMITS = tuple(round(0.5 + 0.05 * step, 2) for step in range(10))
"""0.50, 0.55 … 0.95: AP50 is at the first, AP50-95 the mean over all."""

_RECALLS = np.linspace(0, 1, 101)


@dataclass(frozen=True, slots=True)
class Cut:
    """What a label would be at one score limit; all in 0-1."""

    score: float
    precision: float
    recall: float


@dataclass(frozen=True, slots=True)
class LabelScore:
    """One label over a data set; ``boxes`` are those marked, ``best`` is where F1 is highest."""

    ap50: float
    ap50_95: float
    boxes: int
    best: Cut | None


def score_label(scores: NDArray[np.float64], hit: NDArray[np.bool_], boxes: int) -> LabelScore:
    """From the detections of one label in all pictures.

    ``scores`` [N] in any order, ``hit`` [10, N] whether each is right at every one
    of ``IOU_LIMITS``. Raises ``ValueError`` where nothing is marked: there is no recall then.
    """
    if boxes < 1:
        raise ValueError("average precision needs at least one marked box")
    order = np.argsort(-scores, kind="stable")
    hit = hit[:, order]
    values = [average_precision(row, boxes) for row in hit]
    best = _best_cut(scores[order], hit[0], boxes)
    return LabelScore(values[0], float(np.mean(values)), boxes, best)


def average_precision(hit: NDArray[np.bool_], boxes: int) -> float:
    """Mean over 101 recalls of the best precision at that recall or a higher one.

    ``hit`` [N] is whether each detection is right, highest score first.
    """
    if not len(hit):
        return 0.0
    right = hit.cumsum()
    precision = right / np.arange(1, len(hit) + 1)
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    first = np.searchsorted(right / boxes, _RECALLS)
    reached = first < len(hit)
    return float(np.where(reached, envelope[np.minimum(first, len(hit) - 1)], 0.0).mean())


def _best_cut(scores: NDArray[np.float64], hit: NDArray[np.bool_], boxes: int) -> Cut | None:
    right = hit.cumsum()
    if not len(hit) or not right[-1]:
        return None
    f1 = 2 * right / (np.arange(1, len(hit) + 1) + boxes)
    best = int(f1.argmax())
    return Cut(float(scores[best]), float(right[best] / (best + 1)), float(right[best] / boxes))
