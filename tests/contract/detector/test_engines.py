"""Every engine sees the same with the same model."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
import onnxruntime
import pytest

from detector.engines.layouts import decode
from detector.engines.letterbox import place, tight, to_tensor
from detector.engines.protocol import Engine
from detector.engines.select import EngineKind, open_engine
from detector.engines.suppression import detections
from detector.frame import Image
from fences.box import iou
from kerbwatch.config.cards import load_card

Engines = tuple[Engine, Engine]

# As the inventory of the models gives them, at a score of 0.3.
COUNTS = {
    ("yolox_nano_416", "street"): {"person": 10, "car": 3, "bicycle": 1},
    ("yolox_nano_416", "bus"): {"person": 3, "bus": 1},
    ("yolov5n_640", "street"): {"person": 8, "car": 3, "bicycle": 1},
    ("yolov5n_640", "bus"): {"person": 4, "bus": 1},
    ("yolov8n_int8_640", "street"): {"person": 9, "car": 3, "bicycle": 1},
    ("yolov8n_int8_640", "bus"): {"person": 4, "bus": 1},
}


def picture(shared_dir: Path, name: str) -> Image:
    image = cv2.imread(str(shared_dir / "images" / "check" / f"{name}.jpg"))
    assert image is not None
    return image.astype(np.uint8, copy=False)


def test_real_models_find_what_is_there(engines: Engines, shared_dir: Path) -> None:
    for engine in engines:
        for name in ("street", "bus"):
            found = engine.infer(picture(shared_dir, name))
            expected = COUNTS[engine.card.name, name]
            counted = Counter(d.label for d in found if d.label in expected)
            assert counted == expected, f"{engine.runs_on} {name}"


def test_engines_agree_on_real_pictures(engines: Engines, shared_dir: Path) -> None:
    for name in ("street", "bus"):
        one, other = (engine.infer(picture(shared_dir, name)) for engine in engines)
        for these, those in ((one, other), (other, one)):
            for seen in these:
                if seen.score < 0.35:  # may lie below the other's threshold
                    continue
                same = max(those, key=lambda d: iou(d.box, seen.box) * (d.label == seen.label))
                assert same.label == seen.label
                assert iou(same.box, seen.box) > 0.95
                assert same.score == pytest.approx(seen.score, abs=0.03)


def test_boxes_do_not_depend_on_the_size_of_the_picture(engines: Engines, shared_dir: Path) -> None:
    image = picture(shared_dir, "bus")
    large = cv2.resize(image, None, fx=2, fy=2).astype(np.uint8, copy=False)
    for engine in engines:
        again = engine.infer(large)
        for seen in (d for d in engine.infer(image) if d.score > 0.5):
            assert max(iou(seen.box, d.box) for d in again) > 0.9


def test_many_threads_may_ask_at_once(engines: Engines, shared_dir: Path) -> None:
    images = [picture(shared_dir, name) for name in ("street", "bus")]
    for engine in engines:
        alone = [engine.infer(image) for image in images]
        with ThreadPoolExecutor(4) as pool:
            assert list(pool.map(engine.infer, images * 2)) == alone * 2


BUNDLED = Path(__file__).parents[3] / "models" / "kerbwatch-street-480.card.yaml"


@pytest.mark.parametrize("kind", [EngineKind.OPENVINO, EngineKind.ONNX])
@pytest.mark.parametrize("size_wh", [(1280, 720), (960, 720), (405, 720)])
def test_cutting_the_grey_off_changes_no_detection(
    kind: EngineKind, size_wh: tuple[int, int], shared_dir: Path
) -> None:
    """The bundled model takes any shape: what it finds is what it finds in the whole square."""
    card = load_card(BUNDLED)
    path = BUNDLED.with_name(card.file)
    image = np.asarray(cv2.resize(picture(shared_dir, "street"), size_wh), np.uint8)
    assert tight(image.shape[:2], card).input_hw != card.input_hw
    square, box = place(image, card)
    session = onnxruntime.InferenceSession(path)
    output = np.asarray(session.run(None, {"images": to_tensor(square, card)})[0])
    expected = detections(decode(output, card), box, card)
    found = open_engine(card, path, kind=kind).infer(image)
    assert expected
    for mine, others in ((expected, found), (found, expected)):
        for one in mine:
            alike = [iou(one.box, it.box) for it in others if it.label == one.label]
            assert one.score < card.min_score + 0.1 or max(alike, default=0.0) > 0.8
