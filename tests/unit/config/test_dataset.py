"""``data.yaml``: what other tools write is read, what cannot be is told with its line."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from alerts.texts import Language
from kerbwatch.config.card_schema import KnownLabel
from kerbwatch.config.cards import bundled_models
from kerbwatch.config.dataset import load_dataset, load_names, plain
from kerbwatch.config.fields import bare_type
from kerbwatch.config.problem import ConfigError

DATA = """\
# made by another tool
path: street
train: images/train
val: [images/val, more.txt]
nc: 2
names: [car, Construction Waste]
download: https://example.com/street.zip
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "data.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_folders_and_names_are_read_and_keys_of_other_tools_are_left_alone(tmp_path: Path) -> None:
    data = load_dataset(write(tmp_path, DATA))
    assert data.root == tmp_path / "street"
    assert data.classes == {0: "car", 1: "Construction Waste"}
    assert data.splits == {"train": ("images/train",), "val": ("images/val", "more.txt")}


def test_names_may_stand_with_their_numbers_and_path_may_be_left_out(tmp_path: Path) -> None:
    data = load_dataset(write(tmp_path, "val: pictures\nnames:\n  0: car\n  7: waste\n"))
    assert (data.root, data.classes) == (tmp_path, {0: "car", 7: "waste"})


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("val: pictures\n", "1:1 names: the key is missing, got nothing, expected names of the"),
        ("names: []\n", "1:1 names: too few items, got a list of 0"),
        ("val: 3\nnames: [a]\n", "1:1 val: wrong type, got 3"),
        ("val: a\nnames: {a: b}\n", "2:9 names.a: wrong form, got 'b', expected names of the"),
        ("val: a\nnames: [1, 2]\n", "2:9 names[0]: wrong type, got 1, expected a name"),
    ],
)
def test_a_mistake_is_told_with_its_line(text: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load_dataset(write(tmp_path, text))
    lines = [it.text(Language.EN).partition("data.yaml:")[2] for it in caught.value.problems]
    assert lines[0].startswith(told), lines


def test_names_of_classes_are_compared_without_capitals_hyphens_and_blanks() -> None:
    assert {plain(it) for it in ("Two-Wheeler", "two wheeler", " two_wheeler")} == {"two_wheeler"}


def test_the_bundled_names_know_coco_and_every_label() -> None:
    names = load_names(bundled_models() / "labels" / "names.yaml")
    known = get_args(bare_type(KnownLabel)[0])
    assert len(known) > 5
    assert set(names.values()) == set(known)
    coco = {"car": "vehicle", "bus": "vehicle", "truck": "vehicle", "person": "person"}
    assert {**names, **coco, "bicycle": "two_wheeler", "motorcycle": "two_wheeler"} == names
    assert all(names[label] == label for label in set(names.values()))
