"""Model cards: from ``*.card.yaml`` files to what engines need, and where the weights are."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path

from detector.cards import Channels, Layout, ModelCard, Placement
from kerbwatch.config.card_checks import check_card
from kerbwatch.config.card_schema import CardModel, LabelMapModel
from kerbwatch.config.load import open_document
from kerbwatch.config.problem import ConfigError, Problem, phrase
from kerbwatch.config.values import Document
from kerbwatch.config.verdict import validate

CARD_SUFFIX = ".card.yaml"
MODELS_VARIABLE = "KERBWATCH_MODELS"
"""Further folders with cards and weights, separated as in ``PATH``."""

BUNDLED_CARD = "kerbwatch-street-480"
"""The card of the model whose weights come with Kerbwatch."""

_SCALES = {"1": 1.0, "1/255": 1 / 255}


def model_folders(models_dir: Path, env: Mapping[str, str]) -> tuple[Path, ...]:
    """Where cards and weights are looked for: ``models.dir``, ``KERBWATCH_MODELS``, bundled."""
    more = (Path(part) for part in env.get(MODELS_VARIABLE, "").split(os.pathsep) if part)
    return tuple(dict.fromkeys((models_dir, *more, bundled_models())))


def bundled_models() -> Path:
    """The folder of the cards that come with Kerbwatch: installed, or beside the sources."""
    installed = Path(sys.prefix) / "share" / "kerbwatch" / "models"
    return installed if installed.is_dir() else Path(__file__).parents[2] / "models"


def known_cards(env: Mapping[str, str]) -> Callable[[Path], Mapping[str, ModelCard]]:
    """For ``load_options(known_models=…)``: the cards by name, once ``models.dir`` is known."""
    return lambda models_dir: load_cards(model_folders(models_dir, env))


def find_weights(card: ModelCard, dirs: Iterable[Path]) -> Path | None:
    """The first folder's file that the card names, or ``None``."""
    return next((path for folder in dirs if (path := folder / card.file).is_file()), None)


def load_cards(dirs: Iterable[Path]) -> dict[str, ModelCard]:
    """Every card of the folders by name; of one name in two folders, the first folder's.

    A folder that does not exist has no cards. Raises ``ConfigError`` with the problems of
    all cards.
    """
    folders = tuple(dirs)
    cards: dict[str, ModelCard] = {}
    problems: list[Problem] = []
    for folder in folders:
        own: dict[str, ModelCard] = {}
        for path in sorted(folder.glob(f"*{CARD_SUFFIX}")):
            try:
                card = _load_card(path, folders, own)
            except ConfigError as error:
                problems += error.problems
            else:
                own[card.name] = card
        cards = own | cards
    if problems:
        raise ConfigError(problems)
    return cards


def load_card(path: Path) -> ModelCard:
    """One card. Raises ``ConfigError`` with every problem of it."""
    return _load_card(path, (path.parent,), {})


def _load_card(path: Path, folders: tuple[Path, ...], before: Collection[str]) -> ModelCard:
    document = open_document(path)
    _fill_in(document, (path.parent, *folders))
    model = validate(document, CardModel)
    check_card(document, before)
    if document.problems or model is None:
        raise ConfigError(document.problems)
    height, width = model.input_hw
    tried, asked = model.on_trial, model.prompts
    return ModelCard(
        name=model.name,
        file=model.file,
        layout=Layout(model.layout),
        input_hw=(height, width),
        channels=Channels(model.channels),
        pixel_scale=model.pixel_scale,
        placement=Placement(model.placement),
        pad_value=model.pad_value,
        classes=tuple(model.classes),
        labels=tuple(model.labels.get(name) for name in model.classes),
        min_score=model.min_score,
        iou=model.iou,
        licence=model.licence,
        origin=model.origin,
        sha256=model.sha256,
        on_trial=tuple(tried.get(name) for name in model.classes) if tried else (),
        source=model.source,
        engine=model.engine,
        prompts=tuple(asked.get(name, name) for name in model.classes) if asked else (),
    )


def load_classes(name: str, folder: Path) -> tuple[str, ...]:
    """The names of classes in ``labels/<name>.yaml``. Raises ``ConfigError``."""
    document = open_document(folder / "labels" / f"{name}.yaml")
    model = validate(document, LabelMapModel)
    if document.problems or model is None:
        raise ConfigError(document.problems)
    return tuple(model.classes)


def _fill_in(document: Document, folders: Iterable[Path]) -> None:
    """Put values in place of the short forms: ``1/255``, and the name of a list of classes."""
    if not isinstance(document.value, dict):
        return
    scale, classes = document.value.get("pixel_scale"), document.value.get("classes")
    if isinstance(scale, str) and scale in _SCALES:
        document.value["pixel_scale"] = _SCALES[scale]
    if not isinstance(classes, str):
        return
    names = _classes_of(document, classes, folders)
    if names is None:
        document.broken.add(("classes",))
    else:
        document.value["classes"] = list(names)


def _classes_of(document: Document, name: str, folders: Iterable[Path]) -> tuple[str, ...] | None:
    file = f"labels/{name}.yaml"
    is_name = name.replace("-", "").replace("_", "").isalnum() and name.isascii()
    paths = [path for folder in folders if is_name and (path := folder / file).is_file()]
    if not paths:
        expected = phrase("expected.unknown_label_map", file="labels/…")
        document.problems.append(document.problem(("classes",), "unknown_label_map", expected))
        return None
    try:
        inner = open_document(paths[0])
    except ConfigError as error:
        document.problems += error.problems
        return None
    model = validate(inner, LabelMapModel)
    document.problems += inner.problems
    return tuple(model.classes) if model is not None else None
