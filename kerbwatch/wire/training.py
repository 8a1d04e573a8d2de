"""From a recipe to a trained model with its card."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from detector.cards import Channels, ModelCard, Placement
from detector.engines.errors import ModelError
from detector.scoring.looks import Marked
from detector.training.train import OnEpoch, Plan, Trained, train
from kerbwatch.config.card_file import write_card
from kerbwatch.config.dataset import DataSet, load_dataset, plain
from kerbwatch.config.recipe import RecipeModel, load_recipe
from kerbwatch.errors import DataError
from kerbwatch.wire.dataset import marked_pictures

GREY = 114


@dataclass(frozen=True, slots=True)
class Made:
    """A model that was trained: its card, where both are, what was measured."""

    card: ModelCard
    card_file: Path
    model_file: Path
    metrics: Mapping[str, float]


def train_model(
    recipe_file: Path,
    folder: Path,
    runs: Path,
    names: Mapping[str, str],
    on_epoch: OnEpoch = lambda *_: None,
) -> Made:
    """Train by a recipe; card and weights appear in ``folder`` once all is done.

    ``names`` maps plain names of classes to labels, after the recipe's own. Raises
    ``ConfigError``, ``DataError``, ``ModelError`` and ``OSError``.
    """
    recipe = load_recipe(recipe_file)
    data = load_dataset(recipe_file.parent / recipe.data)
    labels = _labels(recipe, data, names)
    plan = _plan(recipe, recipe_file, data, labels)
    try:
        trained = train(plan, runs, on_epoch)
    except ModelError:
        raise
    except Exception as error:  # of torch, of ultralytics, of a GPU: all of them end the run
        problem = " ".join(str(error).split())[:300] or type(error).__name__
        raise DataError("train.failed", path=recipe_file, problem=problem) from error
    return _keep(recipe, recipe_file, labels, trained, folder, data)


def _labels(recipe: RecipeModel, data: DataSet, names: Mapping[str, str]) -> dict[int, str]:
    known = {**names, **{plain(name): label for name, label in recipe.labels.items()}}
    found = {at: known[plain(it)] for at, it in data.classes.items() if plain(it) in known}
    if not found:
        classes = ", ".join(name for _, name in sorted(data.classes.items()))
        raise DataError("train.no_label", path=data.file, classes=classes)
    if sorted(data.classes) != list(range(len(data.classes))):
        raise DataError("train.numbers", path=data.file)
    return found


def _plan(recipe: RecipeModel, file: Path, data: DataSet, labels: dict[int, str]) -> Plan:
    """With every picture and label file looked at before the first step is made."""
    splits = {split: _checked(data, split, labels) for split in ("train", "val")}
    base = file.parent / recipe.base
    if recipe.base.endswith(".pt") and not base.is_file():
        raise DataError("train.no_base", path=base)
    return Plan(
        name=recipe.name,
        base=str(base) if base.is_file() else recipe.base,
        classes=data.classes,
        train=[picture.path for picture in splits["train"]],
        val=[picture.path for picture in splits["val"]],
        epochs=recipe.epochs,
        side=recipe.side,
        batch=recipe.batch,
        seed=recipe.seed,
        workers=recipe.workers,
        device=recipe.device,
        settings=recipe.settings,
    )


def _checked(data: DataSet, split: str, labels: dict[int, str]) -> list[Marked]:
    marked = marked_pictures(data, split, labels)
    if not any(picture.things for picture in marked):
        raise DataError("train.nothing_marked", path=data.file, split=split)
    return marked


def _keep(
    recipe: RecipeModel,
    recipe_file: Path,
    labels: dict[int, str],
    trained: Trained,
    folder: Path,
    data: DataSet,
) -> Made:
    folder.mkdir(parents=True, exist_ok=True)
    content = trained.weights.read_bytes()
    classes = tuple(name for _, name in sorted(data.classes.items()))
    card = ModelCard(
        name=recipe.name,
        file=f"{recipe.name}.pt",
        layout=trained.layout,
        input_hw=(recipe.side, recipe.side),
        channels=Channels.RGB,
        pixel_scale=1 / 255,
        placement=Placement.CENTRE,
        pad_value=GREY,
        classes=classes,
        labels=tuple(labels.get(number) for number in range(len(classes))),
        min_score=recipe.min_score,
        iou=recipe.iou,
        licence=recipe.licence,
        origin=f"trained by {recipe_file.name} from {Path(recipe.base).name}, "
        f"{recipe.epochs} epochs, seed {recipe.seed}",
        sha256=hashlib.sha256(content).hexdigest(),
    )
    model_file = folder / card.file
    part = folder / f".{card.file}.part"
    part.write_bytes(content)
    part.replace(model_file)
    measured = {name: value for name, value in trained.metrics.items() if "mAP" in name}
    about = [f"{name}: {value:.4f}" for name, value in sorted(measured.items())]
    return Made(card, write_card(card, folder, about), model_file, trained.metrics)
