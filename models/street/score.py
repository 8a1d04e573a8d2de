"""Average precision per label on the held-out pictures, ours beside the teachers.

    python models/street/score.py --data data --models MODELS --ours ONNX --out scores.json

Truth: hand-made boxes of stall and waste on the three hand-labelled sets; vehicles and two-wheelers
on all, persons on the hand-labelled sets, from hand-made boxes completed by the teachers. What the
teachers doubt is left out of the count. `human` counts hand-made vehicle boxes of `traffic` alone.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch

from common import (
    LABELS,
    PERSON,
    STALL,
    TWO_WHEELER,
    VEHICLE,
    WASTE,
    Floats,
    iou,
    read_labels,
    xywh_to_xyxy,
)  # fmt: skip
from detectors import Detector, Found, ours, raw_head, yolov5, yolox

FLOOR = 0.005
IOUS = np.arange(0.5, 0.96, 0.05)
HAND_SETS = ("amsterdam_garbage", "construction_street", "street_people")
Ap = dict[str, float]


@dataclass(frozen=True, slots=True)
class Case:
    """A held-out picture's truth: label and xyxy, and what is not counted."""

    name: str
    truth: Floats
    ignore: Floats
    hand: Floats


def rows_of(data: Path, kind: str, name: str) -> Floats:
    rows = read_labels(data / kind / f"{name}.txt")
    return np.concatenate([rows[:, :1], xywh_to_xyxy(rows[:, 1:])], 1)


def cases(data: Path) -> list[Case]:
    names = [
        line.split(" ", 1)[1]
        for line in (data / "split.txt").read_text().splitlines()
        if line.startswith("held_out")
    ]
    out = []
    for name in names:
        hand, taught = rows_of(data, "hand", name), rows_of(data, "taught", name)
        doubt = rows_of(data, "doubtful", name)
        out.append(Case(name, np.concatenate([hand, taught]), doubt, hand))
    return out


def hits(
    found: Floats, truth: Floats, ignore: Floats, threshold: float
) -> Iterator[tuple[float, bool]]:
    """Score and verdict of each detection of one label in one picture, best first."""
    found = found[np.argsort(-found[:, 4])]
    overlap, doubt = iou(found[:, :4], truth), iou(found[:, :4], ignore)
    free = np.ones(len(truth), bool)
    for i, row in enumerate(found):
        left = overlap[i] * free
        if len(left) and left.max() >= threshold:
            free[left.argmax()] = False
            yield float(row[4]), True
        elif not (len(ignore) and doubt[i].max() >= 0.5):
            yield float(row[4]), False


def average_precision(marks: list[tuple[float, bool]], wanted: int) -> float:
    """Area under the precision envelope, at 101 recalls as COCO does."""
    if not wanted or not marks:
        return 0.0
    good = np.array([m[1] for m in sorted(marks, key=lambda m: -m[0])])
    recall = good.cumsum() / wanted
    precision = good.cumsum() / np.arange(1, len(good) + 1)
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    at = np.searchsorted(recall, np.linspace(0, 1, 101))
    return float(
        np.where(at < len(envelope), envelope[np.minimum(at, len(envelope) - 1)], 0).mean()
    )


def best_point(marks: list[tuple[float, bool]], wanted: int) -> Ap:
    """The score threshold with the best F1, and precision and recall there."""
    if not wanted or not marks:
        return {}
    ordered = sorted(marks, key=lambda m: -m[0])
    good = np.array([m[1] for m in ordered]).cumsum()
    precision, recall = good / np.arange(1, len(good) + 1), good / wanted
    best = int((2 * precision * recall / np.maximum(precision + recall, 1e-9)).argmax())
    values = ordered[best][0], float(precision[best]), float(recall[best])
    return dict(zip(("score", "precision", "recall"), (round(v, 3) for v in values), strict=True))


