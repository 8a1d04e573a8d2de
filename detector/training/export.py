"""A network of ultralytics as a file that every other engine can run."""

from __future__ import annotations

import shutil
import tempfile
import warnings
from pathlib import Path
from typing import Any

from detector.cards import ModelCard
from detector.engines.artefact import check_file, unreadable
from detector.engines.library import prepare
from detector.engines.ultralytics import opened_network


def export_onnx(card: ModelCard, path: Path, to: Path) -> None:
    """Write the model as ONNX for the card's input size, its prompts baked in as classes.

    ``to`` is there whole or not at all. Raises ``ModelError`` and ``OSError``.
    """
    check_file(card, path)
    prepare(path)
    with tempfile.TemporaryDirectory(dir=to.parent, prefix=f".{to.name}.") as folder:
        try:
            made = _exported(card, path, Path(folder))
        except (RuntimeError, TypeError, ValueError, AssertionError, ImportError) as error:
            raise unreadable(card, path, error) from error
        made.replace(to)


def _exported(card: ModelCard, path: Path, folder: Path) -> Path:
    """Ultralytics writes beside the file it reads, so that is a copy."""
    from ultralytics.engine.exporter import Exporter  # noqa: PLC0415

    model: Any = opened_network(card, path)
    copy = folder / "model.pt"
    shutil.copyfile(path, copy)
    model.pt_path = str(copy)
    settings = {
        "format": "onnx",
        "batch": 1,
        "imgsz": list(card.input_hw),
        "simplify": False,
        "device": "cpu",
        "verbose": False,
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of torch, about its own exporters
        return Path(Exporter(overrides=settings)(model=model))
