"""Both engines on models whose answer is known."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from detector.cards import Layout, ModelCard
from detector.engines import select
from detector.engines.errors import ModelError
from detector.engines.select import EngineKind, choose_engine, installed_engines, open_engine
from fences.box import Box
from fences.observation import Detection

MakeCard = Callable[..., ModelCard]
WriteModel = Callable[..., Path]
PICTURE = np.zeros((32, 64, 3), np.uint8)
ANSWER = [[[16, 8, 32, 24, 0.5, 0], [0, 0, 0, 0, 0, 0]]]

pytestmark = pytest.mark.parametrize("kind", [EngineKind.OPENVINO, EngineKind.ONNX])


def test_boxes_are_in_shares_of_the_picture(
    kind: EngineKind, make_card: MakeCard, write_model: WriteModel
) -> None:
    engine = open_engine(make_card(), write_model(ANSWER), kind=kind)
    expected = Detection("vehicle", 0.5, Box(0.25, 0.25, 0.5, 0.75))
    assert engine.infer(PICTURE) == (expected,)
    assert engine.card == make_card()
    assert "CPU" in engine.runs_on


def test_a_closed_engine_says_so(
    kind: EngineKind, make_card: MakeCard, write_model: WriteModel
) -> None:
    engine = open_engine(make_card(), write_model(ANSWER), kind=kind, threads=1)
    engine.close()
    engine.close()
    with pytest.raises(RuntimeError, match="engine of tiny has been closed"):
        engine.infer(PICTURE)


def test_a_missing_or_empty_file_is_one_sentence(
    kind: EngineKind, make_card: MakeCard, tmp_path: Path
) -> None:
    empty = tmp_path / "empty.onnx"
    empty.touch()
    for path, got in ((tmp_path / "none.onnx", "no file"), (empty, "an empty file")):
        with pytest.raises(ModelError) as caught:
            open_engine(make_card(), path, kind=kind)
        assert f"{path}: the file of model tiny cannot be loaded: got {got}" in str(caught.value)
        assert "expected tiny.onnx" in str(caught.value)
        assert "KERBWATCH_MODELS" in str(caught.value)


def test_a_corrupt_file_is_one_sentence(
    kind: EngineKind, make_card: MakeCard, write_model: WriteModel
) -> None:
    path = write_model(ANSWER)
    path.write_bytes(path.read_bytes()[:60])
    with pytest.raises(ModelError, match="the file of model tiny cannot be loaded") as caught:
        open_engine(make_card(), path, kind=kind)
    assert "\n" not in str(caught.value)


def test_another_file_than_the_cards_is_refused(
    kind: EngineKind, make_card: MakeCard, write_model: WriteModel
) -> None:
    path = write_model(ANSWER)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    open_engine(make_card(sha256=digest.upper()), path, kind=kind).close()
    with pytest.raises(ModelError, match=f"got sha256 {digest}, expected 00"):
        open_engine(make_card(sha256="00" * 32), path, kind=kind)


def test_output_that_does_not_fit_the_card_is_refused_at_start(
    kind: EngineKind, make_card: MakeCard, write_model: WriteModel
) -> None:
    path = write_model(ANSWER)
    with pytest.raises(ModelError) as caught:
        open_engine(make_card(layout=Layout.YOLOV5), path, kind=kind)
    assert "got output [1, 2, 6], expected [1, any, 8]" in str(caught.value)
    assert "layout yolov5, 3 classes" in str(caught.value)


def test_scores_that_are_none_are_refused_at_start(
    kind: EngineKind, make_card: MakeCard, write_model: WriteModel
) -> None:
    path = write_model([[[16, 8, 32, 24, 7.5, 0]]])
    with pytest.raises(ModelError, match=r"got a score of 7\.5, expected scores of 0 to 1"):
        open_engine(make_card(), path, kind=kind)


@pytest.mark.parametrize("shape", [(1, 3, 96, 64), (1, 64, 64, 3), (8, 3, 64, 64)])
def test_input_that_does_not_fit_the_card_is_refused_at_start(
    kind: EngineKind, shape: tuple[int, ...], make_card: MakeCard, write_model: WriteModel
) -> None:
    with pytest.raises(ModelError) as caught:
        open_engine(make_card(), write_model(ANSWER, shape), kind=kind)
    assert f"got {list(shape)}, expected [1, 3, 64, 64]" in str(caught.value)


def test_a_library_that_is_not_installed_is_named(
    kind: EngineKind, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(select, "installed_engines", lambda: ())
    with pytest.raises(ModelError, match=f"got engine {kind}, installed: none"):
        choose_engine(kind, Path("a.onnx"))


def test_openvino_is_preferred_and_onnx_takes_over_where_it_is_not(
    kind: EngineKind, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert choose_engine(EngineKind.AUTO, Path("a.onnx")) is installed_engines()[0]
    monkeypatch.setattr(select, "installed_engines", lambda: (kind,))
    assert choose_engine(EngineKind.AUTO, Path("a.onnx")) is kind


def test_a_file_that_the_engine_cannot_run_is_refused(kind: EngineKind) -> None:
    with pytest.raises(ModelError, match="no engine can run this model"):
        choose_engine(kind, Path("model.pt"))


def test_a_cached_model_sees_the_same(
    kind: EngineKind, make_card: MakeCard, write_model: WriteModel, tmp_path: Path
) -> None:
    cache = tmp_path / "cache"
    path = write_model(ANSWER)
    found = [
        open_engine(make_card(), path, kind=kind, cache_dir=cache).infer(PICTURE) for _ in range(2)
    ]
    assert found[0] == found[1] != ()
    assert cache.exists() == (kind is EngineKind.OPENVINO)
