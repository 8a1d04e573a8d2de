"""What goes wrong when: drawn from the seed before anything begins."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

CUT_S = 600.0
"""For how long of the service's own time the broker is cut off."""

STEP_S = 3600.0
"""By how much the wall clock is stepped, to and fro."""


class Fault(StrEnum):
    """What can go wrong beside the kill that every round has."""

    BROKER_KILL = "broker_kill"
    BROKER_RESTART = "broker_restart"
    BROKER_CUT = "broker_cut"
    DISK_FULL = "disk_full"
    CLOCK_STEP = "clock_step"
    POSTGRES_RESTART = "postgres_restart"


@dataclass(frozen=True, slots=True)
class Round:
    """The service is killed ``kill_s`` after the round's beginning; real seconds.

    That is when the service was heard of again, or, for one that dies ``starting``, at once.

    ``fault`` begins ``at_s`` after that too, before or after the kill, and lasts for ``lasts_s``.
    """

    kill_s: float
    fault: Fault | None = None
    at_s: float = 0.0
    lasts_s: float = 0.0
    starting: bool = False

    @property
    def ends_s(self) -> float:
        return max(self.kill_s, self.at_s + self.lasts_s if self.fault else 0.0)


def rounds(seed: int, count: int, speed: float, *, postgres: bool) -> tuple[Round, ...]:
    """So many. Every fault comes once; after that half of the rounds have one."""
    chance = np.random.default_rng([seed, 1])
    kinds = _kinds(chance, postgres=postgres)
    return tuple(_round(chance, next(kinds), speed) for _ in range(count))


def _kinds(chance: np.random.Generator, *, postgres: bool) -> Iterator[Fault | None]:
    faults = [one for one in Fault if postgres or one is not Fault.POSTGRES_RESTART]
    bag: list[Fault | None] = [*faults]
    while True:
        yield from (bag[int(number)] for number in chance.permutation(len(bag)))
        bag = [*faults, *[None] * len(faults)]


def _round(chance: np.random.Generator, fault: Fault | None, speed: float) -> Round:
    # a quarter dies while it starts, before it has done anything; the others have time to speak
    starting = chance.random() < 1 / 4
    kill_s = float(chance.uniform(0.2, 1.5) if starting else chance.uniform(0.1, 4.0))
    at_s = float(chance.uniform(0.0, kill_s + 0.5))
    lasts_s = {
        Fault.BROKER_CUT: CUT_S / speed,
        Fault.CLOCK_STEP: 0.0,
    }.get(fault or Fault.CLOCK_STEP, float(chance.uniform(0.3, 2.5)))
    return Round(kill_s, fault, at_s, lasts_s, starting)
