"""The model that comes with Kerbwatch is there, whole, and no more than its card says."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from detector.cards import Layout, ModelCard
from kerbwatch.config.cards import find_weights, load_cards, model_folders

NAME = "kerbwatch-street-480"
LARGEST_BYTES = 8_000_000


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, ...]:
    """Of a machine with neither a ``models`` folder nor ``KERBWATCH_MODELS``."""
    return model_folders(tmp_path / "models", {})


@pytest.fixture
def card(folders: tuple[Path, ...]) -> ModelCard:
    return load_cards(folders)[NAME]


@pytest.fixture
def weights(card: ModelCard, folders: tuple[Path, ...]) -> Path:
    path = find_weights(card, folders)
    assert path is not None
    return path


def test_the_weights_are_those_of_the_card_and_small(card: ModelCard, weights: Path) -> None:
    content = weights.read_bytes()
    assert len(content) <= LARGEST_BYTES
    assert hashlib.sha256(content).hexdigest() == card.sha256


def test_only_the_labels_that_are_believed_are_used(card: ModelCard) -> None:
    """Stall and waste are trained, but wrong too often: obstruction sees those."""
    assert card.classes == ("person", "vehicle", "two_wheeler", "stall", "waste")
    assert card.labels == ("person", "vehicle", "two_wheeler", None, None)


def test_the_card_tells_its_licence_and_origin(card: ModelCard) -> None:
    assert card.licence == "AGPL-3.0-or-later"
    assert "yolov5" in card.origin
    assert card.layout is Layout.YOLOV8
    assert card.input_hw == (480, 480)
