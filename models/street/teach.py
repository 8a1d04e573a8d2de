"""Detectors label person, vehicle and two_wheeler wherever nobody did.

    python models/street/teach.py --data data --models MODELS

Three COCO detectors look at every picture: YOLOv5n at 960 px, YOLOv8n at 640 px, also
mirrored, and YOLOX-nano at 416 px. Their boxes are clustered; a cluster that two teachers share, or
that one is sure of, becomes a label (`data/taught`), a doubtful one is to be ignored
(`data/doubtful`): the loss neither rewards nor punishes it.
"""

from __future__ import annotations

import argparse
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import cv2
import numpy as np
import torch

from common import Floats, Image, iou, read_labels, write_labels, xywh_to_xyxy, xyxy_to_xywh
from detectors import Detector, Found, raw_head, yolov5, yolox

FLOOR = 0.12
SURE = 0.6
SHARED = 0.3
SAME_IOU = 0.5
HAND_IOU = 0.45
EMPTY = np.zeros((0, 6), np.float32)


def mirrored(teacher: Detector) -> Detector:
    """The teacher, looking at the picture and at its mirror image."""

    def look(image: Image) -> Found:
        flipped = teacher(np.ascontiguousarray(image[:, ::-1]))
        flipped[:, [1, 3]] = 1 - flipped[:, [3, 1]]
        both = np.concatenate([teacher(image), flipped])
        return merge([both], same=0.6)[0]

    return look


def merge(found: list[Found], same: float = SAME_IOU) -> tuple[Found, list[int]]:
    """Clusters of boxes of one label: score-weighted mean box, best score; how many agree."""
    rows = np.concatenate(found) if found else EMPTY
    owner = np.concatenate([np.full(len(f), i) for i, f in enumerate(found)] or [np.zeros(0)])
    order = list(np.argsort(-rows[:, 5]))
    merged, votes = [], []
    while order:
        head = order[0]
        overlap = iou(rows[[head], 1:5], rows[order, 1:5])[0]
        mine = [i for i, o in zip(order, overlap, strict=True)
                if i == head or (o > same and rows[i, 0] == rows[head, 0])]  # fmt: skip
        weight = rows[mine, 5:6]
        box = (rows[mine, 1:5] * weight).sum(0) / weight.sum()
        merged.append([rows[head, 0], *box, rows[head, 5]])
        votes.append(len(set(owner[mine])))
        order = [i for i in order if i not in mine]
    return np.array(merged, np.float32).reshape(-1, 6), votes


def judge(found: list[Found]) -> tuple[Found, Found]:
    """What the teachers agree on, and what they doubt."""
    rows, votes = merge(found)
    keep = [
        bool(row[5] >= SURE or (n >= 2 and row[5] >= SHARED))
        for row, n in zip(rows, votes, strict=True)
    ]
    chosen = np.array(keep, bool)
    return rows[chosen], rows[~chosen]


def outside(rows: Found, hand: Floats) -> Found:
    """Rows that no hand-made box already stands for."""
    if not len(rows) or not len(hand):
        return rows
    mine = hand[np.isin(hand[:, 0], (0, 1, 2))]
    if not len(mine):
        return rows
    free = iou(rows[:, 1:5], xywh_to_xyxy(mine[:, 1:])).max(1) < HAND_IOU
    return np.asarray(rows[free], np.float32)


def teachers_from(models: Path) -> list[Detector]:
    torch.set_num_threads(1)
    return [
        yolov5(models / "yolov5n.pt", 960, FLOOR),
        mirrored(raw_head(models / "yolov8n_int8_640.onnx", FLOOR, coco=True)),
        yolox(models / "yolox_nano_416.onnx", FLOOR),
    ]


def label(data: Path, models: Path, names: list[str]) -> None:
    """Writes the labels of some pictures."""
    teachers = teachers_from(models)
    for name in names:
        image = cv2.imread(str(data / "pictures" / f"{name}.jpg"))
        assert image is not None, name
        sure, doubtful = judge([t(image) for t in teachers])  # type: ignore[arg-type]
        hand = read_labels(data / "hand" / f"{name}.txt")
        for kind, found in (("taught", sure), ("doubtful", doubtful)):
            rows = outside(found, hand)
            boxes = np.concatenate([rows[:, :1], xyxy_to_xywh(rows[:, 1:5]), rows[:, 5:]], 1)
            write_labels(data / kind / f"{name}.txt", boxes.tolist())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--models", type=Path, required=True)
    parser.add_argument("--processes", type=int, default=2)
    args = parser.parse_args()
    lines = (args.data / "split.txt").read_text().splitlines()
    names = [line.split(" ", 1)[1] for line in lines]
    parts = [names[i :: args.processes] for i in range(args.processes)]
    with ProcessPoolExecutor(args.processes, get_context("spawn")) as pool:
        for done in [pool.submit(label, args.data, args.models, part) for part in parts]:
            done.result()


if __name__ == "__main__":
    main()
