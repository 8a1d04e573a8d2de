"""Which engine runs a model on this machine."""

from __future__ import annotations

import importlib.util
from enum import StrEnum
from pathlib import Path

from detector.cards import ModelCard
from detector.engines.errors import ModelError
from detector.engines.precision import Precision
from detector.engines.protocol import Engine


class EngineKind(StrEnum):
    """The libraries that can run a model; ``auto`` takes the first that is installed."""

    AUTO = "auto"
    OPENVINO = "openvino"
    ONNX = "onnx"
    ULTRALYTICS = "ultralytics"


_MODULES = {
    EngineKind.OPENVINO: "openvino",
    EngineKind.ONNX: "onnxruntime",
    EngineKind.ULTRALYTICS: "ultralytics",
}
_SUFFIXES = {
    EngineKind.OPENVINO: frozenset({".onnx", ".xml"}),
    EngineKind.ONNX: frozenset({".onnx"}),
    EngineKind.ULTRALYTICS: frozenset({".pt", ".engine", ".torchscript"}),
}


def installed_engines() -> tuple[EngineKind, ...]:
    """The engines whose library is installed, the preferred one first; loads none."""
    return tuple(kind for kind, module in _MODULES.items() if importlib.util.find_spec(module))


def choose_engine(kind: EngineKind, path: Path) -> EngineKind:
    """The engine for this file. Raises ``ModelError`` if none here can run it."""
    installed = installed_engines()
    wanted = tuple(_MODULES) if kind is EngineKind.AUTO else (kind,)
    for candidate in wanted:
        if candidate in installed and path.suffix.lower() in _SUFFIXES[candidate]:
            return candidate
    raise ModelError(
        "no engine can run this model",
        where=path,
        got=f"engine {kind}, installed: {', '.join(installed) or 'none'}",
        expected=", ".join(f"{name} for {'/'.join(sorted(_SUFFIXES[name]))}" for name in wanted),
        remedy="install the engine's library, or export the model to ONNX",
    )


def open_engine(
    card: ModelCard,
    path: Path,
    *,
    kind: EngineKind | None = None,
    threads: int = 0,
    cache_dir: Path | None = None,
    one_caller: bool = False,
    precision: Precision = Precision.F32,
) -> Engine:
    """Load a model; ``threads`` 0 leaves their number to the engine.

    ``kind`` overrules the card's. ``cache_dir`` is where OpenVINO keeps compiled models; others
    have no use for it. ``one_caller``: pictures will come one after the other, so each gets
    all cores; otherwise OpenVINO works on as many at once as it likes. ``precision`` is OpenVINO's
    too; others calculate in f32.
    The libraries are heavy, so only the chosen one is imported. Raises ``ModelError``.
    """
    match choose_engine(kind or EngineKind(card.engine), path):
        case EngineKind.OPENVINO:
            from detector.engines.openvino import OpenVinoEngine  # noqa: PLC0415

            return OpenVinoEngine(
                card,
                path,
                threads=threads,
                cache_dir=cache_dir,
                one_caller=one_caller,
                precision=precision,
            )
        case EngineKind.ULTRALYTICS:
            from detector.engines.ultralytics import UltralyticsEngine  # noqa: PLC0415

            return UltralyticsEngine(card, path, threads=threads)
        case _:
            from detector.engines.onnx import OnnxEngine  # noqa: PLC0415

            return OnnxEngine(card, path, threads=threads)
