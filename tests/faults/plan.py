"""Which faults come when: drawn once, from a seed, so that a run can be repeated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum, auto

import numpy as np

from tests.faults.line import Trouble
from tests.faults.network import Outage


class Mischief(StrEnum):
    """What can happen to a server, and so to all cameras on it."""

    KILLED = auto()
    STOPPED = auto()
    RESIZED = auto()


Kind = Trouble | Mischief | Outage
KINDS: tuple[Kind, ...] = (*Trouble, *Mischief, *Outage)

_LASTS_S = (1.0, 8.0)
_OUTAGE_LASTS_S = (2.0, 12.0)
"""A connection outlives a short one: what was lost is sent again."""


@dataclass(frozen=True, slots=True)
class Planned:
    """One fault. ``target``: a camera's number, or a server's if ``kind`` is a ``Mischief``."""

    kind: Kind
    target: int
    lasts_s: float


def plan(
    seed: int, faults: int, cameras: int, servers: int, among: Sequence[Kind] = KINDS
) -> tuple[Planned, ...]:
    """Every kind equally often; which camera, in which order and for how long by chance."""
    chance = np.random.default_rng(seed)
    kinds = [among[number % len(among)] for number in range(faults)]
    order = chance.permutation(faults)
    return tuple(_drawn(kinds[number], chance, cameras, servers) for number in order)


def _drawn(kind: Kind, chance: np.random.Generator, cameras: int, servers: int) -> Planned:
    among = servers if isinstance(kind, Mischief) else cameras
    within_s = _OUTAGE_LASTS_S if isinstance(kind, Outage) else _LASTS_S
    lasts_s = 0.0 if kind is Trouble.CUT else float(chance.uniform(*within_s))
    return Planned(kind, int(chance.integers(among)), lasts_s)
