"""Models in OpenVINO: the default on CPUs and Intel GPUs."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import openvino as ov
from openvino.frontend import FrontEndManager

from detector.cards import ModelCard
from detector.engines.artefact import check_file, check_input, misfit, unreadable
from detector.engines.errors import ModelError
from detector.engines.layouts import LayoutError, Raw, check_shape, decode
from detector.engines.letterbox import place, tight, to_tensor
from detector.engines.part import cut
from detector.engines.precision import Precision
from detector.engines.suppression import detections
from detector.frame import Image
from fences.box import Box
from fences.observation import Detection


class OpenVinoEngine:
    """One compiled model with a few requests, which callers share.

    Measured with eight callers on two busy cores: parallel requests do 1.3 to 1.8 times what one
    request does that all take turns at, and more than batches of 2 and 4 do, which are slower
    than single pictures. A request more than can run at once keeps the cores busy while the
    output of another is read. With ``one_caller`` there is a single request, which has all
    cores. Colours and scale are done outside the graph: measured, OpenVINO's own preprocessing
    was no faster here.

    A file that leaves height and width open is compiled for each shape of picture that comes,
    up to the card's input: 16:9 pictures take 0.62 of the square's time, parts of them less.

    ``threads`` 0 means as OpenVINO likes. Left to itself it calculates in whatever is quickest
    here, and finds other things on other processors: ``precision`` says in what. ``cache_dir``
    keeps the compiled model between starts. Raises ``ModelError`` if file and card do not fit, or
    the processor lacks the precision.
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
        precision: Precision = Precision.F32,
    ) -> None:
        check_file(card, path)
        self._card = card
        self._path = path
        self._device = device
        self._alone = one_caller
        self._options: dict[str, str | int] = {
            "PERFORMANCE_HINT": "LATENCY" if one_caller else "THROUGHPUT"
        }
        if threads and device == "CPU":
            self._options["INFERENCE_NUM_THREADS"] = threads
        if cache_dir is not None:
            self._options["CACHE_DIR"] = str(cache_dir)
        self._options["INFERENCE_PRECISION_HINT"] = precision.value
        self._core = ov.Core()
        self._check(precision)
        self._model: ov.Model | None = self._read()
        self._takes_any = all(side is None for side in _sides(self._model.inputs[0])[2:])
        self._compiling = threading.Lock()
        self._fitted: dict[tuple[int, int], _Fitted] = {}
        height, width = card.input_hw
        usual_hw = (min(height, width * 9 // 16), width) if self._takes_any else card.input_hw
        self.infer(np.full((*usual_hw, 3), card.pad_value, dtype=np.uint8))  # warm, and fits

    @property
    def card(self) -> ModelCard:
        return self._card

    @property
    def runs_on(self) -> str:
        return f"OpenVINO {self._device}"

    def infer(self, image: Image, within: Box | None = None) -> tuple[Detection, ...]:
        shrinks = self._takes_any and image.size > 0
        card = tight((image.shape[0], image.shape[1]), self._card) if shrinks else self._card
        canvas, letterbox = place(image, card)
        if within is not None and self._takes_any:
            canvas, letterbox = cut(canvas, letterbox, within)
        fitted = self._for(letterbox.input_hw)
        card = fitted.card
        tensor = to_tensor(canvas, card)
        with fitted.requests.one() as request:
            request.infer({0: tensor}, share_inputs=True)
            output: Raw = request.get_output_tensor(0).data
            try:  # decoding reads the request's own memory: before another caller has it
                found = decode(output, card)
            except LayoutError as error:
                raise misfit(self._card, self._path, error) from error
        return detections(found, letterbox, card)

    def close(self) -> None:
        with self._compiling:
            self._model = None
            self._fitted.clear()

    def _for(self, input_hw: tuple[int, int]) -> _Fitted:
        """The model compiled for inputs of that size."""
        with self._compiling:
            if self._model is None:
                raise RuntimeError(f"the engine of {self._card.name} has been closed")
            fitted = self._fitted.get(input_hw)
            if fitted is None:
                card = replace(self._card, input_hw=input_hw)
                compiled = self._compiled(self._model, card)
                fitted = _Fitted(card, _Requests(compiled, alone=self._alone))
                self._fitted[card.input_hw] = fitted
        return fitted

    def _check(self, precision: Precision) -> None:
        """OpenVINO would go on in another one, and say nothing."""
        has = self._core.get_property(self._device, "OPTIMIZATION_CAPABILITIES")
        if precision is Precision.BF16 and "BF16" not in has:
            raise ModelError(
                f"{self._device} cannot calculate in bf16",
                where=self._path,
                got=", ".join(sorted(has)),
                expected="BF16",
                remedy="set models.precision to f32",
            )

    def _read(self) -> ov.Model:
        try:
            _recognise(self._path)
            model = self._core.read_model(self._path)
        except RuntimeError as error:
            raise unreadable(self._card, self._path, error) from error
        check_input(self._card, self._path, [_sides(port) for port in model.inputs])
        return model

    def _compiled(self, model: ov.Model, card: ModelCard) -> ov.CompiledModel:
        """Settle the shapes that the model leaves open, and check them against the card."""
        if _sides(model.inputs[0]) != [1, 3, *card.input_hw]:
            model.reshape([1, 3, *card.input_hw])
        shape = model.outputs[0].get_partial_shape()
        if shape.is_static:
            try:
                check_shape(tuple(shape.to_shape()), card)
            except LayoutError as error:
                raise misfit(self._card, self._path, error) from error
        try:
            return self._core.compile_model(model, self._device, self._options)
        except RuntimeError as error:
            raise unreadable(self._card, self._path, error) from error


@dataclass(frozen=True, slots=True)
class _Fitted:
    """A model for one shape of input; ``card`` says which."""

    card: ModelCard
    requests: _Requests


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
