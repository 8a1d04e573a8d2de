"""Every model that has a card, tried out on this machine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from detector.cards import ModelCard
from detector.engines.errors import ModelError
from detector.engines.select import open_engine
from kerbwatch.config.cards import find_weights, load_cards, model_folders


@dataclass(frozen=True, slots=True)
class ModelFound:
    """A card and what became of loading its model. ``problem`` is for people, else empty."""

    name: str
    state: Literal["loads", "missing", "broken"]
    file: str
    path: str | None
    runs_on: str | None
    labels: str
    input: str
    licence: str
    problem: str

    def as_object(self) -> dict[str, Any]:
        """For ``--json`` and for texts."""
        return asdict(self)


def inventory(models_dir: Path, env: Mapping[str, str]) -> tuple[ModelFound, ...]:
    """Every card of ``models_dir``, ``KERBWATCH_MODELS`` and the bundled ones, by name.

    Raises ``ConfigError`` for cards that cannot be read.
    """
    folders = model_folders(models_dir, env)
    cards = load_cards(folders)
    return tuple(_try(cards[name], find_weights(cards[name], folders)) for name in sorted(cards))


def _try(card: ModelCard, path: Path | None) -> ModelFound:
    if path is None:
        return _found(card, "missing", None, None, "")
    try:
        engine = open_engine(card, path)
    except ModelError as error:
        return _found(card, "broken", path, None, str(error))
    runs_on = engine.runs_on
    engine.close()
    return _found(card, "loads", path, runs_on, "")


def _found(
    card: ModelCard,
    state: Literal["loads", "missing", "broken"],
    path: Path | None,
    runs_on: str | None,
    problem: str,
) -> ModelFound:
    height, width = card.input_hw
    return ModelFound(
        name=card.name,
        state=state,
        file=card.file,
        path=None if path is None else str(path),
        runs_on=runs_on,
        labels=", ".join(sorted({label for label in card.labels if label is not None})),
        input=f"{width}×{height}",
        licence=card.licence,
        problem=problem,
    )
