"""What the figures must be, and whether they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from alerts.texts import Texts
from replay.accuracy.clip import REAL
from replay.accuracy.contestants import Contender
from replay.accuracy.result import ClipResult
from replay.accuracy.tables import Table, number
from replay.accuracy.tally import Tally, conditions_of, contenders_of, tally

LEAST_F1 = 0.95
MOST_FALSE_PER_DAY = 1.0
LEAST_CLIPS = 60
LEAST_CONDITIONS = 10


@dataclass(frozen=True, slots=True)
class Goal:
    """``key`` names its text; ``measured`` is what came out, ``met`` whether that is enough."""

    key: str
    measured: str
    met: bool


def goals(results: Sequence[ClipResult], texts: Texts) -> list[Goal]:
    """Those that the results can tell of."""
    real = [result for result in results if result.condition == REAL]
    rendered = [result for result in results if result.condition != REAL]
    return [*_of_real(real), *_of_rendered(rendered, texts), *_against_recipes(rendered, texts)]


def goals_table(found: Sequence[Goal], texts: Texts) -> Table:
    """A row for each goal."""
    rows = tuple(
        (texts(f"goal.{goal.key}"), goal.measured, texts("goal.met" if goal.met else "goal.missed"))
        for goal in found
    )
    columns = (texts("goal.what"), texts("goal.measured"), texts("goal.reached"))
    return Table(texts("goal.title"), "", columns, rows)


def _of_real(results: Sequence[ClipResult]) -> Iterator[Goal]:
    if Contender.BOTH not in contenders_of(results):
        return
    sums = tally(results, Contender.BOTH)
    yield Goal("real_recall", f"{sums.tp}/{sums.tp + sums.fn}", sums.fn == 0)
    yield Goal("real_false", str(sums.fp), sums.fp == 0)


def _of_rendered(results: Sequence[ClipResult], texts: Texts) -> Iterator[Goal]:
    if Contender.BOTH not in contenders_of(results):
        return
    conditions = conditions_of(results)
    with_events = sum(result.events > 0 for result in results)
    enough = with_events >= LEAST_CLIPS and len(conditions) >= LEAST_CONDITIONS
    yield Goal("size", f"{with_events} / {len(conditions)}", enough)
    f1 = tally(results, Contender.BOTH).f1
    yield Goal("f1", number(f1, 3), f1 is not None and f1 >= LEAST_F1)
    sums = {name: _sums(results, name, Contender.BOTH) for name in conditions}
    above = [name for name, one in sums.items() if (one.false_per_day or 0.0) > MOST_FALSE_PER_DAY]
    yield Goal("false", _listed(above, texts), not above)
    bounds = [one.false_per_day_at_most or 0.0 for one in sums.values()]
    yield Goal("proven", f"{max(bounds):.0f}", max(bounds) <= MOST_FALSE_PER_DAY)


def _against_recipes(results: Sequence[ClipResult], texts: Texts) -> Iterator[Goal]:
    contenders = contenders_of(results)
    if Contender.OBSTRUCTION not in contenders:
        return
    for recipe in (Contender.MOG2, Contender.KNN):
        if recipe not in contenders:
            continue
        not_better = [
            name
            for name in conditions_of(results)
            if not _better(
                _sums(results, name, Contender.OBSTRUCTION), _sums(results, name, recipe)
            )
        ]
        yield Goal(f"beats_{recipe}", _listed(not_better, texts), not not_better)


def _better(ours: Tally, theirs: Tally) -> bool:
    return (ours.f1 or 0.0) > (theirs.f1 or 0.0)


def _sums(results: Sequence[ClipResult], condition: str, contender: str) -> Tally:
    return tally([result for result in results if result.condition == condition], contender)


def _listed(conditions: Sequence[str], texts: Texts) -> str:
    names = ", ".join(texts(f"condition.{name}") for name in conditions)
    return texts("goal.not_in", names=names) if names else texts("goal.everywhere")
