"""Raw model output to candidate boxes, one function per layout."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from detector.cards import Layout, ModelCard

Raw = NDArray[np.float32]

YOLOX_STRIDES = (8, 16, 32)
_SCORE_SLACK = 1.001


@dataclass(frozen=True, slots=True)
class Candidates:
    """N boxes: ``xyxy`` [N, 4] in pixels of the input, ``scores`` [N], ``classes`` [N]."""

    xyxy: NDArray[np.float32]
    scores: NDArray[np.float32]
    classes: NDArray[np.intp]


class LayoutError(ValueError):
    """Output that the card's layout cannot be read from: ``got`` and ``expected``."""

    def __init__(self, got: str, expected: str) -> None:
        super().__init__(f"got {got}, expected {expected}")
        self.got = got
        self.expected = expected


def decode(output: Raw, card: ModelCard) -> Candidates:
    """Candidates with at least the card's ``min_score``, in no particular order.

    Raises ``LayoutError`` if shape or values do not fit the card.
    """
    check_shape(output.shape, card)
    found = _DECODERS[card.layout](output[0], card)
    if found.scores.size and float(found.scores.max()) > _SCORE_SLACK:
        raise LayoutError(f"a score of {float(found.scores.max()):.3g}", "scores of 0 to 1")
    finite = np.isfinite(found.xyxy).all(axis=1)
    return Candidates(found.xyxy[finite], found.scores[finite], found.classes[finite])


def check_shape(shape: tuple[int, ...], card: ModelCard) -> None:
    """Raises ``LayoutError`` unless an output of this shape fits layout and classes."""
    expected = _expected_shape(card)
    fits = len(shape) == len(expected) and all(
        want is None or have == want for have, want in zip(shape, expected, strict=True)
    )
    if not fits:
        raise LayoutError(
            f"output {_shown(shape)}",
            f"{_shown(expected)} (layout {card.layout}, {len(card.classes)} classes)",
        )


def _expected_shape(card: ModelCard) -> tuple[int | None, ...]:
    classes = len(card.classes)
    match card.layout:
        case Layout.YOLOX:
            return (1, len(_yolox_grid(card.input_hw)[0]), 5 + classes)
        case Layout.YOLOV5:
            return (1, None, 5 + classes)
        case Layout.YOLOV8:
            return (1, 4 + classes, None)
        case Layout.END2END:
            return (1, None, 6)


def _shown(shape: tuple[int | None, ...]) -> str:
    return "[" + ", ".join("any" if side is None else str(side) for side in shape) + "]"


def _yolox(rows: Raw, card: ModelCard) -> Candidates:
    grid, strides = _yolox_grid(card.input_hw)
    chosen, scores, classes = _objectness_times_class(rows, card.min_score)
    boxes = rows[chosen, :4]
    with np.errstate(over="ignore"):  # an absurd size becomes infinite and is dropped
        centres = (boxes[:, :2] + grid[chosen]) * strides[chosen]
        sizes = np.exp(boxes[:, 2:]) * strides[chosen]
    return Candidates(_corners(centres, sizes), scores, classes)


def _yolov5(rows: Raw, card: ModelCard) -> Candidates:
    chosen, scores, classes = _objectness_times_class(rows, card.min_score)
    boxes = rows[chosen, :4]
    return Candidates(_corners(boxes[:, :2], boxes[:, 2:]), scores, classes)


def _yolov8(columns: Raw, card: ModelCard) -> Candidates:
    best = columns[4:].max(axis=0)
    chosen = np.flatnonzero(best >= card.min_score)
    boxes = columns[:4, chosen].T
    classes = columns[4:, chosen].argmax(axis=0)
    return Candidates(_corners(boxes[:, :2], boxes[:, 2:]), best[chosen], classes)


def _end2end(rows: Raw, card: ModelCard) -> Candidates:
    kept = rows[rows[:, 4] >= card.min_score]
    classes = kept[:, 5].astype(np.intp)
    stray = classes[(classes < 0) | (classes >= len(card.classes))]
    if stray.size:
        raise LayoutError(f"class number {stray[0]}", f"class numbers below {len(card.classes)}")
    return Candidates(kept[:, :4], kept[:, 4], classes)


_DECODERS: dict[Layout, Callable[[Raw, ModelCard], Candidates]] = {
    Layout.YOLOX: _yolox,
    Layout.YOLOV5: _yolov5,
    Layout.YOLOV8: _yolov8,
    Layout.END2END: _end2end,
}


def _objectness_times_class(
    rows: Raw, min_score: float
) -> tuple[NDArray[np.intp], NDArray[np.float32], NDArray[np.intp]]:
    """Indices, scores and classes of the rows [N, 5 + C] that score enough."""
    objects = np.flatnonzero(rows[:, 4] >= min_score)  # a product with a class cannot be higher
    by_class = rows[objects, 5:]
    classes = by_class.argmax(axis=1)
    scores = rows[objects, 4] * by_class[np.arange(len(objects)), classes]
    enough = scores >= min_score
    return objects[enough], scores[enough], classes[enough]


def _corners(centres: Raw, sizes: Raw) -> Raw:
    """Centres and sizes [N, 2] each, as xyxy [N, 4]."""
    half = np.maximum(sizes, 0) / 2
    return np.concatenate([centres - half, centres + half], axis=1)


@cache
def _yolox_grid(input_hw: tuple[int, int]) -> tuple[Raw, Raw]:
    """Cell corners [N, 2] as x, y and strides [N, 1], strides ascending, rows first."""
    grids, strides = [], []
    for stride in YOLOX_STRIDES:
        rows, columns = input_hw[0] // stride, input_hw[1] // stride
        y, x = np.mgrid[:rows, :columns]
        grids.append(np.stack([x.ravel(), y.ravel()], axis=1))
        strides.append(np.full((rows * columns, 1), stride))
    return np.concatenate(grids).astype(np.float32), np.concatenate(strides).astype(np.float32)
