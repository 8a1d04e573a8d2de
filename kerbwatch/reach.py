"""What each scenario can be seen with, worked out from the cards that come with Kerbwatch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from detector.cards import ModelCard
from fences.catalogue import CATALOGUE, CATEGORIES
from fences.observation import Label
from fences.scenario import Attendance, Scenario
from kerbwatch.config.cards import BUNDLED_CARD, bundled_models, load_cards, load_classes

COCO = "coco80"


class Reach(StrEnum):
    """The least that a scenario needs, the easiest first."""

    NO_MODEL = "no_model"
    """Obstruction sees it."""
    BUNDLED = "bundled"
    """The bundled model gives one of its labels."""
    COCO = "coco"
    """Every card for the classes of COCO does."""
    TRAINED = "trained"
    """No card that comes along does: a model trained for it, or an open-vocabulary one."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A scenario with what it needs.

    ``sharper_with``: labels of the bundled model that tell what an obstruction is, or is not;
    a scenario that needs no model works without them, and takes more for its own.
    """

    scenario: Scenario
    state: Reach
    sharper_with: tuple[str, ...]

    def as_object(self) -> dict[str, Any]:
        """For ``--json``."""
        it = self.scenario
        category = CATEGORIES[it.category]
        return {
            "id": it.id,
            "zh": it.name_zh,
            "en": it.name_en,
            "category": {"id": category.id, "zh": category.name_zh, "en": category.name_en},
            "means": {"zh": it.means_zh, "en": it.means_en},
            "state": str(self.state),
            "labels": sorted(it.labels),
            "obstruction": str(it.obstruction),
            "never": sorted(it.never),
            "sharper_with": list(self.sharper_with),
            "dwell_s": it.dwell_s,
            "clear_after_s": it.clear_after_s,
            "min_area": it.min_area,
            "min_count": it.min_count,
        }


def entries(folder: Path | None = None) -> tuple[Entry, ...]:
    """Every scenario of the catalogue, with what it needs by the cards of ``folder``.

    Left out, the folder is that of the cards that come with Kerbwatch. Raises ``ConfigError``
    for cards that cannot be read.
    """
    models = bundled_models() if folder is None else folder
    cards = load_cards((models,))
    bundled = labels_of(cards[BUNDLED_CARD]) if BUNDLED_CARD in cards else frozenset()
    coco = common_labels(cards, load_classes(COCO, models))
    return tuple(
        Entry(scenario, reach_of(scenario, bundled, coco), _sharper_with(scenario, bundled))
        for scenario in CATALOGUE.values()
    )


def labels_of(card: ModelCard) -> frozenset[str]:
    """What the card's model gives."""
    return frozenset(label for label in card.labels if label is not None)


def common_labels(cards: Mapping[str, ModelCard], classes: tuple[str, ...]) -> frozenset[str]:
    """What every model with exactly these classes gives."""
    found = [labels_of(card) for card in cards.values() if card.classes == classes]
    return frozenset.intersection(*found) if found else frozenset()


def reach_of(scenario: Scenario, bundled: frozenset[str], coco: frozenset[str]) -> Reach:
    """The least with which the scenario can be seen, given what the models give."""
    if scenario.obstruction is not Attendance.NONE:
        return Reach.NO_MODEL
    if scenario.labels & bundled:
        return Reach.BUNDLED
    return Reach.COCO if scenario.labels & coco else Reach.TRAINED


def _sharper_with(scenario: Scenario, bundled: frozenset[str]) -> tuple[str, ...]:
    if scenario.obstruction is Attendance.NONE:
        return ()
    told_apart = set(scenario.labels | scenario.never)
    if scenario.obstruction is not Attendance.ANY:
        told_apart.add(Label.PERSON)
    return tuple(sorted(told_apart & bundled))
