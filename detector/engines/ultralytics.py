"""Models in ultralytics: its own ``.pt``, TensorRT's ``.engine``, and open vocabularies.

With ``library``, the only module of the running service that may load torch, and only for a
card that needs it.
Ultralytics does nothing here but run the network: the picture is placed, the output read and
overlaps suppressed as for every other engine, so that a card means the same everywhere.
"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import numpy as np

from detector.cards import Layout, ModelCard
from detector.engines.artefact import check_file, misfit, unreadable
from detector.engines.errors import ModelError
from detector.engines.layouts import LayoutError, Raw, decode
from detector.engines.letterbox import place, to_tensor
from detector.engines.library import prepare
from detector.engines.suppression import detections
from detector.frame import Image
from fences.box import Box
from fences.observation import Detection


class UltralyticsEngine:
    """One network on the first NVIDIA GPU, else on the CPU; callers take turns.

    ``threads`` 0 means as torch likes. A card with ``prompts`` needs a YOLO-World or YOLOE
    model; its text encoder, which ultralytics may have to fetch, turns them into classes once,
    at start. Raises ``ModelError`` if file and card do not fit.
    """

    def __init__(self, card: ModelCard, path: Path, *, threads: int = 0) -> None:
        check_file(card, path)
        prepare(path)
        self._card = card
        self._path = path
        self._lock = threading.Lock()
        self._network: Any = self._opened(threads)
        self._check_names()
        self.infer(np.full((*card.input_hw, 3), card.pad_value, dtype=np.uint8))  # warm, and fits

    @property
    def card(self) -> ModelCard:
        return self._card

    @property
    def runs_on(self) -> str:
        return f"ultralytics {self._device.type.upper()}"

    def infer(self, image: Image, within: Box | None = None) -> tuple[Detection, ...]:  # noqa: ARG002  # looks at all
        import torch  # noqa: PLC0415

        canvas, letterbox = place(image, self._card)
        tensor = torch.from_numpy(to_tensor(canvas, self._card))
        with self._lock:
            if self._network is None:
                raise RuntimeError(f"the engine of {self._card.name} has been closed")
            with torch.inference_mode():
                output = self._network(tensor.to(self._device))
        try:
            found = decode(self._boxes_of(output), self._card)
        except LayoutError as error:
            raise misfit(self._card, self._path, error) from error
        return detections(found, letterbox, self._card)

    def close(self) -> None:
        with self._lock:
            self._network = None

    def _opened(self, threads: int) -> Any:
        import torch  # noqa: PLC0415
        from ultralytics.nn.autobackend import AutoBackend  # noqa: PLC0415

        if threads:
            torch.set_num_threads(threads)
        self._device = torch.device("cuda:0" if torch.cuda.is_available() else "cpu")
        asked = bool(self._card.prompts)
        model = opened_network(self._card, self._path) if asked else str(self._path)
        try:
            network = AutoBackend(model, device=self._device, fuse=not asked, verbose=False)
        except Exception as error:  # whatever reading a file of any kind may come to
            raise unreadable(self._card, self._path, error) from error
        return network.eval()

    def _boxes_of(self, output: Any) -> Raw:
        """The output without what models of outlines give beside boxes."""
        while isinstance(output, list | tuple):
            output = output[0]
        rows: Raw = output.float().cpu().numpy()
        if rows.ndim == 3 and self._card.layout is Layout.YOLOV8:
            return rows[:, : 4 + len(self._card.classes)]
        if rows.ndim == 3 and self._card.layout is Layout.END2END:
            return rows[..., :6]
        return rows

    def _check_names(self) -> None:
        """The model's own names are the card's: a card of another model would lie."""
        names = tuple(str(name) for _, name in sorted(self._network.names.items()))
        if names != self._card.classes:
            raise ModelError(
                f"the classes of model {self._card.name} do not fit its card",
                where=self._path,
                got=_shown(names),
                expected=_shown(self._card.classes),
                remedy="correct classes in the card, or use its own file",
            )


def opened_network(card: ModelCard, path: Path) -> Any:
    """Torch's network of a ``.pt``; with prompts, they are its classes. Raises ``ModelError``."""
    from ultralytics.nn.tasks import load_checkpoint  # noqa: PLC0415

    try:
        model, _ = load_checkpoint(str(path))
    except Exception as error:  # whatever reading a file of any kind may come to
        raise unreadable(card, path, error) from error
    if card.prompts:
        _ask(model, card, path)
    return model


def _ask(model: Any, card: ModelCard, path: Path) -> None:
    from ultralytics.nn.tasks import WorldModel, YOLOEModel  # noqa: PLC0415

    if not isinstance(model, WorldModel | YOLOEModel):
        raise ModelError(
            f"the model {card.name} cannot be asked for prompts",
            where=path,
            got=type(model).__name__,
            expected="a YOLO-World or YOLOE model",
            remedy="leave prompts out of the card, or use such a model",
        )
    prompts = list(card.prompts)
    try:
        if isinstance(model, YOLOEModel):
            model.set_classes(prompts, model.get_text_pe(prompts))
        else:
            model.set_classes(prompts)
    except Exception as error:  # a missing package, no network, a broken download
        raise ModelError(
            f"the prompts of model {card.name} cannot be read",
            where=path,
            got=" ".join(str(error).split())[:200] or type(error).__name__,
            expected="the text encoder that ultralytics fetches for it",
            remedy="start once on a machine with internet, or export the model with its prompts",
        ) from error
    model.names = dict(enumerate(card.classes))


def _shown(names: tuple[str, ...]) -> str:
    more = f", … ({len(names)})" if len(names) > 8 else ""
    return ", ".join(names[:8]) + more
