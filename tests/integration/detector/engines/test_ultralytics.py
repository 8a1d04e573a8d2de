"""Models in ultralytics, through the same door as every other engine."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import types
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from detector.cards import Channels, Layout, ModelCard, Placement
from detector.engines.errors import ModelError
from detector.engines.library import prepare
from detector.engines.select import EngineKind, choose_engine, open_engine
from fences.box import Box, iou

PICTURE = np.random.default_rng(0).integers(0, 256, (48, 64, 3), dtype=np.uint8)
TEXT_MODEL = "ultralytics.nn.text_model"
CARD = ModelCard(
    name="tiny",
    file="tiny.pt",
    layout=Layout.YOLOV8,
    input_hw=(64, 64),
    channels=Channels.RGB,
    pixel_scale=1 / 255,
    placement=Placement.CENTRE,
    pad_value=114,
    classes=("person", "heap"),
    labels=("person", "waste"),
    min_score=1e-6,
    iou=1.0,
    licence="AGPL-3.0",
    origin="tests",
)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A .pt that was never trained, of two classes."""
    if not importlib.util.find_spec("ultralytics"):
        pytest.skip("needs the ultralytics extra: make ultralytics")
    folder = tmp_path_factory.mktemp("tiny")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("YOLO_CONFIG_DIR", str(folder))
        prepare(folder)
        import torch  # noqa: PLC0415
        from ultralytics import YOLO  # noqa: PLC0415
        from ultralytics.nn.tasks import DetectionModel  # noqa: PLC0415

        torch.manual_seed(0)
        model = YOLO("yolov8n.yaml")
        model.model = DetectionModel("yolov8n.yaml", nc=2, verbose=False)
        model.model.names = {0: "person", 1: "heap"}
        model.save(folder / "tiny.pt")
        yield folder / "tiny.pt"


def test_a_pt_is_run_by_ultralytics_whatever_else_is_installed(tiny: Path) -> None:
    assert choose_engine(EngineKind.AUTO, tiny) is EngineKind.ULTRALYTICS
    engine = open_engine(CARD, tiny, threads=1)
    assert engine.runs_on.startswith("ultralytics ")
    found = engine.infer(PICTURE)
    assert {it.label for it in found} <= {"person", "waste"}
    assert [it.score for it in found] == sorted((it.score for it in found), reverse=True)
    assert len(found) > 10
    engine.close()
    engine.close()
    with pytest.raises(RuntimeError, match="engine of tiny has been closed"):
        engine.infer(PICTURE)


def test_boxes_are_in_shares_of_the_picture(tiny: Path) -> None:
    """Padding above and below the picture is no part of it: its edge cells lie outside."""
    found = open_engine(CARD, tiny).infer(PICTURE)
    middle = [it.box.centre for it in found]
    assert min(point.x for point in middle) > 0
    assert max(point.x for point in middle) < 1
    assert min(point.y for point in middle) < 0
    assert max(point.y for point in middle) > 1


def test_classes_that_are_not_the_card_s_are_refused(tiny: Path) -> None:
    card = replace(CARD, classes=("person", "pile"))
    with pytest.raises(ModelError, match="got person, heap, expected person, pile"):
        open_engine(card, tiny)


def test_another_layout_than_the_card_s_is_refused(tiny: Path) -> None:
    with pytest.raises(ModelError, match=r"got output \[1, 6, 84\], expected \[1, any, 7\]"):
        open_engine(replace(CARD, layout=Layout.YOLOV5), tiny)


def test_a_corrupt_file_is_one_sentence(tiny: Path, tmp_path: Path) -> None:
    broken = tmp_path / "tiny.pt"
    for content in (b"no model", tiny.read_bytes()[:5000]):
        broken.write_bytes(content)
        with pytest.raises(ModelError, match="the file of model tiny cannot be loaded") as caught:
            open_engine(CARD, broken)
        assert "\n" not in str(caught.value)


