"""The teachers' labels as one text file, to commit; and back into a data folder.

    python models/street/labels.py pack --data data --file taught.txt
    python models/street/labels.py unpack --data data --file taught.txt

A picture's name stands before its boxes: kind (t: taught, d: doubtful), label, centre x, y,
width and height in shares of the picture.
"""

from __future__ import annotations

import argparse
from pathlib import Path

KINDS = {"t": "taught", "d": "doubtful"}


def names(data: Path) -> list[str]:
    lines = (data / "split.txt").read_text().splitlines()
    return [line.split(" ", 1)[1] for line in lines]


def pack(data: Path, file: Path) -> None:
    out = []
    for name in names(data):
        out.append(f"{name}\n")
        for short, kind in KINDS.items():
            for line in (data / kind / f"{name}.txt").read_text().splitlines():
                label, *box = line.split()[:5]
                out.append(" ".join([short, label, *(f"{float(v):.4g}" for v in box)]) + "\n")
    file.write_text("".join(out))


def unpack(data: Path, file: Path) -> None:
    rows: dict[Path, list[str]] = {
        data / kind / f"{name}.txt": [] for name in names(data) for kind in KINDS.values()
    }
    name = ""
    for line in file.read_text().splitlines():
        short, _, row = line.partition(" ")
        if short in KINDS:
            rows[data / KINDS[short] / f"{name}.txt"].append(f"{row}\n")
        else:
            name = line
    for path, lines in rows.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(lines))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("verb", choices=("pack", "unpack"))
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--file", type=Path, required=True)
    args = parser.parse_args()
    (pack if args.verb == "pack" else unpack)(args.data, args.file)


if __name__ == "__main__":
    main()
