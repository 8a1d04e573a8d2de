"""What always stands in the street: trees, lamp posts, bins, benches, bollards, a wall."""

from __future__ import annotations

from functools import lru_cache
from math import cos, pi, sin

import numpy as np

from replay.scenes import layout
from replay.scenes.arrays import Floats
from replay.scenes.light import LAMP_HEIGHT_M, LAMP_PLACES_M
from replay.scenes.shapes import Pose, Shape, balls, box, limb, merged, panel, placed


def tree(rng: np.random.Generator, *, bare: bool = False) -> Shape:
    """A street tree of 6 to 8 m; ``bare`` in winter."""
    trunk_m = rng.uniform(2.3, 2.9)
    radius_m = rng.uniform(1.5, 2.1)
    brown = (52.0, 66.0, 84.0)
    parts = [limb((0, 0, 0), (0.05, 0, trunk_m + 1.2), (0.16, 0.10), brown)]
    crown = np.array([0.0, 0.0, trunk_m + radius_m * 0.95])
    for _ in range(26 if bare else 8):
        direction = rng.normal(0, 1, 3) * [1, 1, 0.6] + [0, 0, 0.7]
        end = crown + direction / np.linalg.norm(direction) * radius_m * rng.uniform(0.6, 1.0)
        parts.append(limb((0, 0, trunk_m * rng.uniform(0.8, 1.3)), end, (0.05, 0.015), brown))
    if not bare:
        parts.append(_leaves(rng, crown, radius_m))
    parts.append(box((0, 0, 0.03), (1.2, 1.2, 0.06), (60, 78, 92)))
    return merged(parts)


def _leaves(rng: np.random.Generator, crown_m: Floats, radius_m: float) -> Shape:
    """Tufts in a lumpy crown, brighter toward its top."""
    count = 1500
    direction = rng.normal(0, 1, (count, 3))
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    reach = rng.uniform(0.3, 1.0, count) ** 0.5
    lumps = rng.normal(0, 1, (9, 3))
    lumps /= np.linalg.norm(lumps, axis=1, keepdims=True)
    lumpy = 0.72 + 0.36 * np.clip((direction @ lumps.T).max(axis=1), 0, 1) ** 3
    places = crown_m + direction * (reach * radius_m * lumpy)[:, None] * [1.0, 1.0, 0.85]
    shade = 0.42 + 0.62 * reach * (0.5 + 0.5 * direction[:, 2]) + rng.uniform(-0.12, 0.12, count)
    hue = np.array([44.0, 108.0, 84.0]) * rng.uniform(0.85, 1.15, (count, 3))
    return balls(places, rng.uniform(0.05, 0.15, count), hue * shade[:, None])


def lamp_post(reach_m: float) -> Shape:
    """A post at the origin with an arm of ``reach_m`` along x and its lamp head."""
    grey = (118.0, 122.0, 124.0)
    return merged(
        [
            limb((0, 0, 0), (0, 0, LAMP_HEIGHT_M - 0.4), (0.09, 0.06), grey),
            limb((0, 0, LAMP_HEIGHT_M - 0.4), (reach_m, 0, LAMP_HEIGHT_M), (0.05, 0.04), grey),
            box((reach_m, 0, LAMP_HEIGHT_M - 0.04), (0.7, 0.28, 0.12), (150, 152, 152)),
            box((reach_m, 0, LAMP_HEIGHT_M - 0.12), (0.6, 0.22, 0.05), (205, 235, 250), glow=1.0),
            limb((0, 0, 0), (0, 0, 0.9), (0.13, 0.13), (96, 104, 108)),
        ]
    )


def bin_pair() -> Shape:
    """A green and a grey litter bin side by side."""
    parts = []
    for y_m, colour in ((-0.3, (66, 110, 44)), (0.3, (112, 104, 98))):
        parts.append(box((0, y_m, 0.47), (0.46, 0.5, 0.94), colour))
        parts.append(box((0, y_m, 0.97), (0.52, 0.54, 0.07), (58, 60, 60)))
    return merged(parts)