def test_only_open_vocabularies_can_be_asked(tiny: Path) -> None:
    with pytest.raises(ModelError, match="tiny cannot be asked for prompts: got DetectionModel"):
        open_engine(replace(CARD, prompts=("a person", "a heap")), tiny)


def _module(build: Callable[..., Any]) -> types.ModuleType:
    """In place of ultralytics' module of text encoders, which needs a package of its own."""
    module = types.ModuleType(TEXT_MODEL)
    module.build_text_model = build  # type: ignore[attr-defined]
    return module


def _encoder(asked: list[str]) -> Callable[..., Any]:
    """In place of the text encoder, which is a download: numbers that depend on the text."""
    import torch  # noqa: PLC0415

    def tokenize(texts: list[str]) -> Any:
        asked.extend(texts)
        return torch.tensor([[float(len(text))] for text in texts])

    def encode(tokens: Any) -> Any:
        return torch.nn.functional.normalize(torch.cos(tokens * torch.arange(1.0, 513.0)), dim=-1)

    return lambda *_, **__: SimpleNamespace(tokenize=tokenize, encode_text=encode)


@pytest.mark.parametrize("kind", ["yolov8n-worldv2", "yoloe-v8n", "yoloe-v8n-seg"])
@pytest.mark.usefixtures("tiny")
def test_an_open_vocabulary_is_asked_for_the_card_s_prompts(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """YOLO-World and YOLOE; what they find carries the card's classes and labels."""
    import ultralytics  # noqa: PLC0415

    asked: list[str] = []
    monkeypatch.setitem(sys.modules, TEXT_MODEL, _module(_encoder(asked)))
    library = ultralytics.YOLOE if "yoloe" in kind else ultralytics.YOLOWorld
    path = tmp_path / "open.pt"
    library(f"{kind}.yaml").save(path)
    card = replace(CARD, prompts=("a person", "a heap of rubble"))
    engine = open_engine(card, path)
    assert asked == ["a person", "a heap of rubble"]
    assert {it.label for it in engine.infer(PICTURE)} <= {"person", "waste"}
    assert len(engine.infer(PICTURE)) > 0


def test_a_text_encoder_that_cannot_be_had_is_one_sentence(
    tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import ultralytics  # noqa: PLC0415

    def none(*_: object, **__: object) -> None:
        raise ConnectionError("no way\nto the host")

    monkeypatch.setitem(sys.modules, TEXT_MODEL, _module(none))
    path = tiny.with_name("world.pt")
    ultralytics.YOLOWorld("yolov8n-worldv2.yaml").save(path)
    with pytest.raises(ModelError, match="got no way to the host, expected the text encoder"):
        open_engine(replace(CARD, prompts=("a", "b")), path)


def test_it_sees_what_the_exported_model_sees_in_openvino(tiny: Path, tmp_path: Path) -> None:
    from detector.training.export import export_onnx  # noqa: PLC0415

    exported = tmp_path / "tiny.onnx"
    export_onnx(CARD, tiny, exported)
    one = open_engine(CARD, tiny).infer(PICTURE)
    other = open_engine(CARD, exported, kind=EngineKind.OPENVINO).infer(PICTURE)
    best = max(other, key=lambda it: iou(it.box, one[0].box))
    assert best.label == one[0].label
    assert best.score == pytest.approx(one[0].score, rel=0.02)
    assert iou(best.box, one[0].box) > 0.98
    assert isinstance(best.box, Box)


def test_other_models_load_no_torch() -> None:
    """Choosing an engine for an ONNX file, and running it, costs nobody torch."""
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from kerbwatch.config.cards import bundled_models, find_weights, load_cards\n"
        "from detector.engines.select import open_engine\n"
        "folder = bundled_models()\n"
        "card = load_cards([folder])['kerbwatch-street-480']\n"
        "open_engine(card, find_weights(card, [folder]))\n"
        "import kerbwatch.wire.service\n"
        "print(sorted({'torch', 'ultralytics', 'torchvision', 'nncf'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
