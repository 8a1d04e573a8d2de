"""Construction waste: rubble, sacks and planks that come one by one."""

from __future__ import annotations

from functools import lru_cache
from math import cos, sin

import numpy as np

from replay.scenes.arrays import Colour, Floats
from replay.scenes.people import SACK_COLOUR
from replay.scenes.shapes import Pose, Shape, box, limb, merged, placed, stack

_RUBBLE: tuple[Colour, ...] = (
    (150, 154, 158),
    (176, 180, 182),
    (86, 108, 164),
    (96, 120, 178),
    (128, 132, 136),
)
_SACKS: tuple[Colour, ...] = (SACK_COLOUR, (190, 196, 206), (120, 160, 120), (206, 206, 204))
_WOOD: Colour = (96, 142, 178)


@lru_cache(maxsize=128)
def waste_pile(look_seed: int, level: float) -> Shape | None:
    """The pile grown to ``level`` 0-1 of its pieces; ``None`` for nothing."""
    pieces = _pieces(look_seed)
    count = round(len(pieces) * level)
    return merged(list(pieces[:count])) if count else None


@lru_cache(maxsize=32)
def _pieces(look_seed: int) -> tuple[Shape, ...]:
    rng = np.random.default_rng([look_seed, 71])
    parts: list[Shape] = []
    for batch in range(4):
        parts += [_sack(rng, batch) for _ in range(2)]
        parts += [_lump(rng, batch) for _ in range(24)]
        parts.append(_plank(rng, batch))
    return tuple(parts)


def _somewhere(rng: np.random.Generator, batch: int) -> tuple[float, float, float]:
    """A place on the heap, higher toward its middle and with every batch."""
    distance = float(rng.uniform(0, 1.0)) ** 0.7
    turn = float(rng.uniform(0, 6.28))
    height = (0.22 + 0.16 * batch) * (1 - distance)
    return 1.15 * distance * cos(turn), 0.85 * distance * sin(turn), height


def _sack(rng: np.random.Generator, batch: int) -> Shape:
    x, y, z = _somewhere(rng, batch)
    turn, half = float(rng.uniform(0, 3.14)), 0.15
    colour = _SACKS[int(rng.integers(len(_SACKS)))]
    along = np.array([cos(turn), sin(turn), float(rng.uniform(-0.2, 0.2))]) * half
    middle = np.array([x, y, z + 0.20])
    return merged(
        [
            limb(middle - along, middle + along, (0.19, 0.17), colour),
            limb(middle + along * 1.9, middle + along * 2.7, (0.04, 0.08), colour),
        ]
    )


def _lump(rng: np.random.Generator, batch: int) -> Shape:
    """A broken block: a squeezed, turned prism."""
    x, y, z = _somewhere(rng, batch)
    size = float(rng.uniform(0.10, 0.30))
    colour = _RUBBLE[int(rng.integers(len(_RUBBLE)))]
    low = _ragged(rng, size, 0.0)
    high = _ragged(rng, size * 0.75, size * float(rng.uniform(0.5, 0.9)))
    return placed(
        stack([low, high], [colour], top=colour),
        Pose(x, y, z, heading_rad=float(rng.uniform(0, 6))),
    )


def _ragged(rng: np.random.Generator, size_m: float, z_m: float) -> Floats:
    turns = np.linspace(0, 2 * np.pi, 5, endpoint=False) + rng.uniform(-0.3, 0.3, 5)
    reach = size_m * rng.uniform(0.7, 1.2, 5)
    heights = z_m * rng.uniform(0.8, 1.2, 5)
    return np.stack([reach * np.cos(turns), reach * np.sin(turns), heights], axis=1)


def _plank(rng: np.random.Generator, batch: int) -> Shape:
    x, y, z = _somewhere(rng, batch)
    length = float(rng.uniform(1.0, 1.7))
    shade = float(rng.uniform(0.8, 1.1))
    wood = (_WOOD[0] * shade, _WOOD[1] * shade, _WOOD[2] * shade)
    plank = box((0, 0, 0.03), (length, 0.16, 0.045), wood)
    return placed(plank, Pose(x * 0.7, y * 0.7, z + 0.22, heading_rad=float(rng.uniform(0, 3.1))))
