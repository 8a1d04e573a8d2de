"""Training a detector with ultralytics."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from detector.cards import Layout
from detector.engines.library import prepare

Setting = str | int | float | bool
OnEpoch = Callable[[int, int, Mapping[str, float]], None]
"""Epochs done, epochs in all, and what was measured after the last."""

FIXED = frozenset(
    {
        *("model", "data", "epochs", "imgsz", "batch", "seed", "workers", "device", "project"),
        *("name", "exist_ok", "resume", "plots", "amp", "deterministic", "verbose", "val", "save"),
        *("mode", "task"),
    }
)
"""Ultralytics' settings that a plan decides itself."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to train on what. ``side`` is the input's in pixels, the same both ways.

    ``base`` is an architecture of ultralytics (``yolo11n.yaml``) or weights to go on from;
    ``settings`` are further settings of ultralytics, by its own names.
    """

    name: str
    base: str
    classes: Mapping[int, str]
    train: Sequence[Path]
    val: Sequence[Path]
    epochs: int
    side: int
    batch: int
    seed: int
    workers: int
    device: str | None = None
    settings: Mapping[str, Setting] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Trained:
    """The best weights of a run, how they read, and what was measured with them."""

    weights: Path
    layout: Layout
    metrics: Mapping[str, float]


def train(plan: Plan, runs: Path, on_epoch: OnEpoch = lambda *_: None) -> Trained:
    """Train, below ``runs``; the same plan and seed give the same weights on the same machine.

    Raises ``ModelError`` where ultralytics is not installed, and what ultralytics raises.
    """
    prepare(Path(plan.base))
    from ultralytics import YOLO  # noqa: PLC0415

    runs.mkdir(parents=True, exist_ok=True)
    model: Any = YOLO(plan.base, task="detect")

    def told(trainer: Any) -> None:
        if trainer.epoch < plan.epochs:  # it comes once more, for the best weights
            on_epoch(trainer.epoch + 1, plan.epochs, _numbers(trainer.metrics))

    model.add_callback("on_fit_epoch_end", told)
    model.train(
        **plan.settings,
        data=str(_data_file(plan, runs)),
        epochs=plan.epochs,
        imgsz=plan.side,
        batch=plan.batch,
        seed=plan.seed,
        workers=plan.workers,
        device=plan.device,
        project=str(runs.absolute()),
        name=plan.name,
        deterministic=True,
        plots=False,  # they need fonts, which it would fetch
        amp=False,  # before it, ultralytics fetches a model to try it with
        verbose=False,
    )
    trainer = model.trainer
    end2end = bool(getattr(model.model, "end2end", False))
    layout = Layout.END2END if end2end else Layout.YOLOV8
    return Trained(Path(trainer.best), layout, _numbers(trainer.metrics))


def _data_file(plan: Plan, runs: Path) -> Path:
    """The data set as ultralytics reads it the same from everywhere: by absolute paths."""
    lists = {}
    for split, pictures in (("train", plan.train), ("val", plan.val)):
        lists[split] = runs.absolute() / f"{plan.name}.{split}.txt"
        listed = "".join(f"{path.absolute()}\n" for path in pictures)
        lists[split].write_text(listed, encoding="utf-8")
    file = runs / f"{plan.name}.data.yaml"
    content = {split: str(path) for split, path in lists.items()}
    lines = [f"{key}: {json.dumps(value)}" for key, value in content.items()]
    lines += [
        "names:",
        *(f"  {at}: {json.dumps(name)}" for at, name in sorted(plan.classes.items())),
    ]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


def _numbers(metrics: Mapping[str, Any] | None) -> dict[str, float]:
    return {name: float(value) for name, value in (metrics or {}).items()}
