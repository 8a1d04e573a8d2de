"""Whether what a fence watches for can be seen there at all: by a model, or as an obstruction.

What no way of seeing can name would never become a case, and nobody would notice.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from detector.cards import ModelCard
from fences.catalogue import CATALOGUE
from fences.scenario import Attendance, Scenario
from kerbwatch.config.problem import Path, Phrase, Problem, phrase
from kerbwatch.config.values import Document, Value, value_at

Cards = Mapping[str, ModelCard]
"""Every known card by its name."""

_WAYS: list[Value] = ["learned", "obstruction"]


def check_sight(document: Document, fence: Path, cards: Cards) -> Iterator[Problem]:
    """Scenarios of a fence that can never be seen there."""
    see = value_at(document.value, (*fence, "see")) or _WAYS
    used = value_at(document.value, ("models", "use")) or []
    if not (_all_of(see, _WAYS) and _all_of(used, cards)) or (see == ["learned"] and not used):
        return  # told already: not_allowed, wrong_type, unknown_model, no_eyes
    assert isinstance(see, list)
    assert isinstance(used, list)
    given = {label for name in used for label in cards[str(name)].labels if label is not None}
    scenarios = value_at(document.value, (*fence, "scenarios"))
    for name in scenarios if isinstance(scenarios, dict) else ():
        scenario = CATALOGUE.get(name)
        if scenario is not None and not _is_seen(scenario, see, given):
            expected = _expected(scenario, see, cards)
            yield document.problem(
                (*fence, "scenarios", name), "unseen", expected, _got(see, given)
            )


def _all_of(value: Value, known: Collection[Value]) -> bool:
    """Whether it is a list of known names only."""
    return isinstance(value, list) and all(isinstance(it, str) and it in known for it in value)


def _is_seen(scenario: Scenario, see: Collection[object], given: set[str]) -> bool:
    by_obstruction = "obstruction" in see and scenario.obstruction is not Attendance.NONE
    return by_obstruction or ("learned" in see and not scenario.labels.isdisjoint(given))


def _got(see: Collection[object], given: set[str]) -> Phrase:
    if "learned" not in see:
        return phrase("got.only_obstruction")
    if not given:
        return phrase("got.no_model")
    return phrase("got.models_for", labels=", ".join(sorted(given)))


def _expected(scenario: Scenario, see: Collection[object], cards: Cards) -> Phrase:
    labels = ", ".join(sorted(scenario.labels))
    fitting = [name for name in sorted(cards) if not scenario.labels.isdisjoint(cards[name].labels)]
    which = phrase("expected.such_cards", names=", ".join(fitting))
    if not fitting:
        which = phrase("expected.no_such_card")
    if "obstruction" not in see and scenario.obstruction is not Attendance.NONE:
        return phrase("expected.model_or_obstruction", labels=labels, which=which)
    if "learned" not in see:
        return phrase("expected.learned_and_model", labels=labels, which=which)
    return phrase("expected.model_for", labels=labels, which=which)
