"""Cards, and ONNX files with a known answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from detector.cards import Channels, Layout, ModelCard, Placement
from tests.onnx_kit import constant_model

MakeCard = Callable[..., ModelCard]
WriteModel = Callable[..., Path]


@pytest.fixture
def make_card() -> MakeCard:
    """A card of three classes, two of which are vehicles, for 64 x 64 input."""
    base = ModelCard(
        name="tiny",
        file="tiny.onnx",
        layout=Layout.END2END,
        input_hw=(64, 64),
        channels=Channels.BGR,
        pixel_scale=1.0,
        placement=Placement.TOP_LEFT,
        pad_value=114,
        classes=("car", "truck", "kite"),
        labels=("vehicle", "vehicle", None),
        min_score=0.3,
        iou=0.5,
        licence="none",
        origin="tests",
    )

    def make(**changes: Any) -> ModelCard:
        return replace(base, **changes)

    return make


@pytest.fixture
def write_model(tmp_path: Path) -> WriteModel:
    """Write an ONNX model that gives ``answer`` whatever the picture."""

    def write(answer: object, input_shape: tuple[int, ...] = (1, 3, 64, 64)) -> Path:
        path = tmp_path / "tiny.onnx"
        path.write_bytes(constant_model(answer, input_shape))
        return path

    return write
