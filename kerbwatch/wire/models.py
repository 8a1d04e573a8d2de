"""From the names of model cards to engines that are ready."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from detector.cards import ModelCard
from detector.engines.errors import ModelError
from detector.engines.protocol import Engine
from detector.engines.select import open_engine
from kerbwatch.config.cards import find_weights, load_cards, model_folders
from kerbwatch.options import ModelsOptions


def open_engines(
    options: ModelsOptions, env: Mapping[str, str], *, threads: int = 0, one_caller: bool = False
) -> tuple[Engine, ...]:
    """Load every model that is to be used, in that order; see ``open_engine``.

    Raises ``ConfigError`` for a card that cannot be read and ``ModelError`` for a model that
    is not there or does not load.
    """
    return tuple(
        open_engine(card, path, threads=threads, one_caller=one_caller, precision=options.precision)
        for card, path in _chosen(options, env)
    )


def check_models(options: ModelsOptions, env: Mapping[str, str]) -> None:
    """Whether cards and files are there, without loading anything. Raises as ``open_engines``."""
    _chosen(options, env)


def _chosen(options: ModelsOptions, env: Mapping[str, str]) -> list[tuple[ModelCard, Path]]:
    folders = model_folders(options.dir, env)
    cards = load_cards(folders)
    chosen = [_card(cards, name, folders) for name in options.use]
    return [(card, weights_of(card, folders)) for card in chosen]


def weights_of(card: ModelCard, folders: tuple[Path, ...]) -> Path:
    """The card's file. Raises ``ModelError`` where no folder has it."""
    path = find_weights(card, folders)
    if path is None:
        raise ModelError(
            f"the model of card {card.name} is not there",
            where=Path(card.file),
            got="no such file in " + ", ".join(str(folder) for folder in folders),
            expected=card.file,
            remedy=f"put it into {folders[0]}, or name its folder in KERBWATCH_MODELS",
        )
    return path


def _card(cards: Mapping[str, ModelCard], name: str, folders: tuple[Path, ...]) -> ModelCard:
    if name not in cards:
        raise ModelError(
            f"there is no model card {name}",
            where=folders[0],
            got="cards " + (", ".join(sorted(cards)) or "none"),
            expected=f"{name}.card.yaml",
            remedy="correct models.use, or add the card",
        )
    return cards[name]
