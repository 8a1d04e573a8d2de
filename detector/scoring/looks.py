"""What people marked in a picture, and what a model saw in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from detector.scoring.matching import Boxes, matches
from detector.scoring.precision import IOU_LIMITS, LabelScore, score_label
from fences.box import Box
from fences.observation import Detection


@dataclass(frozen=True, slots=True)
class Marked:
    """A picture with Kerbwatch's labels and boxes as people marked them."""

    path: Path
    things: tuple[tuple[str, Box], ...]


@dataclass(frozen=True, slots=True)
class Look:
    """A marked picture and a model's detections in it, highest score first."""

    marked: Marked
    seen: tuple[Detection, ...]

    def boxes_of(self, label: str) -> Boxes:
        """What is marked, [N, 4]."""
        return as_rows(box for name, box in self.marked.things if name == label)

    def seen_of(self, label: str, min_score: float = 0.0) -> tuple[Detection, ...]:
        return tuple(it for it in self.seen if it.label == label and it.score >= min_score)


def as_rows(boxes: Iterable[Box]) -> Boxes:
    """[N, 4], xyxy."""
    return np.array([box.xyxy for box in boxes], dtype=np.float64).reshape(-1, 4)


def score_looks(looks: Sequence[Look], label: str) -> LabelScore:
    """Average precision of one label. Raises ``ValueError`` where none is marked."""
    scores, right, boxes = [], [], 0
    for look in looks:
        marked, seen = look.boxes_of(label), look.seen_of(label)
        boxes += len(marked)
        scores.append(np.array([it.score for it in seen], dtype=np.float64))
        right.append(matches(as_rows(it.box for it in seen), marked, IOU_LIMITS) >= 0)
    return score_label(np.concatenate(scores), np.concatenate(right, axis=1), boxes)
