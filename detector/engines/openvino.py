"""Models in OpenVINO: the default on CPUs and Intel GPUs."""

from __future__ import annotations

import queue
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
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


class Precision(StrEnum):
    """What a model in floats is calculated in."""

    F32 = "f32"
    BF16 = "bf16"


class OpenVinoEngine:
    """One compiled model with a few requests, which callers share.

    Measured with eight callers on two busy cores: parallel requests do 1.3 to 1.8 times what one
    request does that all take turns at, and more than batches of 2 and 4 do, which are slower
    than single pictures. A request more than can run at once keeps the cores busy while the
    output of another is read. With ``one_caller`` there is a single request, which has all
    cores. Colours and scale are done outside the graph: measured, OpenVINO's own preprocessing
    was no faster here.

    ``threads`` 0 and ``precision`` ``None`` mean as OpenVINO likes; ``cache_dir`` keeps the
    compiled model between starts. Raises ``ModelError`` if file and card do not fit.
    """

    def __init__(
        self,
        card: ModelCard,
        path: Path,
        *,
        device: str = "CPU",
        threads: int = 0,
        cache_dir: Path | None = None,
        one_caller: bool = False,
        precision: Precision | None = None,
    ) -> None:
        check_file(card, path)
        self._card = card
        self._path = path
        self._device = device
        options: dict[str, str | int] = {
            "PERFORMANCE_HINT": "LATENCY" if one_caller else "THROUGHPUT"
        }
        if threads and device == "CPU":
            options["INFERENCE_NUM_THREADS"] = threads
        if cache_dir is not None:
            options["CACHE_DIR"] = str(cache_dir)
        if precision is not None:
            options["INFERENCE_PRECISION_HINT"] = precision.value
        self._requests: _Requests | None = _Requests(self._compiled(options), alone=one_caller)
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
        requests = self._requests
        if requests is None:
            raise RuntimeError(f"the engine of {self._card.name} has been closed")
        with requests.one() as request:
            request.infer({0: tensor}, share_inputs=True)
            output: Raw = request.get_output_tensor(0).data
            try:  # decoding reads the request's own memory: before another caller has it
                found = decode(output, self._card)
            except LayoutError as error:
                raise misfit(self._card, self._path, error) from error
        return detections(found, letterbox, self._card)

    def close(self) -> None:
        self._requests = None

    def _compiled(self, options: dict[str, str | int]) -> ov.CompiledModel:
        core = ov.Core()
        try:
            _recognise(self._path)
            model = core.read_model(self._path)
        except RuntimeError as error:
            raise unreadable(self._card, self._path, error) from error
        self._fit(model)
        try:
            return core.compile_model(model, self._device, options)
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


class _Requests:
    """The requests of a compiled model; each is lent to one caller at a time."""

    def __init__(self, compiled: ov.CompiledModel, *, alone: bool) -> None:
        at_once = int(compiled.get_property("OPTIMAL_NUMBER_OF_INFER_REQUESTS"))
        self._free: queue.LifoQueue[ov.InferRequest] = queue.LifoQueue()
        for _ in range(1 if alone else at_once + 1):
            self._free.put(compiled.create_infer_request())

    @contextmanager
    def one(self) -> Iterator[ov.InferRequest]:
        """Wait for a free request; it is free again when the context ends."""
        request = self._free.get()
        try:
            yield request
        finally:
            self._free.put(request)


def _sides(port: ov.Output) -> list[int | None]:
    return [None if side.is_dynamic else side.get_length() for side in port.get_partial_shape()]


def _recognise(path: Path) -> None:
    """Raises ``RuntimeError`` for what is no ONNX; every other reader would complain of it."""
    if path.suffix.lower() == ".onnx":
        reader = FrontEndManager().load_by_framework("onnx")
        if not reader.supported(str(path)):
            raise RuntimeError("no ONNX model")
