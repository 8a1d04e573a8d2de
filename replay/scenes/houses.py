"""Where the house fronts of a street stand."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from replay.scenes import layout
from replay.scenes.arrays import Floats
from replay.scenes.facades import Facade, facade


@dataclass(frozen=True, slots=True, eq=False)
class Front:
    """A facade in the world: lower left corner, direction to its right, outward normal."""

    facade: Facade
    corner_m: Floats
    across: Floats
    outward: Floats


@lru_cache(maxsize=2)
def house_fronts(seed: int) -> tuple[Front, ...]:
    """Far to near: the end of the street, the blocks behind the wall, the row on the left."""
    rng = np.random.default_rng([seed, 14])
    fronts = [
        Front(
            facade(rng, 24.0, rng.uniform(14, 24), shops=False),
            np.array([x_m, layout.FAR_Y_M + 4 + depth_m, 0.0]),
            np.array([1.0, 0, 0]),
            np.array([0.0, -1, 0]),
        )
        for x_m, depth_m in ((-46.0, 8.0), (14.0, 10.0), (-20.0, 0.0), (2.0, 5.0))
    ]
    blocks = [
        Front(
            facade(rng, 20.0, rng.uniform(15, 21), shops=False),
            np.array([20.0, y_m, 0.0]),
            np.array([0.0, -1, 0]),
            np.array([-1.0, 0, 0]),
        )
        for y_m in (96.0, 70.0, 44.0)
    ]
    row: list[Front] = []
    y_m = 4.0
    while y_m < layout.FAR_Y_M - 6:
        width_m = float(rng.uniform(11, 17))
        height_m = float(rng.uniform(9.5, 19))
        corner = np.array([layout.FACADE_X_M, y_m, 0.0])
        row.append(
            Front(
                facade(rng, width_m, height_m, shops=True),
                corner,
                np.array([0.0, 1, 0]),
                np.array([1.0, 0, 0]),
            )
        )
        gable = facade(rng, 12.0, height_m, shops=False)
        row.append(
            Front(gable, corner - [12.0, 0, 0], np.array([1.0, 0, 0]), np.array([0.0, -1, 0]))
        )
        y_m += width_m
    return (*fronts, *blocks, *row[::-1])
