"""The bundled model sees the same in both engines, and sees people, without any download."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from detector.engines.onnx import OnnxEngine
from detector.engines.openvino import OpenVinoEngine
from detector.engines.protocol import Engine
from detector.eyes import ABOVE, BESIDE
from detector.frame import Image
from fences.box import Box, iou
from kerbwatch.config.cards import bundled_models, find_weights, load_cards
from tests.e2e.kit import kerbwatch

NAME = "kerbwatch-street-480"
Engines = tuple[Engine, Engine]


@pytest.fixture(scope="module")
def engines() -> Iterator[Engines]:
    folders = (bundled_models(),)
    card = load_cards(folders)[NAME]
    path = find_weights(card, folders)
    assert path is not None
    both = (OpenVinoEngine(card, path), OnnxEngine(card, path))
    yield both
    for engine in both:
        engine.close()


def picture(shared_dir: Path, name: str) -> Image:
    image = cv2.imread(str(shared_dir / "images" / "check" / f"{name}.jpg"))
    assert image is not None
    return image.astype(np.uint8, copy=False)


@pytest.mark.parametrize("name", ["street", "bus"])
def test_both_engines_find_the_same(engines: Engines, shared_dir: Path, name: str) -> None:
    image = picture(shared_dir, name)
    one, other = (
        sorted(engine.infer(image), key=lambda d: (d.label, d.box.xyxy)) for engine in engines
    )
    assert len(one) == len(other) > 0
    for seen, same in zip(one, other, strict=True):
        assert same.label == seen.label
        assert iou(same.box, seen.box) > 0.98
        assert same.score == pytest.approx(seen.score, abs=0.02)


def test_it_sees_the_people_and_vehicles_of_real_pictures(
    engines: Engines, shared_dir: Path
) -> None:
    """Pictures that it was not trained on; at least what stands plainly there."""
    for engine in engines:
        street = Counter(d.label for d in engine.infer(picture(shared_dir, "street")))
        assert street["person"] >= 5
        assert street["vehicle"] >= 2
        bus = Counter(d.label for d in engine.infer(picture(shared_dir, "bus")))
        assert bus["person"] >= 3
        assert bus["vehicle"] >= 1


@pytest.mark.parametrize("name", ["street", "bus"])
def test_what_stands_in_a_part_of_the_picture_is_seen_by_looking_at_that_part(
    engines: Engines, shared_dir: Path, name: str
) -> None:
    """As a camera's fences have it looked at: with room beside them, and more above.

    What reaches farther is cut off there, and seen all the same.
    """
    image = picture(shared_dir, name)
    for engine in engines:
        whole = [seen for seen in engine.infer(image) if seen.score > 0.4]
        assert whole
        for seen in whole:
            x, y = (seen.box.x1 + seen.box.x2) / 2, min(0.99, seen.box.y2)
            fence = Box(max(0.0, x - 0.1), max(0.0, y - 0.1), min(1.0, x + 0.1), min(1.0, y + 0.05))
            within = Box(
                max(0.0, fence.x1 - BESIDE),
                max(0.0, min(fence.y1 - ABOVE, seen.box.y1)),
                min(1.0, fence.x2 + BESIDE),
                min(1.0, fence.y2 + BESIDE),
            )
            found = [it for it in engine.infer(image, within) if it.label == seen.label]
            fits = within.x1 <= seen.box.x1 and seen.box.x2 <= within.x2
            alike = max((iou(it.box, seen.box) for it in found), default=0.0)
            assert alike > (0.5 if fits else 0.3)


def test_it_sees_nothing_on_an_empty_picture(engines: Engines) -> None:
    empty = np.full((480, 640, 3), 128, np.uint8)
    for engine in engines:
        assert list(engine.infer(empty)) == []


def test_models_list_says_that_it_loads(tmp_path: Path) -> None:
    """In an empty folder, with no models beside it and none named by the environment."""
    done = kerbwatch("models", "list", "--json", cwd=tmp_path)
    assert done.code == 0, done.err
    found = {model["name"]: model for model in done.result}[NAME]
    assert found["state"] == "loads"
    assert found["labels"] == "person, two_wheeler, vehicle"
