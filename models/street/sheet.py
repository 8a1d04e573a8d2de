"""Sheets of the held-out pictures: truth thin, detections thick with score, worst or best first.

python models/street/sheet.py --data data --ours ONNX --label waste --out worst.png [--best]
"""

from __future__ import annotations

import argparse
from pathlib import Path

import cv2
import numpy as np

from common import LABELS, Floats, Image, iou
from detectors import Found, raw_head
from score import HAND_SETS, Case, cases

TILE = 300
COLUMNS = 6
SEEN, FALSE, MISSED, TRUTH = (60, 200, 60), (40, 40, 255), (0, 220, 255), (255, 255, 255)
Mark = tuple[Floats, tuple[int, int, int], str]


def marks(case: Case, found: Found, label: int, threshold: float) -> tuple[list[Mark], float]:
    """Boxes to draw, and how wrong the picture is: false alarms and misses, by score."""
    truth = case.truth[case.truth[:, 0] == label, 1:]
    rows = found[(found[:, 0] == label) & (found[:, 5] >= threshold)]
    free = np.ones(len(truth), bool)
    out: list[Mark] = []
    wrong = 0.0
    for row in rows[np.argsort(-rows[:, 5])]:
        overlap = iou(row[None, 1:5], truth)[0] * free if len(truth) else np.zeros(1)
        hit = overlap.max() >= 0.5
        if hit:
            free[overlap.argmax()] = False
        else:
            wrong += float(row[5])
        out.append((row[1:5], SEEN if hit else FALSE, f"{row[5]:.2f}"))
    out += [(box, TRUTH if seen else MISSED, "") for box, seen in zip(truth, ~free, strict=True)]
    return out, wrong + 0.6 * float(free.sum())


def draw(image: Image, every: list[Mark]) -> Image:
    scale = TILE / max(image.shape[:2])
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    height, width = small.shape[:2]
    for box, colour, text in every:
        x0, y0, x1, y1 = (int(v) for v in box * np.array([width, height] * 2))
        cv2.rectangle(small, (x0, y0), (x1, y1), colour, 2 if text else 1)
        cv2.putText(small, text, (x0 + 2, y0 + 12), cv2.FONT_HERSHEY_SIMPLEX, 0.4, colour, 1)
    tile = np.full((TILE, TILE, 3), 40, np.uint8)
    tile[:height, :width] = small
    return tile


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--ours", type=Path, required=True)
    parser.add_argument("--label", choices=LABELS, required=True)
    parser.add_argument("--threshold", type=float, default=0.25)
    parser.add_argument("--count", type=int, default=24)
    parser.add_argument("--best", action="store_true")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    detector, label = raw_head(args.ours, args.threshold, coco=False), LABELS.index(args.label)
    ranked = []
    for case in cases(args.data):
        if case.name.split("/")[0] not in HAND_SETS:
            continue
        image = cv2.imread(str(args.data / "pictures" / f"{case.name}.jpg"))
        assert image is not None, case.name
        every, wrong = marks(case, detector(image), label, args.threshold)  # type: ignore[arg-type]
        if every:
            ranked.append((wrong, case.name, draw(image, every)))  # type: ignore[arg-type]
    ranked.sort(key=lambda r: (r[0] if args.best else -r[0], r[1]))
    tiles = [r[2] for r in ranked[: args.count]]
    tiles += [np.zeros_like(tiles[0])] * (-len(tiles) % COLUMNS)
    lines = [np.hstack(tiles[i : i + COLUMNS]) for i in range(0, len(tiles), COLUMNS)]
    cv2.imwrite(str(args.out), np.vstack(lines))


if __name__ == "__main__":
    main()
