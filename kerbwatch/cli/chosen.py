"""From what a person names to a model card and its file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from kerbwatch.cli.speak import MISUSED, TEXT, give_up

if TYPE_CHECKING:
    from detector.cards import ModelCard


def card_named(name: str, folder: Path, *, as_json: bool) -> ModelCard:
    """The card of that name; ends the command where there is none."""
    from kerbwatch.config.cards import load_cards, model_folders  # noqa: PLC0415

    cards = load_cards(model_folders(folder, os.environ))
    if name not in cards:
        message = TEXT("models.unknown", got=name, known=", ".join(sorted(cards)))
        give_up(message, MISUSED, as_json=as_json)
    return cards[name]


def model_named(name: str, folder: Path, *, as_json: bool) -> tuple[ModelCard, Path]:
    """Card and file. Raises ``ModelError`` where no folder has the file."""
    from kerbwatch.config.cards import model_folders  # noqa: PLC0415
    from kerbwatch.wire.models import weights_of  # noqa: PLC0415

    card = card_named(name, folder, as_json=as_json)
    return card, weights_of(card, model_folders(folder, os.environ))


def bundled_model() -> tuple[ModelCard, Path]:
    """The model that comes with Kerbwatch. Raises ``ModelError`` where its file is gone."""
    from kerbwatch.config.cards import BUNDLED_CARD, bundled_models, load_cards  # noqa: PLC0415
    from kerbwatch.wire.models import weights_of  # noqa: PLC0415

    folder = bundled_models()
    card = load_cards([folder])[BUNDLED_CARD]
    return card, weights_of(card, (folder,))