def score_label(every: list[Case], found: dict[str, Found], label: int, human: bool = False) -> Ap:
    values, wanted = [], 0
    point: Ap = {}
    for threshold in IOUS:
        marks: list[tuple[float, bool]] = []
        wanted = 0
        for case in every:
            truth = case.hand if human else case.truth
            mine = truth[truth[:, 0] == label, 1:]
            doubt = (
                case.ignore[case.ignore[:, 0] == label, 1:] if not human else case.ignore[:0, 1:]
            )
            rows = found[case.name]
            marks += hits(rows[rows[:, 0] == label, 1:], mine, doubt, float(threshold))
            wanted += len(mine)
        values.append(average_precision(marks, wanted))
        point = point or best_point(marks, wanted)
    ap = {"ap50": round(values[0], 4), "ap50_95": round(float(np.mean(values)), 4)}
    return ap | {"boxes": wanted} | {f"best_{k}": v for k, v in point.items()}


def score(every: list[Case], found: dict[str, Found]) -> dict[str, Ap]:
    """Average precision by label, and the hand-made vehicle boxes of `traffic` alone."""
    hand_sets = [c for c in every if c.name.split("/")[0] in HAND_SETS]
    traffic = [c for c in every if c.name.startswith("traffic/")]
    out = {LABELS[k]: score_label(hand_sets, found, k) for k in (STALL, WASTE)}
    out[LABELS[PERSON]] = score_label(hand_sets, found, PERSON)
    out |= {LABELS[k]: score_label(every, found, k) for k in (VEHICLE, TWO_WHEELER)}
    out["vehicle_human_traffic"] = score_label(traffic, found, VEHICLE, human=True)
    for name in HAND_SETS:
        part = [c for c in every if c.name.startswith(name + "/")]
        out[f"waste_{name}"] = score_label(part, found, WASTE)
    return out


def look(data: Path, every: list[Case], detector: Detector) -> dict[str, Found]:
    out = {}
    for case in every:
        image = cv2.imread(str(data / "pictures" / f"{case.name}.jpg"))
        assert image is not None, case.name
        out[case.name] = detector(image)  # type: ignore[arg-type]
    return out


def rivals(models: Path, same: float) -> dict[str, Detector]:
    return {
        "yolox_nano_416": yolox(models / "yolox_nano_416.onnx", FLOOR, same),
        "yolov5n_640": yolov5(models / "yolov5n.pt", 640, FLOOR, same),
    }


def table(scores: dict[str, dict[str, Ap]]) -> str:
    """Markdown: one row per label, AP50 / AP50-95 per model."""
    names = list(scores)
    lines = ["| label (boxes) | " + " | ".join(names) + " |", "|---" * (len(names) + 1) + "|"]
    for label, first in scores[names[0]].items():
        cells = [
            f"{scores[n][label]['ap50']:.3f} / {scores[n][label]['ap50_95']:.3f}" for n in names
        ]
        lines.append(f"| {label} ({first['boxes']:.0f}) | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--models", type=Path, help="also score the rivals in this folder")
    parser.add_argument(
        "--ours", type=Path, nargs="*", default=[], help=".onnx, or .pt with --sides"
    )
    parser.add_argument("--sides", type=int, nargs="*", default=[])
    parser.add_argument("--iou", type=float, default=0.45, help="above it two boxes are one thing")
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    torch.set_num_threads(1)
    detectors: dict[str, Detector] = {}
    for path in args.ours:
        if path.suffix == ".onnx":
            detectors[path.stem] = raw_head(path, FLOOR, coco=False, same=args.iou)
        for side in args.sides if path.suffix == ".pt" else ():
            detectors[f"{path.stem}_{side}"] = ours(path, side, FLOOR, args.iou)
    detectors |= rivals(args.models, args.iou) if args.models else {}
    every = cases(args.data)
    scores = {name: score(every, look(args.data, every, d)) for name, d in detectors.items()}
    print(table(scores))
    if args.out:
        args.out.write_text(json.dumps(scores, indent=1) + "\n")


if __name__ == "__main__":
    main()
