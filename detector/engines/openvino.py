"""Models in OpenVINO: the default on CPUs and Intel GPUs."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import openvino as ov
from openvino.frontend import FrontEndManager

from detector.cards import ModelCard
from detector.engines.artefact import check_file, check_input, misfit, unreadable
from detector.engines.layouts import LayoutError, Raw, check_shape, decode
from detector.engines.letterbox import place, to_tensor
from detector.engines.suppression import detections
from detector.frame import Image
from fences.observation import Detection


class OpenVinoEngine:
    """One compiled model and one request; callers take turns.

    Colours and scale are done outside the graph: measured, OpenVINO's own preprocessing was
    no faster here. ``threads`` 0 means as OpenVINO likes; ``cache_dir`` keeps the compiled
    model between starts. Raises ``ModelError`` if file and card do not fit.
    """

    def __init__(
        self,
        card: ModelCard,
        path: Path,
        *,
        device: str = "CPU",
        threads: int = 0,
        cache_dir: Path | None = None,
    ) -> None:
        check_file(card, path)
        self._card = card
        self._path = path
        self._device = device
        self._lock = threading.Lock()
        self._request: ov.InferRequest | None = self._compiled(threads, cache_dir)
        self.infer(np.full((*card.input_hw, 3), card.pad_value, dtype=np.uint8))  # warm, and fits

    @property
    def card(self) -> ModelCard:
        return self._card

    @property
    def runs_on(self) -> str:
        return f"OpenVINO {self._device}"

    def infer(self, image: Image) -> tuple[Detection, ...]:
        canvas, letterbox = place(image, self._card)
        tensor = to_tensor(canvas, self._card)
        with self._lock:
            if self._request is None:
                raise RuntimeError(f"the engine of {self._card.name} has been closed")
            self._request.infer({0: tensor}, share_inputs=True)
            output: Raw = self._request.get_output_tensor(0).data
            try:  # decoding reads the request's own memory: within the lock
                found = decode(output, self._card)
            except LayoutError as error:
                raise misfit(self._card, self._path, error) from error
        return detections(found, letterbox, self._card)

    def close(self) -> None:
        with self._lock:
            self._request = None

    def _compiled(self, threads: int, cache_dir: Path | None) -> ov.InferRequest:
        core = ov.Core()
        options: dict[str, str | int] = {"PERFORMANCE_HINT": "LATENCY"}
        if threads and self._device == "CPU":
            options["INFERENCE_NUM_THREADS"] = threads
        if cache_dir is not None:
            options["CACHE_DIR"] = str(cache_dir)
        try:
            _recognise(self._path)
            model = core.read_model(self._path)
        except RuntimeError as error:
            raise unreadable(self._card, self._path, error) from error
        self._fit(model)
        try:
            return core.compile_model(model, self._device, options).create_infer_request()
        except RuntimeError as error:
            raise unreadable(self._card, self._path, error) from error

    def _fit(self, model: ov.Model) -> None:
        """Check the model's shapes against the card and settle those it leaves open."""
        check_input(self._card, self._path, [_sides(port) for port in model.inputs])
        if model.is_dynamic():
            model.reshape([1, 3, *self._card.input_hw])
        shape = model.outputs[0].get_partial_shape()
        if shape.is_static:
            try:
                check_shape(tuple(shape.to_shape()), self._card)
            except LayoutError as error:
                raise misfit(self._card, self._path, error) from error


def _sides(port: ov.Output) -> list[int | None]:
    return [None if side.is_dynamic else side.get_length() for side in port.get_partial_shape()]


def _recognise(path: Path) -> None:
    """Raises ``RuntimeError`` for what is no ONNX; every other reader would complain of it."""
    if path.suffix.lower() == ".onnx":
        reader = FrontEndManager().load_by_framework("onnx")
        if not reader.supported(str(path)):
            raise RuntimeError("no ONNX model")
