"""Models of ultralytics as ONNX files with cards of their own."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

from detector.cards import ModelCard
from detector.engines.select import open_engine
from detector.training.export import export_onnx
from kerbwatch.config.card_file import write_card
from kerbwatch.errors import DataError


def export_model(card: ModelCard, path: Path, name: str, folder: Path) -> tuple[ModelCard, Path]:
    """Export for OpenVINO and ONNX Runtime, and try what came of it.

    The new card says the same but for name, file and sha256; prompts become classes. Raises
    ``DataError``, ``ModelError`` and ``OSError``; then there is neither file nor card.
    """
    if path.suffix.lower() != ".pt":
        raise DataError("export.not_pt", path=path)
    if name == card.name:
        raise DataError("export.same_name", name=name)
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{name}.onnx"
    part = folder / f".{name}.part.onnx"
    try:
        export_onnx(card, path, part)
        with part.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        made = replace(
            card, name=name, file=target.name, prompts=(), engine="auto", source=None, sha256=digest
        )
        open_engine(made, part).close()
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    write_card(made, folder, [f"Exported from {card.name}"])
    return made, target
