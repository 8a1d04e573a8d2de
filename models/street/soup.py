"""Mixes two checkpoints of one lineage weight by weight, which often errs less than either.

python models/street/soup.py --first first.onnx --second run/average.pt --share 0.7 --out soup.pt

`--first` is an ONNX file that ``export.py`` wrote; `--share` is what the second counts.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch

from network import from_onnx


def mix(first: Path, second: Path, share: float, out: Path) -> None:
    one, other = from_onnx(first).state_dict(), torch.load(second, weights_only=True)
    mixed = {name: (1 - share) * one[name] + share * other[name] for name in one}
    torch.save({name: value.contiguous() for name, value in mixed.items()}, out)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--first", type=Path, required=True)
    parser.add_argument("--second", type=Path, required=True)
    parser.add_argument("--share", type=float, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    mix(args.first, args.second, args.share, args.out)


if __name__ == "__main__":
    main()
