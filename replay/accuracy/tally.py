"""Figures over many clips."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from replay.accuracy.result import ClipResult

CONFIDENCE = 0.95
"""Of the upper bound of a rate."""

_SURE = 1e-9


@dataclass(frozen=True, slots=True)
class Tally:
    """Sums over clips. ``hours`` watched, ``cpu_ms`` processor time of one look.

    ``fp`` are false openings on all of these clips, those with violations included.
    """

    clips: int
    tp: int
    fp: int
    fn: int
    again: int
    early: int
    delays_s: tuple[float, ...]
    hours: float
    cpu_ms: float

    @property
    def precision(self) -> float | None:
        return self.tp / (self.tp + self.fp) if self.tp + self.fp else None

    @property
    def recall(self) -> float | None:
        return self.tp / (self.tp + self.fn) if self.tp + self.fn else None

    @property
    def f1(self) -> float | None:
        events = 2 * self.tp + self.fp + self.fn
        return 2 * self.tp / events if events else None

    @property
    def delay_median_s(self) -> float | None:
        return round(statistics.median(self.delays_s), 2) if self.delays_s else None

    @property
    def delay_max_s(self) -> float | None:
        return round(max(self.delays_s), 2) if self.delays_s else None

    @property
    def false_per_day(self) -> float | None:
        """False openings in 24 hours of one camera."""
        return 24 * self.fp / self.hours if self.hours else None

    @property
    def false_per_day_at_most(self) -> float | None:
        """What that rate is at most, with 95 % confidence."""
        return 24 * upper_bound(self.fp) / self.hours if self.hours else None


def tally(results: Iterable[ClipResult], contender: str) -> Tally:
    """The figures of one contender over the clips that it has been shown."""
    shown = [
        (result, showing)
        for result in results
        for showing in result.showings
        if showing.contender == contender
    ]
    looks = sum(result.looks for result, _ in shown)
    return Tally(
        clips=len(shown),
        tp=sum(showing.tp for _, showing in shown),
        fp=sum(showing.fp for _, showing in shown),
        fn=sum(showing.fn for _, showing in shown),
        again=sum(showing.again for _, showing in shown),
        early=sum(showing.early for _, showing in shown),
        delays_s=tuple(delay_s for _, showing in shown for delay_s in showing.delays_s),
        hours=sum(result.seconds for result, _ in shown) / 3600,
        cpu_ms=1000 * sum(showing.cpu_s for _, showing in shown) / looks if looks else 0.0,
    )


def conditions_of(results: Sequence[ClipResult]) -> tuple[str, ...]:
    """In the order of their first clips."""
    return tuple(dict.fromkeys(result.condition for result in results))


def contenders_of(results: Sequence[ClipResult]) -> tuple[str, ...]:
    """In the order of their first showings."""
    return tuple(
        dict.fromkeys(showing.contender for result in results for showing in result.showings)
    )


def upper_bound(count: int, confidence: float = CONFIDENCE) -> float:
    """The largest mean of a Poisson distribution that still gives so few; one-sided.

    For none it is -ln(0.05), the "rule of three".
    """
    low, high = float(count), count + 10.0 + 10.0 * math.sqrt(count + 1)
    while high - low > _SURE:
        middle = (low + high) / 2
        if _at_most(count, middle) > 1 - confidence:
            low = middle
        else:
            high = middle
    return high


def _at_most(count: int, mean: float) -> float:
    """The chance of at most ``count`` where ``mean`` are expected."""
    if mean <= 0:
        return 1.0
    return sum(math.exp(k * math.log(mean) - mean - math.lgamma(k + 1)) for k in range(count + 1))
