"""A model of one's own: trained, exported and measured with the commands a person uses."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pytest

from detector.cards import Layout
from kerbwatch.config.cards import load_card
from tests.e2e.kit import Done, street_clip
from tests.e2e.models.conftest import line, run

RECIPE = """\
name: own-heaps
base: yolov8n.yaml
data: set/data.yaml
labels: {{heap of bricks: waste}}
epochs: 1
side: 64
batch: 2
workers: 0
device: cpu
seed: 7
settings: {{mosaic: 0.0{more}}}
"""
BEFORE_AFTER = ("before", "after")
HEAP = (0.3, 0.3, 0.7, 0.7)

pytestmark = pytest.mark.timeout(180)


@dataclass(frozen=True)
class Own:
    """The folder in which a model was trained, and what the command said."""

    folder: Path
    done: Done


def write_set(folder: Path) -> None:
    """Four pictures of noise with a brick-red square, marked."""
    rng = np.random.default_rng(0)
    for kind in ("images", "labels"):
        (folder / "set" / kind).mkdir(parents=True)
    for number in range(4):
        picture = rng.integers(0, 256, (64, 64, 3), dtype=np.uint8)
        picture[19:45, 19:45] = (40, 60, 180)
        assert cv2.imwrite(str(folder / f"set/images/{number}.png"), picture)
        (folder / f"set/labels/{number}.txt").write_text(line(1, HEAP))
    (folder / "set/data.yaml").write_text(
        "train: images\nval: images\nnames: [kite, heap of bricks]\n"
    )
    (folder / "recipe.yaml").write_text(RECIPE.format(more=""))


def train(folder: Path, *more: str) -> Done:
    where = ("--dir", folder / "models", "--runs", folder / "runs")
    return run("models", "train", folder / "recipe.yaml", *where, *more)


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Own]:
    if not importlib.util.find_spec("ultralytics"):
        pytest.skip("needs the ultralytics extra: make ultralytics")
    folder = tmp_path_factory.mktemp("own")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("YOLO_CONFIG_DIR", str(folder))
        write_set(folder)
        yield Own(folder, train(folder, "--json"))


def test_one_epoch_gives_weights_and_a_card_that_fit(own: Own) -> None:
    assert own.done.code == 0, own.done.out
    assert own.done.result["ok"]
    assert "metrics/mAP50(B)" in own.done.result["metrics"]
    assert "1" in own.done.err  # it told of the epoch
    card = load_card(own.folder / "models" / "own-heaps.card.yaml")
    assert (card.layout, card.input_hw) == (Layout.YOLOV8, (64, 64))
    assert card.classes == ("kite", "heap of bricks")
    assert card.labels == (None, "waste")
    assert "recipe.yaml" in card.origin
    assert "seed 7" in card.origin
    listed = run("models", "list", "--dir", own.folder / "models", "--json").result
    (found,) = (it for it in listed if it["name"] == "own-heaps")
    assert found["state"] == "loads"
    assert found["runs_on"].startswith("ultralytics")


def test_exported_it_runs_elsewhere_and_is_measured_the_same(own: Own) -> None:
    models = own.folder / "models"
    done = run("models", "export", "own-heaps", "--dir", models, "--json")
    assert done.code == 0, done.out
    assert done.result["name"] == "own-heaps-onnx"
    card = load_card(models / "own-heaps-onnx.card.yaml")
    assert (card.file, card.sha256) == ("own-heaps-onnx.onnx", done.result["sha256"])
    asked = ("--data", own.folder / "set/data.yaml", "--dir", models, "--beside", "own-heaps")
    scored = run("models", "score", "own-heaps-onnx", *asked, "--json")
    assert scored.code == 0, scored.out
    (beside,) = scored.result["beside"]
    assert list(scored.result["per_label"]) == list(beside["per_label"]) == ["waste"]
    assert scored.result["per_label"]["waste"]["ap50"] == pytest.approx(
        beside["per_label"]["waste"]["ap50"], abs=0.02
    )
    assert not [path.name for path in models.iterdir() if path.name.startswith(".")]


def test_in_eight_bits_it_is_measured_before_and_after(own: Own) -> None:
    """With frames of a clip and of a folder."""
    if not importlib.util.find_spec("nncf"):
        pytest.skip("needs NNCF: make ultralytics")
    models, data = own.folder / "models", own.folder / "set/data.yaml"
    assert run("models", "export", "own-heaps", "--as", "whole", "--dir", models).code == 0
    clip = street_clip(own.folder / "clip.mp4", (2.0, True))
    footage = ("--frames", clip, "--frames", own.folder / "set/images", "--count", "6")
    asked = ("whole", "--data", data, "--dir", models, *footage)
    done = run("models", "quantize", *asked, "--json")
    assert done.code == 0, done.out
    assert done.result["name"] == "whole-int8"
    assert done.result["frames"] == 6
    before, after = (done.result[when]["per_label"]["waste"]["ap50"] for when in BEFORE_AFTER)
    assert after == pytest.approx(before, abs=0.2)
    card = load_card(models / "whole-int8.card.yaml")
    assert card.file == "whole-int8.xml"
    small, large = (models / name for name in ("whole-int8.bin", "whole.onnx"))
    assert small.stat().st_size < 0.5 * large.stat().st_size
    assert not [path.name for path in models.iterdir() if path.name.startswith(".")]


def test_what_cannot_be_quantized_is_one_sentence_and_leaves_nothing(own: Own) -> None:
    models, data = own.folder / "models", own.folder / "set/data.yaml"
    before = sorted(path.name for path in models.iterdir())
    (own.folder / "empty.mp4").touch()
    for name, footage in (
        ("own-heaps", own.folder / "set/images"),  # a .pt
        ("kerbwatch-street-480", own.folder / "none.mp4"),
        ("kerbwatch-street-480", own.folder / "empty.mp4"),
        ("kerbwatch-street-480", own.folder / "runs"),
    ):
        asked = (name, "--data", data, "--dir", models, "--frames", footage)
        done = run("models", "quantize", *asked)
        assert (done.code, done.out, done.err.count("\n")) == (1, "", 1), done.err
    assert sorted(path.name for path in models.iterdir()) == before


def test_what_cannot_be_exported_is_one_sentence(own: Own) -> None:
    models = own.folder / "models"
    for arguments, code in (
        (["own-heaps", "--as", "own-heaps"], 1),
        (["kerbwatch-street-480"], 1),
        (["none"], 2),
    ):
        done = run("models", "export", *arguments, "--dir", models)
        assert (done.code, done.out, done.err.count("\n")) == (code, "", 1)


def test_the_same_seed_gives_the_same_weights(own: Own, tmp_path: Path) -> None:
    import torch  # noqa: PLC0415

    write_set(tmp_path)
    assert train(tmp_path).code == 0
    both = [
        torch.load(folder / "models/own-heaps.pt", weights_only=False)["model"].state_dict()
        for folder in (own.folder, tmp_path)
    ]
    assert both[0].keys() == both[1].keys()
    assert all(torch.equal(both[0][name], both[1][name]) for name in both[0])


def test_a_run_that_breaks_off_leaves_no_model(own: Own, tmp_path: Path) -> None:
    """Ultralytics refuses a setting that it does not know."""
    assert own.done.code == 0
    write_set(tmp_path)
    (tmp_path / "recipe.yaml").write_text(RECIPE.format(more=", warp_speed: 9"))
    done = train(tmp_path)
    assert (done.code, done.out, done.err.count("\n")) == (1, "", 1)
    assert "recipe.yaml" in done.err
    assert "warp_speed" in done.err
    assert not (tmp_path / "models").exists()


def recipe_of(**changes: object) -> str:
    """JSON is YAML."""
    base = {"name": "own", "base": "yolov8n.yaml", "data": "set/data.yaml", "epochs": 1, "side": 64}
    return json.dumps({**base, "labels": {"kite": "waste", "heap of bricks": "waste"}, **changes})


@pytest.mark.parametrize(
    ("recipe", "code", "told"),
    [
        ("[1]\n", 2, "recipe.yaml:1:1"),
        (recipe_of(epochs=0), 2, "epochs"),
        (recipe_of(side=100), 2, "side"),
        (recipe_of(base="https://far.example/a.pt"), 2, "base"),
        (recipe_of(settings={"epochs": 3}), 2, "settings.epochs"),
        (recipe_of(labels={"kite": "dragon"}), 2, "labels.kite"),
        (recipe_of(data="none.yaml"), 2, "none.yaml"),
        (recipe_of(base="none.pt"), 1, "none.pt"),
        (recipe_of(labels={}), 1, "kite, heap of bricks"),
        (recipe_of(labels={"kite": "waste"}), 1, "train"),
    ],
)
def test_a_recipe_that_cannot_work_is_told_before_anything_is_trained(
    recipe: str, code: int, told: str, tmp_path: Path
) -> None:
    write_set(tmp_path)
    (tmp_path / "recipe.yaml").write_text(recipe)
    done = train(tmp_path)
    assert (done.code, done.out) == (code, ""), done.err
    assert told in done.err
    assert done.err.count("\n") == 1, done.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["recipe.yaml", "set"]
