"""Which faults come when: drawn once, from a seed, so that a run can be repeated."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum, auto

import numpy as np

from tests.faults.line import Trouble


class Mischief(StrEnum):
    """What can happen to a server, and so to all cameras on it."""

    KILLED = auto()
    STOPPED = auto()
    RESIZED = auto()


Kind = Trouble | Mischief
KINDS: tuple[Kind, ...] = (*Trouble, *Mischief)

_LASTS_S = (1.0, 8.0)


@dataclass(frozen=True, slots=True)
class Planned:
    """One fault. ``target``: a camera's number, or a server's if ``kind`` is a ``Mischief``."""

    kind: Kind
    target: int
    lasts_s: float


def plan(seed: int, faults: int, cameras: int, servers: int) -> tuple[Planned, ...]:
    """Every kind equally often; which camera, in which order and for how long by chance."""
    chance = np.random.default_rng(seed)
    kinds = [KINDS[number % len(KINDS)] for number in range(faults)]
    order = chance.permutation(faults)
    return tuple(_drawn(kinds[number], chance, cameras, servers) for number in order)


def _drawn(kind: Kind, chance: np.random.Generator, cameras: int, servers: int) -> Planned:
    among = servers if isinstance(kind, Mischief) else cameras
    lasts_s = 0.0 if kind is Trouble.CUT else float(chance.uniform(*_LASTS_S))
    return Planned(kind, int(chance.integers(among)), lasts_s)
