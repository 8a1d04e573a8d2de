"""Candidates to detections: Kerbwatch's labels, one box per thing."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from detector.cards import ModelCard
from detector.engines.layouts import Candidates
from detector.engines.letterbox import Letterbox
from fences.box import Box
from fences.observation import Detection


def detections(found: Candidates, letterbox: Letterbox, card: ModelCard) -> tuple[Detection, ...]:
    """Labelled boxes in 0-1 of the picture, highest score first.

    Classes without a label are dropped first, and boxes of one *label* suppress each other:
    a van taken for a car and for a truck is one vehicle.
    """
    names, label_of_class = _labels(card.labels)
    label_ids = label_of_class[found.classes]
    used = np.flatnonzero(label_ids >= 0)
    kept = used[distinct(found.xyxy[used], found.scores[used], label_ids[used], card.iou)]
    xyxy = letterbox.to_frame(found.xyxy[kept])
    return tuple(
        Detection(names[label_id], min(1.0, float(score)), Box(*(float(v) for v in corners)))
        for label_id, score, corners in zip(label_ids[kept], found.scores[kept], xyxy, strict=True)
    )


def distinct(
    xyxy: NDArray[np.float32],
    scores: NDArray[np.float32],
    label_ids: NDArray[np.intp],
    iou_limit: float,
) -> NDArray[np.intp]:
    """Indices of the boxes [N, 4] that no better box of their label overlaps, best first."""
    if not len(xyxy):
        return np.empty(0, dtype=np.intp)
    xywh = np.concatenate([xyxy[:, :2], xyxy[:, 2:] - xyxy[:, :2]], axis=1)
    kept = cv2.dnn.NMSBoxesBatched(
        xywh.astype(np.float64).tolist(), scores.tolist(), label_ids.tolist(), 0.0, iou_limit
    )
    chosen = np.asarray(kept, dtype=np.intp).reshape(-1)
    return chosen[np.argsort(-scores[chosen], kind="stable")]


@cache
def _labels(labels: tuple[str | None, ...]) -> tuple[list[str], NDArray[np.intp]]:
    """The labels in use, and for each class the index of its label, -1 for none."""
    names = sorted({label for label in labels if label is not None})
    index = {name: number for number, name in enumerate(names)}
    of_class = [-1 if label is None else index[label] for label in labels]
    return names, np.array(of_class, dtype=np.intp)
