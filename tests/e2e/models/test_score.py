"""``kerbwatch models score`` as a person or a script runs it."""

from __future__ import annotations

import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest

from tests.e2e.kit import kerbwatch
from tests.e2e.models.conftest import CARD, HEAP, LORRY, WriteData, WriteModel, line, run

FAR = (0.0, 0.8, 0.1, 1.0)

pytestmark = pytest.mark.timeout(60)


def test_every_label_that_both_have_is_scored_believed_or_not(
    write_model: WriteModel, write_data: WriteData
) -> None:
    """Two pictures: both lorries found; of two heaps one, below the card's min_score."""
    models = write_model().parent
    data = write_data(line(0, LORRY) + line(1, HEAP), line(0, LORRY) + line(1, FAR) + "2 .5 .5 1 1")
    done = run("models", "score", "tiny", "--data", data, "--dir", models, "--json")
    assert done.code == 0, done.err
    assert done.result["per_label"]["vehicle"] == {
        "ap50": 1.0, "ap50_95": 1.0, "boxes": 2,
        "best_score": 0.9, "precision": 1.0, "recall": 1.0,
    }  # fmt: skip
    assert done.result["per_label"]["waste"]["ap50"] == pytest.approx(51 / 101, abs=1e-4)
    assert done.result["map50"] == pytest.approx((1 + 51 / 101) / 2, abs=1e-4)
    assert done.result["left_out"] == ["kite"]
    assert (done.result["pictures"], done.result["split"]) == (2, "val")


def test_labels_restrict_and_another_model_stands_beside(
    write_model: WriteModel, write_data: WriteData
) -> None:
    models = write_model().parent
    write_model("other", CARD.replace("on_trial: {{heap: waste}}\n", ""))
    data = write_data(line(0, LORRY) + line(1, HEAP))
    asked = ("models", "score", "tiny", "--data", data, "--dir", models, "--beside", "other")
    done = run(*asked, "--labels", "waste, vehicle", "--json")
    assert list(done.result["per_label"]) == ["vehicle", "waste"]
    assert [(it["model"], list(it["per_label"])) for it in done.result["beside"]] == [
        ("other", ["vehicle"])
    ]
    done = run(*asked, "--labels", "waste")
    assert done.code == 0, done.err
    table = done.out.splitlines()
    assert table[1].split() == ["tiny", "other"]
    assert table[2].split() == ["waste", "1", "1.000", "/", "1.000", "-"]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_worst_errors_are_drawn_on_a_sheet_per_label(
    tmp_path: Path, lang: str, write_model: WriteModel, write_data: WriteData
) -> None:
    write_model()
    data = write_data(line(0, LORRY) + line(1, HEAP))
    done = kerbwatch(
        "models", "score", "tiny", "--data", data, "--out", "sheets", cwd=tmp_path, lang=lang
    )
    assert done.code == 0, done.err
    assert [path.name for path in (tmp_path / "sheets").iterdir()] == ["tiny-waste.jpg"]
    assert ("漏检" in done.out) is (lang == "zh")
    assert ("missed" in done.out) is (lang == "en")


