from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from detector.scoring.looks import Look, Marked, score_looks
from detector.scoring.sheet import FALSE, FOUND, MISSED, RIGHT, TILE, find_errors, write_sheet
from detector.sources.folder import read_picture
from fences.box import Box
from fences.observation import Detection

LEFT, RIGHT_HALF = Box(0.1, 0.1, 0.4, 0.9), Box(0.6, 0.1, 0.9, 0.9)


@pytest.fixture
def grey(tmp_path: Path) -> Path:
    path = tmp_path / "grey.png"
    assert cv2.imwrite(str(path), np.full((60, 80, 3), 128, np.uint8))
    return path


def test_a_false_detection_weighs_its_score_and_a_miss_one_half(grey: Path) -> None:
    marked = Marked(grey, (("waste", LEFT), ("waste", RIGHT_HALF), ("person", LEFT)))
    seen = (
        Detection("waste", 0.9, LEFT),
        Detection("waste", 0.6, Box(0.4, 0.4, 0.5, 0.5)),
        Detection("waste", 0.2, RIGHT_HALF),
    )
    errors = find_errors(Look(marked, seen), "waste", 0.5)
    assert errors.weight == pytest.approx(0.6 + 0.5)
    assert [colour for _, colour, _ in errors.drawn] == [FOUND, MISSED, RIGHT, FALSE]
    assert find_errors(Look(marked, seen[:1]), "person", 0.5).weight == pytest.approx(0.5)


def test_average_precision_is_over_all_pictures(grey: Path) -> None:
    one = Look(Marked(grey, (("waste", LEFT),)), (Detection("waste", 0.9, LEFT),))
    two = Look(Marked(grey, (("waste", LEFT),)), (Detection("waste", 0.95, RIGHT_HALF),))
    assert score_looks([one, two], "waste").ap50 == pytest.approx(0.5 * 51 / 101)


def test_the_worst_pictures_are_on_the_sheet_and_a_faultless_model_has_none(
    grey: Path, tmp_path: Path
) -> None:
    marked = Marked(grey, (("waste", LEFT),))
    good, bad = Look(marked, (Detection("waste", 0.9, LEFT),)), Look(marked, ())
    out = tmp_path / "sheet.jpg"
    assert not write_sheet(out, [good], "waste", 0.5)
    assert not out.exists()
    assert write_sheet(out, [good, bad], "waste", 0.5)
    sheet = read_picture(out)
    assert sheet is not None
    assert sheet.shape == (TILE, 4 * TILE, 3)
    blue, green, red = sheet[TILE // 2, round(0.1 * TILE)].tolist()
    assert green > blue + 60  # the yellow edge of what was missed
    assert red > blue + 60
    assert sorted(path.name for path in tmp_path.iterdir()) == ["grey.png", "sheet.jpg"]
