"""Model cards written by Kerbwatch itself, in the form in which people write them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from detector.cards import ModelCard
from kerbwatch.config.cards import CARD_SUFFIX, load_card
from kerbwatch.config.problem import one_line

_BYTE = 1 / 255


def write_card(card: ModelCard, folder: Path, about: Sequence[str] = ()) -> Path:
    """Write ``<name>.card.yaml``, whole or not at all. ``about`` are lines of comment.

    Raises ``ConfigError`` for a card that could not be read again, and ``OSError``.
    """
    path = folder / f"{card.name}{CARD_SUFFIX}"
    part = folder / f".{card.name}.part"
    part.write_text(card_text(card, about), encoding="utf-8")
    try:
        load_card(part)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return path


def card_text(card: ModelCard, about: Sequence[str] = ()) -> str:
    """The card as YAML."""
    height, width = card.input_hw
    facts: dict[str, object] = {
        "name": card.name,
        "file": card.file,
        "layout": card.layout.value,
        "input_hw": [height, width],
        "channels": card.channels.value,
        "pixel_scale": "1/255" if card.pixel_scale == _BYTE else card.pixel_scale,
        "placement": card.placement.value,
        "pad_value": card.pad_value,
        "classes": list(card.classes),
        "labels": _mapping(card.classes, card.labels),
        "on_trial": _mapping(card.classes, card.on_trial),
        "prompts": _mapping(card.classes, card.prompts),
        "engine": None if card.engine == "auto" else card.engine,
        "min_score": card.min_score,
        "iou": card.iou,
        "licence": card.licence,
        "origin": card.origin,
        "source": card.source,
        "sha256": card.sha256,
    }
    lines = [f"# {one_line(line)}" for line in about]
    lines += [f"{key}: {_value(value)}" for key, value in facts.items() if value not in (None, {})]
    return "\n".join(lines) + "\n"


def _mapping(classes: Sequence[str], values: Sequence[str | None]) -> dict[str, str]:
    """Empty where there are no values."""
    pairs = zip(classes, values, strict=bool(values))
    return {name: value for name, value in pairs if value is not None}


def _value(value: object) -> str:
    """JSON is YAML; plain words need no quotes."""
    if isinstance(value, str) and value.replace("-", "").replace("_", "").isalpha():
        return value
    return json.dumps(value, ensure_ascii=False)