def test_the_bundled_model_is_measured_on_all_five_labels(
    tmp_path: Path, shared_dir: Path, write_data: WriteData
) -> None:
    """Its stall and waste too, although nothing is watched with them yet."""
    whole = "".join(line(number, (0.1, 0.1, 0.9, 0.9)) for number in range(5))
    data = write_data(whole, names="[person, vehicle, two_wheeler, stall, waste]")
    street = cv2.imread(str(shared_dir / "images" / "check" / "street.jpg"))
    assert cv2.imwrite(str(tmp_path / "set/images/val/0.png"), np.asarray(street))
    done = kerbwatch("models", "score", "--bundled", "--data", data, "--json", cwd=tmp_path)
    assert done.code == 0, done.err
    assert set(done.result["per_label"]) == {"person", "vehicle", "two_wheeler", "stall", "waste"}


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        ([], 2, "--bundled"),
        (["tiny", "--bundled"], 2, "--bundled"),
        (["tinny"], 2, "tinny"),
        (["tiny", "--split", "vla"], 2, "vla"),
        (["tiny", "--split", "test"], 1, "train, val"),
        (["tiny", "--labels", "stall"], 1, "vehicle, waste"),
        (["tiny", "--labels", "waste"], 1, "data.yaml"),
        (["tiny", "--names", "none.yaml"], 2, "none.yaml:1:1"),
    ],
)
def test_what_cannot_be_measured_is_one_sentence(
    arguments: list[str],
    code: int,
    told: str,
    tmp_path: Path,
    write_model: WriteModel,
    write_data: WriteData,
) -> None:
    models = write_model().parent
    data = write_data(line(0, LORRY), names="[car]")
    sheets = tmp_path / "sheets"
    command: tuple[str | Path, ...]
    command = ("models", "score", *arguments, "--data", data, "--dir", models, "--out", sheets)
    done = run(*command)
    assert (done.code, done.out) == (code, "")
    assert told in done.err
    assert done.err.count("\n") == 1
    as_json = run(*command, "--json")
    assert (as_json.code, as_json.result["ok"]) == (code, False)
    assert not sheets.exists()


@pytest.mark.parametrize(
    ("file", "content", "code", "told"),
    [
        ("set/images/val/1.png", b"no", 1, "val/1.png"),
        ("set/images/val/1.png", b"", 1, "val/1.png"),
        ("set/labels/val/1.txt", b"0 1", 1, "val/1.txt:1"),
        ("set/data.yaml", b"names: [", 2, "data.yaml:1:9"),
        ("set/data.yaml", None, 2, "data.yaml:1:1"),
        ("set/images/val", None, 1, "set/images/val"),
        ("set/labels/val", None, 1, "vehicle, waste"),
        ("models/tiny.onnx", None, 1, "the model of card tiny is not there"),
        (
            "models/tiny.card.yaml",
            CARD.format(name="tiny").replace("[lorry, heap]", "[heap]").replace("lorry:", "heap:"),
            2,
            "tiny.card.yaml:11:12 on_trial.heap",
        ),
        (
            "models/tiny.card.yaml",
            CARD.format(name="tiny").replace("end2end", "yolov8"),
            1,
            "the output of model tiny does not fit its card: got output [1, 2, 6], expected [1, 6,",
        ),
        (
            "models/tiny.card.yaml",
            CARD.format(name="tiny").replace("[64, 64]", "[96, 64]"),
            1,
            "the input of model tiny does not fit its card: got [1, 3, 64, 64], expected [1, 3, 96",
        ),
    ],
)
def test_bad_input_is_one_sentence_and_nothing_is_written(
    file: str,
    content: bytes | str | None,
    code: int,
    told: str,
    tmp_path: Path,
    write_model: WriteModel,
    write_data: WriteData,
) -> None:
    models = write_model().parent
    data = write_data(line(0, LORRY), line(0, LORRY))
    _spoil(tmp_path / file, content)
    sheets = tmp_path / "sheets"
    done = run("models", "score", "tiny", "--data", data, "--dir", models, "--out", sheets)
    assert (done.code, done.out) == (code, ""), done.err
    assert told in done.err
    assert done.err.count("\n") == 1, done.err
    assert not sheets.exists()


def _spoil(path: Path, content: bytes | str | None) -> None:
    """Another content; without one, it is deleted."""
    if content is not None:
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    elif path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()


def test_a_corrupt_model_is_one_sentence_whatever_the_libraries_would_say(
    tmp_path: Path, write_model: WriteModel, write_data: WriteData
) -> None:
    write_model()
    data = write_data(line(0, LORRY))
    (tmp_path / "models/tiny.onnx").write_bytes(b"<!DOCTYPE html>")
    done = kerbwatch("models", "score", "tiny", "--data", data, cwd=tmp_path)
    assert (done.code, done.out) == (1, "")
    assert "the file of model tiny cannot be loaded: got no ONNX model" in done.err
    assert done.err.count("\n") == 1
