"""What the catalogue says that a scenario needs follows from the cards, whatever they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from fences.catalogue import CATALOGUE
from kerbwatch.config.cards import BUNDLED_CARD, bundled_models, load_cards, load_classes
from kerbwatch.reach import COCO, Entry, Reach, common_labels, entries, labels_of

MODELS = bundled_models()
FOUND = {entry.scenario.id: entry for entry in entries()}
CARD = """\
name: {name}
file: tiny.onnx
layout: yolov5
input_hw: [320, 640]
channels: rgb
pixel_scale: 1/255
placement: centre
pad_value: 114
classes: {classes}
labels: {labels}
min_score: 0.25
iou: 0.45
licence: MIT
origin: made for this test
"""


def write(folder: Path, name: str, classes: str, labels: str) -> None:
    text = CARD.format(name=name, classes=classes, labels=labels)
    (folder / f"{name}.card.yaml").write_text(text, encoding="utf-8")


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """A folder of cards: two of one class list, and a bundled one."""
    (tmp_path / "labels").mkdir()
    (tmp_path / "labels" / f"{COCO}.yaml").write_text("classes: [man, cow, dog]", encoding="utf-8")
    write(tmp_path, "first", COCO, "{man: person, dog: dog, cow: smoke}")
    write(tmp_path, "second", COCO, "{man: person, dog: dog}")
    write(tmp_path, BUNDLED_CARD, "[man, banner]", "{man: person, banner: banner}")
    return tmp_path


def test_every_scenario_has_its_entry() -> None:
    assert list(FOUND) == list(CATALOGUE)


def test_the_state_follows_from_the_cards(models: Path) -> None:
    states = {entry.scenario.id: entry.state for entry in entries(models)}
    assert states["street_vending"] is Reach.NO_MODEL
    assert states["hanging_banner"] is Reach.BUNDLED
    assert states["crowd"] is Reach.BUNDLED
    assert states["dog_off_limits"] is Reach.COCO
    assert states["smoke"] is Reach.TRAINED  # one of the two cards does not map it
    assert states["illegal_parking"] is Reach.TRAINED


def test_without_cards_only_obstruction_is_left(tmp_path: Path) -> None:
    (tmp_path / "labels").mkdir()
    (tmp_path / "labels" / f"{COCO}.yaml").write_text("classes: [man]", encoding="utf-8")
    states = {entry.state for entry in entries(tmp_path)}
    assert states == {Reach.NO_MODEL, Reach.TRAINED}


@pytest.mark.parametrize("entry", FOUND.values(), ids=lambda it: str(it.scenario.id))
def test_the_state_is_the_truth_about_the_cards_that_come_along(entry: Entry) -> None:
    """Told the other way round: what each state promises holds."""
    cards = load_cards((MODELS,))
    coco = [card for card in cards.values() if card.classes == load_classes(COCO, MODELS)]
    assert len(coco) >= 3
    bundled = labels_of(cards[BUNDLED_CARD])
    labels = entry.scenario.labels
    by_any_coco = all(labels & labels_of(card) for card in coco)
    if entry.state is Reach.NO_MODEL:
        assert entry.scenario.obstruction != "none"
        return
    assert entry.scenario.obstruction == "none"
    assert bool(labels & bundled) is (entry.state is Reach.BUNDLED)
    assert by_any_coco is (entry.state in {Reach.BUNDLED, Reach.COCO})


def test_the_three_required_ones_need_no_model_and_say_what_sharpens_them() -> None:
    sharper = {
        name: FOUND[name].sharper_with
        for name in ("blocked_fire_lane", "street_vending", "construction_waste")
    }
    assert all(FOUND[name].state is Reach.NO_MODEL for name in sharper)
    assert sharper == {
        "blocked_fire_lane": ("person", "two_wheeler", "vehicle"),
        "street_vending": ("person", "vehicle"),
        "construction_waste": ("person", "two_wheeler", "vehicle"),
    }


def test_all_four_states_occur() -> None:
    assert {entry.state for entry in FOUND.values()} == set(Reach)


def test_models_have_in_common_what_each_gives() -> None:
    cards = load_cards((MODELS,))
    common = common_labels(cards, load_classes(COCO, MODELS))
    assert common == {"person", "vehicle", "two_wheeler", "furniture", "dog"}
    assert common_labels(cards, ("no", "such", "classes")) == frozenset()
