"""Renders street scenes for training, with the exact boxes of everything in them.

    python models/street/rendered.py --out data

Every condition in turn; the seeds are below those that `kerbwatch accuracy` measures on, and not
among those that it tunes on. What is mostly hidden, or only a few pixels, counts neither way.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from common import LABELS, write_labels
from replay.scenes.catalogue import CONDITIONS, make_scene
from replay.scenes.render import Studio, TruthBox

SET = "rendered"
SEEDS = range(910, 1000)
MOMENTS = 3
SIZE_WH = (640, 360)
JPEG_QUALITY = 75
SEEN = 0.5
LEAST_PX = 6

Row = tuple[int, float, float, float, float]


def row(box: TruthBox) -> Row:
    """Label, centre x and y, width, height of what is inside the picture (0 to 1)."""
    x0, y0, x1, y1 = np.clip(box.xyxy, 0, 1)
    return LABELS.index(box.label), (x0 + x1) / 2, (y0 + y1) / 2, x1 - x0, y1 - y0


def sorted_out(boxes: tuple[TruthBox, ...]) -> tuple[list[Row], list[Row]]:
    """What is to be found, and what counts neither way."""
    found, doubtful = [], []
    for box in boxes:
        one = row(box)
        large = min(one[3] * SIZE_WH[0], one[4] * SIZE_WH[1]) >= LEAST_PX
        if large and box.visible_share >= SEEN:
            found.append(one)
        elif one[3] > 0 and one[4] > 0:
            doubtful.append(one)
    return found, doubtful


def moments(seed: int, frames: int) -> Iterator[int]:
    """Frame numbers: one in each part of the clip."""
    rng = np.random.default_rng([seed, 7])
    for part in range(MOMENTS):
        yield int((part + rng.random()) / MOMENTS * frames)


def render_scene(seed: int, out: Path) -> list[str]:
    conditions = list(CONDITIONS)
    condition = conditions[seed % len(conditions)]
    spec = make_scene(condition, seed, width_px=SIZE_WH[0], height_px=SIZE_WH[1])
    studio = Studio(spec)
    names = []
    for index in moments(seed, spec.frame_count):
        frame = studio.frame(index)
        name = f"{SET}/{condition}_{seed}_{index:03d}"
        path = out / "pictures" / f"{name}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(path), frame.image, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
        found, doubtful = sorted_out(frame.boxes)
        write_labels(out / "hand" / f"{name}.txt", found)
        write_labels(out / "taught" / f"{name}.txt", [])
        write_labels(out / "doubtful" / f"{name}.txt", doubtful)
        names.append(name)
    return names


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    names = [name for seed in SEEDS for name in render_scene(seed, args.out)]
    split = args.out / "split.txt"
    real = [line for line in split.read_text().splitlines() if f" {SET}/" not in line]
    split.write_text("\n".join([*real, *(f"train {name}" for name in names)]) + "\n")
    print(f"{len(names)} rendered pictures")


if __name__ == "__main__":
    main()
