"""Cars, vans and small trucks as stacks of rounded outlines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from replay.scenes.arrays import Colour, Floats
from replay.scenes.shapes import Shape, box, decal, disc, merged, stack
from replay.scenes.spec import Model

_PAINTS: tuple[Colour, ...] = (
    (228, 230, 230),
    (206, 208, 210),
    (52, 48, 46),
    (146, 148, 150),
    (46, 40, 150),
    (140, 84, 36),
    (70, 96, 128),
    (110, 104, 98),
    (92, 42, 30),
)
_GLASS: Colour = (62, 52, 44)
_SCREEN: Colour = (104, 92, 82)
"""Windscreens lean back and show the sky."""
_TYRE: Colour = (30, 30, 31)
_RIM: Colour = (150, 152, 154)
_LAMP: Colour = (236, 244, 250)
_TAIL: Colour = (40, 36, 190)


@dataclass(frozen=True, slots=True)
class Dimensions:
    """Half sizes and heights of a vehicle in metres; x ahead from its middle."""

    half_length_m: float
    half_width_m: float
    belt_m: float
    roof_m: float
    cabin_rear_m: float
    cabin_front_m: float
    roof_rear_m: float
    roof_front_m: float
    hood_drop_m: float
    wheel_m: float = 0.33
    axle_m: float = 1.35


DIMENSIONS = {
    Model.SEDAN: Dimensions(2.30, 0.90, 0.92, 1.46, -1.75, 0.95, -1.05, 0.15, 0.16),
    Model.SUV: Dimensions(2.30, 0.94, 1.04, 1.70, -2.15, 1.05, -1.85, 0.30, 0.14, 0.37),
    Model.VAN: Dimensions(2.20, 0.86, 1.05, 1.92, -2.16, 1.75, -2.05, 1.10, 0.10, 0.31, 1.30),
    Model.TRUCK: Dimensions(2.90, 0.98, 1.15, 2.05, 1.55, 2.86, 1.60, 2.50, 0.02, 0.40, 1.85),
}


def _outline(rear_m: float, front_m: float, half_width_m: float, corner_m: float) -> Floats:
    """A rounded rectangle from above, 20 points, counter-clockwise from the right rear."""
    arc = np.array([(0.0, 1.0), (0.3, 0.3), (1.0, 0.0)])
    rear_right = np.array([rear_m, -half_width_m]) + corner_m * arc
    front_right = np.array([front_m, -half_width_m]) + corner_m * np.array(
        [(-x, y) for x, y in arc[::-1]]
    )
    middle = np.linspace(rear_right[-1], front_right[0], 6)[1:-1]
    right_side = np.concatenate([rear_right, middle, front_right])
    left_side = right_side[::-1] * [1, -1]
    return np.concatenate([right_side, left_side])


def _ring(
    size: Dimensions, z_m: float, inset_m: float, corner_m: float, *, nose_drop_m: float = 0.0
) -> Floats:
    plan = _outline(
        -size.half_length_m + inset_m,
        size.half_length_m - inset_m,
        size.half_width_m - inset_m * 0.7,
        corner_m,
    )
    ahead = np.clip(
        (plan[:, 0] - size.cabin_front_m) / (size.half_length_m - size.cabin_front_m), 0, 1
    )
    return np.concatenate([plan, (z_m - nose_drop_m * ahead)[:, None]], axis=1)


def _hull(size: Dimensions, paint: Colour) -> Shape:
    """The body below the windows."""
    low: Colour = (paint[0] * 0.45 + 14, paint[1] * 0.45 + 14, paint[2] * 0.45 + 14)
    belt, drop = size.belt_m, size.hood_drop_m
    return stack(
        [
            _ring(size, 0.20, 0.10, 0.16),
            _ring(size, 0.34, 0.02, 0.20),
            _ring(size, 0.58, 0.00, 0.24),
            _ring(size, belt - 0.12, 0.03, 0.26, nose_drop_m=drop),
            _ring(size, belt, 0.12, 0.26, nose_drop_m=drop),
        ],
        [low, paint, paint, paint],
        top=paint,
    )


def _cabin(size: Dimensions, paint: Colour) -> Shape:
    """Windows with pillars, and the roof."""
    width = size.half_width_m - 0.10

    def ring(share: float, corner_m: float) -> Floats:
        rear = size.cabin_rear_m + (size.roof_rear_m - size.cabin_rear_m) * share
        front = size.cabin_front_m + (size.roof_front_m - size.cabin_front_m) * share
        plan = _outline(rear, front, width - 0.17 * share, corner_m)
        height = size.belt_m + (size.roof_m - size.belt_m) * share
        return np.concatenate([plan, np.full((len(plan), 1), height)], axis=1)

    pillars = (0, 1, 4, 7, 8, 10, 11, 14, 17, 18)
    screens = (9, 19)
    glazing: Sequence[Colour] = [
        paint if i in pillars else _SCREEN if i in screens else _GLASS
        for i in range(len(ring(0, 0.1)))
    ]
    frame = tuple(np.array(paint) * 0.9)
    return stack(
        [ring(0.0, 0.14), ring(0.1, 0.14), ring(0.84, 0.14), ring(0.96, 0.16), ring(1.0, 0.3)],
        [paint, glazing, (frame[0], frame[1], frame[2]), paint],
        top=paint,
        bias_m=0.25,
    )


def _wheels(size: Dimensions) -> list[Shape]:
    parts = []
    for x_m in (-size.axle_m, size.axle_m):
        for side in (-1.0, 1.0):
            y_m = side * size.half_width_m
            hub = (x_m, y_m * 1.01, size.wheel_m)
            arch = (x_m, y_m, size.wheel_m + 0.03)
            parts.append(disc(arch, size.wheel_m + 0.06, side, (24, 24, 25), bias_m=0.3))
            parts.append(disc(hub, size.wheel_m, side, _TYRE, bias_m=0.34))
            parts.append(disc(hub, size.wheel_m * 0.62, side, _RIM, bias_m=0.36))
            parts.append(disc(hub, size.wheel_m * 0.2, side, (70, 72, 74), bias_m=0.38))
    return parts


def _rectangle(
    x_m: float, y_m: tuple[float, float], z_m: tuple[float, float]
) -> list[tuple[float, float, float]]:
    return [
        (x_m, y_m[0], z_m[0]),
        (x_m, y_m[1], z_m[0]),
        (x_m, y_m[1], z_m[1]),
        (x_m, y_m[0], z_m[1]),
    ]


def _ends(size: Dimensions) -> list[Shape]:
    """Lamps, grille and number plates, at the front and at the rear."""
    parts = []
    high = size.belt_m - size.hood_drop_m - 0.14
    width = size.half_width_m
    for direction, lamp, glow in ((1.0, _LAMP, 1.0), (-1.0, _TAIL, 0.8)):
        x_m = direction * (size.half_length_m - 0.005)
        outward = (direction, 0.0, 0.0)
        top = high if direction > 0 else size.belt_m - 0.14
        for side in (-1, 1):
            span = (side * (width - 0.46), side * (width - 0.10))
            parts.append(decal(_rectangle(x_m, span, (top - 0.17, top)), outward, lamp, glow=glow))
        parts.append(
            decal(_rectangle(x_m, (-0.24, 0.24), (0.40, 0.53)), outward, (170, 96, 34), bias_m=0.5)
        )
        if direction > 0:
            grille = _rectangle(x_m, (-width + 0.48, width - 0.48), (top - 0.2, top - 0.03))
            parts.append(decal(grille, outward, (36, 36, 38)))
        parts.append(
            decal(
                _rectangle(x_m, (-width + 0.15, width - 0.15), (0.24, 0.36)), outward, (48, 48, 50)
            )
        )
    return parts


def _mirrors(size: Dimensions, paint: Colour) -> list[Shape]:
    return [
        box(
            (size.cabin_front_m - 0.35, side * (size.half_width_m + 0.08), size.belt_m + 0.1),
            (0.12, 0.2, 0.15),
            paint,
            bias_m=0.3,
        )
        for side in (-1, 1)
    ]


def _cargo(size: Dimensions, rng: np.random.Generator) -> list[Shape]:
    """The bed of a small truck, covered or open."""
    length = size.half_length_m + size.cabin_rear_m - 0.1
    middle = -size.half_length_m + length / 2
    width = size.half_width_m * 2
    if rng.random() < 0.5:
        tone = float(rng.uniform(150, 220))
        return [
            box(
                (middle, 0, 1.75),
                (length, width, 1.7),
                (tone * 1.02, tone, tone * 0.97),
                bias_m=0.2,
            )
        ]
    side: Colour = (132, 84, 36)
    return [
        box((middle, y_m, 1.25), (length, 0.06, 0.5), side, bias_m=0.25)
        for y_m in (-width / 2, width / 2)
    ] + [box((-size.half_length_m, 0, 1.25), (0.06, width, 0.5), side, bias_m=0.25)]


@lru_cache(maxsize=64)
def vehicle(model: Model, look_seed: int) -> Shape:
    """A vehicle, its middle above the origin."""
    rng = np.random.default_rng([look_seed, 31])
    size = DIMENSIONS[model]
    paint = _PAINTS[int(rng.integers(len(_PAINTS)))]
    if model is Model.TRUCK:
        bed = box(
            ((size.cabin_rear_m - size.half_length_m) / 2, 0, 0.85),
            (size.half_length_m + size.cabin_rear_m, size.half_width_m * 1.9, 0.3),
            (60, 62, 64),
        )
        front = Dimensions(
            size.half_length_m,
            size.half_width_m,
            size.belt_m,
            size.roof_m,
            size.cabin_rear_m,
            size.cabin_front_m,
            size.roof_rear_m,
            size.roof_front_m,
            size.hood_drop_m,
        )
        cab = _truck_cab(front, paint)
        return merged(
            [bed, *cab, _cabin(size, paint), *_cargo(size, rng), *_wheels(size), *_ends(size)]
        )
    return merged(
        [
            _hull(size, paint),
            _cabin(size, paint),
            *_wheels(size),
            *_ends(size),
            *_mirrors(size, paint),
        ]
    )


def _truck_cab(size: Dimensions, paint: Colour) -> list[Shape]:
    length = size.half_length_m - size.cabin_rear_m
    middle = size.cabin_rear_m + length / 2
    return [box((middle, 0, 0.75), (length, size.half_width_m * 2, 0.85), paint)]