def bench() -> Shape:
    wood = (72.0, 108.0, 140.0)
    slats = [box((x, 0, 0.44), (0.11, 1.6, 0.05), wood) for x in (-0.18, -0.04, 0.10)]
    back = [box((-0.27, 0, z), (0.04, 1.6, 0.12), wood) for z in (0.62, 0.80)]
    legs = [box((0, y, 0.21), (0.42, 0.06, 0.42), (60, 62, 64)) for y in (-0.65, 0.65)]
    return merged([*legs, *slats, *back])


def bollard() -> Shape:
    return merged(
        [
            limb((0, 0, 0), (0, 0, 0.75), (0.07, 0.07), (98, 102, 106)),
            limb((0, 0, 0.55), (0, 0, 0.63), (0.078, 0.078), (70, 190, 225)),
        ]
    )


def no_parking_sign() -> Shape:
    """A pole with the round blue and red plate, facing against the street's direction."""
    ring = [(0.31 * cos(a), 0.31 * sin(a)) for a in np.linspace(0, 2 * pi, 16, endpoint=False)]
    plate = [(-0.06, y, 2.3 + z) for y, z in ring]
    inner = [(-0.07, y * 0.8, 2.3 + z * 0.8) for y, z in ring]
    stroke = [(-0.08, -0.2, 2.46), (-0.08, -0.14, 2.52), (-0.08, 0.2, 2.14), (-0.08, 0.14, 2.08)]
    return merged(
        [
            limb((0, 0, 0), (0, 0, 2.7), (0.035, 0.035), (150, 152, 152)),
            panel(plate, (40, 36, 190)),
            panel(inner, (150, 74, 28), bias_m=0.05),
            panel(stroke, (40, 36, 190), bias_m=0.1),
        ]
    )


def wall_piece() -> Shape:
    """Four metres of the compound's wall on the right, from the origin along x ahead."""
    return merged(
        [
            box((2, 0, 1.05), (4.0, 0.25, 2.1), (150, 164, 172)),
            box((0, 0.04, 1.25), (0.45, 0.42, 2.5), (96, 112, 138)),
            box((0, 0.04, 2.54), (0.55, 0.52, 0.1), (170, 174, 176)),
            box((2, 0.14, 1.2), (2.9, 0.04, 1.3), (168, 182, 190), bias_m=0.3),
        ]
    )


@lru_cache(maxsize=2)
def street_furniture(seed: int, *, winter: bool) -> tuple[Shape, ...]:
    """Everything that stands, in world coordinates, clear of the three fences."""
    rng = np.random.default_rng([seed, 13])
    ahead = pi / 2
    things = [
        placed(wall_piece(), Pose(layout.WALL_X_M, y_m, heading_rad=ahead))
        for y_m in range(14, 90, 4)
    ]
    for y_m in (33.0, 45.5, 56.0, 68.0, 80.0):
        place = Pose(
            -9.0 + rng.uniform(-0.2, 0.2),
            y_m + rng.uniform(-1.2, 1.2),
            heading_rad=rng.uniform(0, 6),
            scale=rng.uniform(0.9, 1.15),
        )
        things.append(placed(tree(rng, bare=winter), place))
    for y_m in (26.0, 34.0, 47.0, 58.0, 72.0):
        place = Pose(
            5.2,
            y_m + rng.uniform(-1, 1),
            heading_rad=rng.uniform(0, 6),
            scale=rng.uniform(0.85, 1.1),
        )
        things.append(placed(tree(rng, bare=winter), place))
    for x_m, y_m in LAMP_PLACES_M:
        left = x_m < 0
        post_x_m = layout.LEFT_KERB_X_M - 0.45 if left else layout.RIGHT_KERB_X_M + 0.45
        things.append(
            placed(
                lamp_post(abs(x_m - post_x_m)), Pose(post_x_m, y_m, heading_rad=0.0 if left else pi)
            )
        )
    singles = (
        (bin_pair(), -12.7, 21.5, 0.0),
        (bench(), 8.4, 23.0, pi),
        (bench(), -12.6, 27.5, 0.0),
        (no_parking_sign(), -8.6, 31.8, ahead),
        (bin_pair(), 8.5, 27.0, pi),
    )
    things += [placed(shape, Pose(x, y, heading_rad=turn)) for shape, x, y, turn in singles]
    things += [placed(bollard(), Pose(-8.5, y)) for y in (21.0, 22.6, 24.2, 25.8)]
    return tuple(things)
