"""Model cards: read with the same care as the configuration, and true to their facts."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from alerts.texts import Language
from detector.cards import Channels, Layout, ModelCard, Placement
from kerbwatch.config.cards import (
    bundled_models,
    find_weights,
    known_cards,
    load_card,
    load_cards,
    model_folders,
)
from kerbwatch.config.problem import ConfigError

PUBLISHED = {"yolox-nano", "yolo11n-640"}
MODELS = Path(__file__).resolve().parents[3] / "models"
CARD = """\
name: tiny
file: tiny.onnx
layout: yolov5
input_hw: [320, 640]
channels: rgb
pixel_scale: 1/255
placement: centre
pad_value: 114
classes: [person, car, kite]
labels: {person: person, car: vehicle}
min_score: 0.25
iou: 0.45
licence: MIT
origin: made for this test
"""


def write(folder: Path, text: str = CARD, name: str = "tiny") -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}.card.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def lines_of(error: ConfigError) -> list[str]:
    return [problem.text(Language.EN).partition(".card.yaml:")[2] for problem in error.problems]


def test_a_card_becomes_what_engines_need(tmp_path: Path) -> None:
    assert load_card(write(tmp_path)) == ModelCard(
        name="tiny",
        file="tiny.onnx",
        layout=Layout.YOLOV5,
        input_hw=(320, 640),
        channels=Channels.RGB,
        pixel_scale=1 / 255,
        placement=Placement.CENTRE,
        pad_value=114,
        classes=("person", "car", "kite"),
        labels=("person", "vehicle", None),
        min_score=0.25,
        iou=0.45,
        licence="MIT",
        origin="made for this test",
    )


@pytest.mark.parametrize(
    ("written", "scale"), [("1", 1), ('"1"', 1), ("0.5", 0.5), ("1/255", 1 / 255)]
)
def test_pixel_scale_is_a_number_or_a_fraction(written: str, scale: float, tmp_path: Path) -> None:
    card = load_card(write(tmp_path, CARD.replace("1/255", written)))
    assert card.pixel_scale == scale


def test_the_project_s_cards_are_good_and_map_coco() -> None:
    cards = load_cards([MODELS])
    coco = {"yolox-nano-416", "yolov5n-640", "yolov8n-640", *PUBLISHED}
    assert set(cards) == coco | {"kerbwatch-street-480"}
    for card in (cards[name] for name in coco):
        assert len(card.classes) == 80
        used = {name: label for name, label in zip(card.classes, card.labels, strict=True) if label}
        assert used == {
            "person": "person",
            "car": "vehicle",
            "bus": "vehicle",
            "truck": "vehicle",
            "train": "vehicle",
            "bicycle": "two_wheeler",
            "motorcycle": "two_wheeler",
            "dog": "dog",
            "chair": "furniture",
            "couch": "furniture",
            "dining table": "furniture",
        }
        assert card.sees_people
        assert (card.classes[0], card.classes[2], card.classes[79]) == (
            "person",
            "car",
            "toothbrush",
        )


def test_published_models_can_be_fetched_and_checked() -> None:
    cards = load_cards([MODELS])
    for card in (cards[name] for name in PUBLISHED):
        assert card.source is not None
        assert card.source.startswith("https://")
        assert card.source.endswith(card.file)
        assert card.sha256 is not None


def test_the_project_s_cards_name_the_real_files(shared_dir: Path) -> None:
    for card in load_cards([MODELS]).values():
        if card.name in PUBLISHED:
            continue
        weights = find_weights(card, [MODELS, shared_dir / "models"])
        assert weights is not None
        assert hashlib.sha256(weights.read_bytes()).hexdigest() == card.sha256


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            "layout: yolov5",
            "layout: yolo5",
            "3:1 layout: no such value, got 'yolo5', expected 'yolov5'",
        ),
        (
            "layout: yolov5\n",
            "",
            "1:1 layout: the key is missing, got nothing, expected yolox, yolov5",
        ),
        ("iou:", "iuo:", "12:1 iuo: unknown key, got 'iuo', expected 'iou' (the nearest known)"),
        (
            "[320, 640]",
            "[320]",
            "4:1 input_hw: wrong form, got a list of 1, expected height and width",
        ),
        ("[320, 640]", "[320, 9999]", "4:17 input_hw[1]: out of range, got 9999, expected pixels"),
        ("1/255", "2/255", "6:1 pixel_scale: wrong type, got '2/255', expected a number above 0"),
        ("1/255", "0", "6:1 pixel_scale: out of range, got 0, expected a number above 0"),
        (
            "114",
            "300",
            "8:1 pad_value: out of range, got 300, expected a whole number from 0 to 255",
        ),
        (
            "car: vehicle",
            "car: lorry",
            "10:26 labels.car: no such value, got 'lorry', expected one of",
        ),
        (
            "car: vehicle",
            "cart: vehicle",
            "10:26 labels.cart: unknown class, got 'cart', expected 'car'",
        ),
        (
            "kite]",
            "car]",
            "9:1 classes: unusable list of classes, got 3 classes, 2 of them different",
        ),
        (
            "[person, car, kite]",
            "coco",
            "9:1 classes: unknown list of classes, got 'coco', expected a",
        ),
        ("[person, car, kite]", "../x", "9:1 classes: unknown list of classes, got '../x'"),
        (
            "tiny.onnx",
            "../tiny.onnx",
            "2:1 file: wrong form, got '../tiny.onnx', expected the name of",
        ),
        (
            "min_score: 0.25",
            "min_score: 0",
            "11:1 min_score: out of range, got 0, expected a number a",
        ),
        ("min_score: 0.25", "sha256: abc", "1:1 min_score: the key is missing"),
        ("iou:", "on_trial: {cart: waste}\niou:", "12:12 on_trial.cart: unknown class, got 'cart'"),
        ("iou:", "on_trial: {car: waste}\niou:", "12:12 on_trial.car: named twice"),
        ("iou:", "prompts: {cart: a}\niou:", "12:11 prompts.cart: unknown class, got 'cart'"),
        ("iou:", "source: http://far.example/a\niou:", "12:1 source: wrong form, got 'http://far"),
    ],
)
def test_a_mistake_in_a_card_is_told_at_its_place(
    old: str, new: str, told: str, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError) as caught:
        load_card(write(tmp_path, CARD.replace(old, new)))
    assert lines_of(caught.value)[0].startswith(told)
    assert [line.startswith(told) for line in lines_of(caught.value)].count(True) == 1


def test_classes_may_stand_in_a_file_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "labels").mkdir()
    (tmp_path / "labels" / "three.yaml").write_text("classes: [person, car, kite]\n")
    named = load_card(write(tmp_path, CARD.replace("[person, car, kite]", "three")))
    assert named == load_card(write(tmp_path))


def test_a_mistake_in_a_list_of_classes_is_told_in_its_file(tmp_path: Path) -> None:
    (tmp_path / "labels").mkdir()
    (tmp_path / "labels" / "three.yaml").write_text("# three\nclasses: [person, 2]\n")
    with pytest.raises(ConfigError) as caught:
        load_card(write(tmp_path, CARD.replace("[person, car, kite]", "three")))
    (problem,) = caught.value.problems
    assert problem.file.endswith("three.yaml")
    assert (problem.line, problem.key) == (2, "classes[1]")


def test_the_mistakes_of_all_cards_are_told_at_once(tmp_path: Path) -> None:
    write(tmp_path, CARD.replace("iou: 0.45", "iou: 2"), "a")
    write(tmp_path, CARD.replace("channels: rgb", "channels: rbg"), "b")
    write(tmp_path, CARD, "c")
    write(tmp_path, CARD, "d")
    with pytest.raises(ConfigError) as caught:
        load_cards([tmp_path])
    found = [(Path(it.file).name[0], it.what.key) for it in caught.value.problems]
    assert found == [
        ("a", "what.out_of_range"),
        ("b", "what.not_allowed"),
        ("d", "what.repeated_card"),
    ]


def test_the_first_folder_s_card_wins(tmp_path: Path) -> None:
    write(tmp_path / "one", CARD.replace("0.45", "0.5"))
    write(tmp_path / "two")
    assert load_cards([tmp_path / "absent", tmp_path / "one", tmp_path / "two"])["tiny"].iou == 0.5


def test_models_are_looked_for_in_models_dir_the_environment_and_the_bundle(
    tmp_path: Path,
) -> None:
    one, two = write(tmp_path / "one").parent, write(tmp_path / "two").parent
    env = {"KERBWATCH_MODELS": f"{one}{os.pathsep}{two}"}
    folders = model_folders(tmp_path / "models", env)
    assert folders == (tmp_path / "models", one, two, bundled_models())
    assert model_folders(bundled_models(), {}) == (bundled_models(),)
    assert set(known_cards(env)(tmp_path / "models")) == {"tiny", *load_cards([bundled_models()])}
    card = load_cards(folders)["tiny"]
    assert find_weights(card, folders) is None
    (two / "tiny.onnx").write_bytes(b"weights")
    assert find_weights(card, folders) == two / "tiny.onnx"
    (one / "tiny.onnx").write_bytes(b"weights")
    assert find_weights(card, folders) == one / "tiny.onnx"


def test_labels_on_trial_are_kept_apart_from_those_in_use_until_they_are_measured(
    tmp_path: Path,
) -> None:
    text = CARD.replace("iou:", "on_trial: {kite: waste}\niou:")
    card = load_card(write(tmp_path, text))
    assert card.labels == ("person", "vehicle", None)
    assert card.with_trials().labels == ("person", "vehicle", "waste")
    plain = load_card(write(tmp_path, CARD))
    assert plain.with_trials() == plain


def test_what_an_open_vocabulary_model_is_asked_for_is_the_class_where_nothing_else_is_said(
    tmp_path: Path,
) -> None:
    text = CARD.replace("iou:", "prompts: {kite: a kite in the sky}\niou:")
    assert load_card(write(tmp_path, text)).prompts == ("person", "car", "a kite in the sky")


@pytest.mark.parametrize(
    "source", ["https://a.example/b", "http://127.0.0.1:80/b", "http://localhost/b", "file:///b"]
)
def test_a_source_is_https_or_on_this_machine(source: str, tmp_path: Path) -> None:
    assert load_card(write(tmp_path, f"{CARD}source: {source}\n")).source == source
