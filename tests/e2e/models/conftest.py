"""A model with a known answer, its card, and a data set that it gets half right."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner

from kerbwatch.cli.app import app
from tests.e2e.kit import Done
from tests.onnx_kit import constant_model

CARD = """\
name: {name}
file: {name}.onnx
layout: end2end
input_hw: [64, 64]
channels: bgr
pixel_scale: 1
placement: top_left
pad_value: 114
classes: [lorry, heap]
labels: {{lorry: vehicle}}
on_trial: {{heap: waste}}
min_score: 0.5
iou: 0.5
licence: none
origin: tests
"""

LORRY = (0.125, 0.125, 0.625, 0.625)
HEAP = (0.5, 0.5, 1.0, 1.0)
"""What the model sees in every picture, xyxy in 0-1 of a square one."""

WriteModel = Callable[..., Path]
WriteData = Callable[..., Path]


@pytest.fixture
def write_model(tmp_path: Path) -> WriteModel:
    """Card and model in ``models/``; it sees a lorry at 0.9, a heap at 0.2 and no third."""

    def write(name: str = "tiny", card: str = CARD) -> Path:
        rows = [(*LORRY, 0.9, 0), (*HEAP, 0.2, 1)]
        answer = [[[64 * value for value in row[:4]] + list(row[4:]) for row in rows]]
        folder = tmp_path / "models"
        folder.mkdir(exist_ok=True)
        (folder / f"{name}.onnx").write_bytes(constant_model(answer))
        path = folder / f"{name}.card.yaml"
        path.write_text(card.format(name=name), encoding="utf-8")
        return path

    return write


@pytest.fixture
def write_data(tmp_path: Path) -> WriteData:
    """A data set; each picture has label lines of its own."""

    def write(*labels: str, names: str = "[car, waste, kite]") -> Path:
        for number, lines in enumerate(labels):
            for kind in ("images", "labels"):
                (tmp_path / "set" / kind / "val").mkdir(parents=True, exist_ok=True)
            picture = np.full((64, 64, 3), 40 * number + 20, np.uint8)
            assert cv2.imwrite(str(tmp_path / f"set/images/val/{number}.png"), picture)
            (tmp_path / f"set/labels/val/{number}.txt").write_text(lines)
        (tmp_path / "set").mkdir(exist_ok=True)
        data = tmp_path / "set" / "data.yaml"
        data.write_text(f"train: images/val\nval: images/val\nnames: {names}\n")
        return data

    return write


def run(*arguments: str | Path) -> Done:
    """The command in this process, which is quicker; its language is the machine's."""
    done = CliRunner().invoke(app, [str(it) for it in arguments])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return Done(done.exit_code, done.stdout, done.stderr)


def line(number: int, box: tuple[float, float, float, float]) -> str:
    """A label line from xyxy."""
    x1, y1, x2, y2 = box
    return f"{number} {(x1 + x2) / 2} {(y1 + y2) / 2} {x2 - x1} {y2 - y1}\n"
