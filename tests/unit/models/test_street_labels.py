"""The labels beside the recipe are those that the model card counts, and can be put back."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

STREET = Path(__file__).resolve().parents[3] / "models" / "street"
SPLIT = (STREET / "labels" / "split.txt").read_text("utf-8")
TAUGHT = (STREET / "labels" / "taught.txt").read_text("utf-8")
KINDS = ("t", "d")


def test_no_picture_is_trained_on_and_held_out() -> None:
    rows = [line.split(" ", 1) for line in SPLIT.splitlines()]
    assert len({name for _, name in rows}) == len(rows)
    assert Counter(split for split, _ in rows) == {"train": 896, "held_out": 191, "unused": 11}


def test_every_taught_box_is_a_believed_label_inside_its_picture() -> None:
    pictures = {line.split(" ", 1)[1] for line in SPLIT.splitlines()}
    boxes = 0
    for line in TAUGHT.splitlines():
        kind, *values = line.split(" ")
        if kind not in KINDS:
            assert line in pictures
            continue
        label, x, y, width, height = (float(value) for value in values)
        assert label in {0, 1, 2}, line
        assert 0 < width <= 1, line
        assert 0 < height <= 1, line
        assert -0.001 <= x - width / 2 <= x + width / 2 <= 1.001, line
        assert -0.001 <= y - height / 2 <= y + height / 2 <= 1.001, line
        boxes += 1
    assert boxes == 10_265


def test_packing_unpacked_labels_gives_the_same_file(tmp_path: Path) -> None:
    """The boxes reach the files of the training, and none is lost or moved."""
    named = {line for line in TAUGHT.splitlines() if not line.startswith(("t ", "d "))}
    wanted = [line for line in SPLIT.splitlines() if line.split(" ", 1)[1] in named][:40]
    (tmp_path / "split.txt").write_text("".join(f"{line}\n" for line in wanted), "utf-8")
    mine = {line.split(" ", 1)[1] for line in wanted}
    lines, keep = [], False
    for line in TAUGHT.splitlines(keepends=True):
        if not line.startswith(("t ", "d ")):
            keep = line.strip() in mine
        lines += [line] * keep
    part = tmp_path / "part.txt"
    part.write_text("".join(lines), "utf-8")
    for verb, file in (("unpack", part), ("pack", tmp_path / "again.txt")):
        command = (sys.executable, STREET / "labels.py", verb, "--data", tmp_path, "--file", file)
        subprocess.run(command, check=True, timeout=60)
    assert (tmp_path / "again.txt").read_text("utf-8") == part.read_text("utf-8")
    assert len(list((tmp_path / "taught").rglob("*.txt"))) == len(wanted)
