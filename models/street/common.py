"""Labels, boxes and label files that every step of the recipe shares."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

LABELS = ("person", "vehicle", "two_wheeler", "stall", "waste")
PERSON, VEHICLE, TWO_WHEELER, STALL, WASTE = range(5)
COCO_TO_LABEL = {0: PERSON, 1: TWO_WHEELER, 2: VEHICLE, 3: TWO_WHEELER, 5: VEHICLE, 7: VEHICLE}
GREY = 114

Image = NDArray[np.uint8]
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Letterbox:
    """How a picture was fitted into a square: multiply, then shift."""

    scale: float
    left: int
    top: int

    def back(self, boxes: Floats) -> Floats:
        """Boxes in pixels of the square, as pixels of the picture."""
        shift = np.array([self.left, self.top] * 2, np.float32)
        return (boxes - shift) / np.float32(self.scale)


def letterbox(image: Image, side: int, *, centre: bool = True) -> tuple[Image, Letterbox]:
    """The picture, whole, inside a grey square."""
    height, width = image.shape[:2]
    scale = side / max(height, width)
    new_w, new_h = round(width * scale), round(height * scale)
    left = (side - new_w) // 2 if centre else 0
    top = (side - new_h) // 2 if centre else 0
    square = np.full((side, side, 3), GREY, np.uint8)
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    square[top : top + new_h, left : left + new_w] = cv2.resize(
        image, (new_w, new_h), interpolation=how
    )
    return square, Letterbox(scale, left, top)


def tensor(square: Image) -> Floats:
    """A BGR square as the network's RGB input, 0 to 1, one in a batch."""
    planes = square[:, :, ::-1].transpose(2, 0, 1)[None]
    return np.ascontiguousarray(planes, np.float32) / np.float32(255)


def xywh_to_xyxy(boxes: Floats) -> Floats:
    centre, half = boxes[:, :2], boxes[:, 2:4] / 2
    return np.concatenate([centre - half, centre + half], 1)


def xyxy_to_xywh(boxes: Floats) -> Floats:
    low, high = boxes[:, :2], boxes[:, 2:4]
    return np.concatenate([(low + high) / 2, high - low], 1)


def iou(a: Floats, b: Floats) -> Floats:
    """Intersection over union of every box in `a` with every box in `b` (xyxy)."""
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, 2:], b[None, :, 2:])
    inter = np.clip(high - low, 0, None).prod(2)
    area_a, area_b = (np.clip(x[:, 2:] - x[:, :2], 0, None).prod(1) for x in (a, b))
    union = area_a[:, None] + area_b[None] - inter
    return np.asarray(inter / np.maximum(union, 1e-9), np.float32)


def nms(boxes: Floats, scores: Floats, labels: NDArray[np.int64], threshold: float) -> list[int]:
    """Indices that survive suppression within each label, best first."""
    shifted = (boxes + labels[:, None] * np.float32(2 * (abs(boxes).max(initial=0) + 1))).astype(
        np.float32
    )
    order, keep = list(np.argsort(-scores)), []
    while order:
        best = order.pop(0)
        keep.append(int(best))
        if order:
            overlap = iou(shifted[[best]], shifted[order])[0]
            order = [i for i, o in zip(order, overlap, strict=True) if o <= threshold]
    return keep


def read_labels(path: Path) -> Floats:
    """Rows of a YOLO label file: label, centre x, centre y, width, height (0 to 1)."""
    rows = [[float(x) for x in line.split()[:5]] for line in path.read_text().splitlines() if line]
    return np.array(rows, np.float32).reshape(-1, 5)


def write_labels(path: Path, rows: Iterable[Iterable[float]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = (f"{int(label)} " + " ".join(f"{v:.4f}" for v in box) for label, *box in rows)
    path.write_text("".join(line + "\n" for line in lines))
