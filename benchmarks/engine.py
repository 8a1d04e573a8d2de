"""3. Engine: what of the bare library's throughput is left when pictures come out as detections.

Bare: OpenVINO's own loop of asynchronous requests (as ``benchmark_app`` has it, throughput
hint) on one prepared tensor. Pipeline: ``Engine.infer`` on 1080p pictures from many threads:
letterbox, colours, inference, layout, suppression, labels. Both in turn, more than once, and
the better of each: other work on the machine makes a round slower, never faster.
"""

from __future__ import annotations

import importlib.util
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from time import process_time_ns
from typing import Any

import cv2
import numpy as np
import openvino as ov

from benchmarks.clips import FULL_WH, camera_clips
from benchmarks.processes import CLOCK, pause
from benchmarks.setting import MODEL, ROOT, Result, Setting
from detector.cards import ModelCard
from detector.engines.letterbox import place, to_tensor
from detector.engines.openvino import OpenVinoEngine
from detector.engines.precision import Precision
from detector.frame import Frame, Image
from detector.sources.recording import RecordingSource
from kerbwatch.config.cards import load_card

THREADS = 8
_PICTURES = 32


@dataclass(frozen=True, slots=True)
class Speed:
    """Inferences a second, and what one takes of a core: that, other work hardly changes."""

    per_s: float
    core_ms: float


def measure(setting: Setting) -> Result:
    """Everything that ``engine.json`` holds: by model, then by precision."""
    pictures = _pictures(setting)
    cards = {MODEL: (load_card(ROOT / "models" / f"{MODEL}.card.yaml"), ROOT / "models")}
    if setting.shared is not None and not setting.quick:
        card = load_card(ROOT / "models" / "yolox-nano-416.card.yaml")
        cards["yolox-nano-416"] = (card, setting.shared / "models")
    found = {
        name: _precisions(card, folder / card.file, pictures, setting)
        for name, (card, folder) in cards.items()
    }
    main = found[MODEL]["fp32"]
    return {"threads": THREADS, "share": main["share"], "models": found}


def _precisions(
    card: ModelCard, path: Path, pictures: list[Image], setting: Setting
) -> dict[str, Any]:
    found: dict[str, Any] = {"fp32": _both(card, path, Precision.F32, pictures, setting)}
    if "BF16" in ov.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES"):
        found["bf16"] = _both(card, path, Precision.BF16, pictures, setting)
    else:
        found["bf16"] = {"absent": "this processor has no bf16"}
    found["int8"] = _int8(card, path, pictures, setting)
    return found


def _int8(card: ModelCard, path: Path, pictures: list[Image], setting: Setting) -> dict[str, Any]:
    if setting.quick:
        return {"absent": "quick run"}
    if not importlib.util.find_spec("nncf"):
        return {"absent": "nncf"}
    from detector.training.quantize import quantize  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / f"{card.name}.xml"
        quantize(card, path, pictures, made)
        small = replace(card, file=made.name, sha256=None)
        return _both(small, made, Precision.F32, pictures, setting)


def _both(
    card: ModelCard, path: Path, precision: Precision, pictures: list[Image], setting: Setting
) -> dict[str, Any]:
    """Inferences a second, bare and through the pipeline, and the pipeline's share."""
    seconds, rounds = (0.5, 1) if setting.quick else (setting.window_s or 5.0, 3)
    tensor = to_tensor(place(pictures[0], card)[0], card)
    engine = OpenVinoEngine(card, path, precision=precision)
    bare_loop = _bare(path, tensor, precision)
    bare, pipeline = [], []
    try:
        for _ in range(rounds):
            bare.append(bare_loop(seconds))
            pipeline.append(_pipeline(engine, pictures, seconds))
    finally:
        engine.close()
    bare_per_s, pipeline_per_s = (max(it.per_s for it in speeds) for speeds in (bare, pipeline))
    return {
        "bare_per_s": round(bare_per_s, 1),
        "pipeline_per_s": round(pipeline_per_s, 1),
        "share": round(pipeline_per_s / bare_per_s, 3),
        "bare_core_ms": round(min(it.core_ms for it in bare), 2),
        "pipeline_core_ms": round(min(it.core_ms for it in pipeline), 2),
    }


def _speed(count: int, begin_ns: int, begin_core_ns: int) -> Speed:
    took_ns, core_ns = CLOCK.monotonic_ns() - begin_ns, process_time_ns() - begin_core_ns
    return Speed(count / took_ns * 1e9, core_ns / count / 1e6 if count else 0.0)


def _bare(path: Path, tensor: Any, precision: Precision) -> Callable[[float], Speed]:
    """The library alone, as fast as it goes; gives a function of how long."""
    core = ov.Core()
    model = core.read_model(path)
    if model.is_dynamic():
        model.reshape(list(tensor.shape))
    options = {"PERFORMANCE_HINT": "THROUGHPUT", "INFERENCE_PRECISION_HINT": precision.value}
    compiled = core.compile_model(model, "CPU", options)
    queue = ov.AsyncInferQueue(compiled, compiled.get_property("OPTIMAL_NUMBER_OF_INFER_REQUESTS"))

    def per_second(seconds: float) -> Speed:
        count, begin_ns, begin_core_ns = 0, CLOCK.monotonic_ns(), process_time_ns()
        until_ns = begin_ns + round(seconds * 1e9)
        while CLOCK.monotonic_ns() < until_ns:
            queue.start_async({0: tensor}, share_inputs=True)
            count += 1
        queue.wait_all()
        return _speed(count, begin_ns, begin_core_ns)

    per_second(0.3)  # warm
    return per_second


def _pipeline(engine: OpenVinoEngine, pictures: list[Image], seconds: float) -> Speed:
    counts, stop = [0] * THREADS, threading.Event()

    def work(number: int) -> None:
        while not stop.is_set():
            engine.infer(pictures[(counts[number] + number) % len(pictures)])
            counts[number] += 1

    threads = [threading.Thread(target=work, args=(number,)) for number in range(THREADS)]
    begin_ns, begin_core_ns = CLOCK.monotonic_ns(), process_time_ns()
    for thread in threads:
        thread.start()
    pause(seconds)
    stop.set()
    for thread in threads:
        thread.join()
    return _speed(sum(counts), begin_ns, begin_core_ns)


def _pictures(setting: Setting) -> list[Image]:
    """Pictures of 1080p out of the cameras' clips; in a quick run, of its drawn one."""
    found: list[Image] = []
    clips = camera_clips(setting)
    for clip in clips:
        for number, item in enumerate(RecordingSource(clip.path)):
            if isinstance(item, Frame) and number % 50 == 0:
                sized = cv2.resize(item.image(), FULL_WH, interpolation=cv2.INTER_LINEAR)
                found.append(np.asarray(sized, dtype=np.uint8))
            if len(found) >= _PICTURES * (1 + clips.index(clip)) // len(clips):
                break
    return found
