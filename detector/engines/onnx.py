"""Models in ONNX Runtime: NVIDIA GPUs, ARM, and wherever OpenVINO is not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import onnxruntime as ort

from detector.cards import ModelCard
from detector.engines.artefact import check_file, check_input, misfit, unreadable
from detector.engines.layouts import LayoutError, Raw, decode
from detector.engines.letterbox import place, tight, to_tensor
from detector.engines.part import cut
from detector.engines.suppression import detections
from detector.frame import Image
from fences.box import Box
from fences.observation import Detection

CUDA = "CUDAExecutionProvider"
CPU = "CPUExecutionProvider"
_ERRORS_ONLY = 3


class OnnxEngine:
    """One session; calls from many threads run side by side on its threads.

    ``threads`` 0 means as ONNX Runtime likes. ``provider`` is ONNX Runtime's name; without
    one, CUDA where this build has it, else the CPU. A file that leaves height and width open
    gets the shape of each picture, up to the card's input. Raises ``ModelError`` if file and card
    do not fit.
    """

    def __init__(
        self, card: ModelCard, path: Path, *, threads: int = 0, provider: str | None = None
    ) -> None:
        check_file(card, path)
        self._card = card
        self._path = path
        self._session: ort.InferenceSession | None = self._opened(threads, provider)
        self._runs_on = self._session.get_providers()[0]
        inputs = self._session.get_inputs()
        check_input(card, path, [_sides(port.shape) for port in inputs])
        self._takes_any = all(side is None for side in _sides(inputs[0].shape)[2:])
        self._input = inputs[0].name
        self._output = self._session.get_outputs()[0].name
        self.infer(np.full((*card.input_hw, 3), card.pad_value, dtype=np.uint8))  # warm, and fits

    @property
    def card(self) -> ModelCard:
        return self._card

    @property
    def runs_on(self) -> str:
        return f"ONNX Runtime {self._runs_on.removesuffix('ExecutionProvider')}"

    def infer(self, image: Image, within: Box | None = None) -> tuple[Detection, ...]:
        session = self._session
        if session is None:
            raise RuntimeError(f"the engine of {self._card.name} has been closed")
        card = tight(image.shape[:2], self._card) if self._takes_any and image.size else self._card
        canvas, letterbox = place(image, card)
        if within is not None and self._takes_any:
            canvas, letterbox = cut(canvas, letterbox, within)
            card = replace(card, input_hw=letterbox.input_hw)
        tensor = to_tensor(canvas, card)
        output: Raw = session.run([self._output], {self._input: tensor})[0]
        try:
            found = decode(output, card)
        except LayoutError as error:
            raise misfit(self._card, self._path, error) from error
        return detections(found, letterbox, card)

    def close(self) -> None:
        self._session = None

    def _opened(self, threads: int, provider: str | None) -> ort.InferenceSession:
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = _ERRORS_ONLY
        chosen = provider or (CUDA if CUDA in ort.get_available_providers() else CPU)
        providers = list(dict.fromkeys([chosen, CPU]))
        try:
            return ort.InferenceSession(str(self._path), options, providers=providers)
        except Exception as error:  # its exceptions share no base of their own
            raise unreadable(self._card, self._path, error) from error


def _sides(shape: list[int | str | None]) -> list[int | None]:
    return [side if isinstance(side, int) else None for side in shape]
