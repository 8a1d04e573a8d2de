"""Takes back what the teachers boxed, or doubted, and is plainly something else (bins, benches).

python models/street/review.py --data data --rejected models/street/labels/rejected.txt
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from common import iou, xywh_to_xyxy
from labels import KINDS

SAME = 0.8


def take_back(path: Path, label: int, box: list[float]) -> int:
    """Drops the rows of a label file that are this box; how many went."""
    lines = path.read_text().splitlines()
    kept = []
    for line in lines:
        found, *xywh = (float(v) for v in line.split()[:5])
        pair = xywh_to_xyxy(np.array([box, xywh], np.float32))
        if found != label or iou(pair[:1], pair[1:])[0, 0] < SAME:
            kept.append(line)
    path.write_text("".join(f"{line}\n" for line in kept))
    return len(lines) - len(kept)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--rejected", type=Path, required=True)
    args = parser.parse_args()
    gone = 0
    for line in args.rejected.read_text().splitlines():
        label, *box, name = line.split(" ", 5)
        for kind in KINDS.values():
            path = args.data / kind / f"{name}.txt"
            gone += take_back(path, int(label), [float(v) for v in box])
    print(f"{gone} boxes taken back")


if __name__ == "__main__":
    main()
