"""A vendor's cart: pushed in folded, then with awning or umbrella up and goods laid out."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from math import cos, pi, sin

import numpy as np

from replay.scenes.arrays import Colour
from replay.scenes.shapes import Shape, ball, box, decal, disc, limb, merged, panel

_STRIPES: tuple[tuple[Colour, Colour], ...] = (
    ((48, 44, 196), (228, 232, 234)),
    ((150, 84, 34), (232, 234, 234)),
    ((58, 140, 56), (228, 234, 230)),
    ((40, 170, 226), (44, 50, 200)),
)
_FRUIT: tuple[Colour, ...] = (
    (36, 130, 236),
    (44, 44, 190),
    (60, 176, 110),
    (60, 210, 232),
    (90, 60, 130),
    (170, 196, 210),
)
LENGTH_M, WIDTH_M, TABLE_M = 1.9, 1.05, 0.86


@lru_cache(maxsize=128)
def stall(look_seed: int, level: float) -> Shape:
    """A stall with its length along x; ``level`` 0 folded for the road, 1 open for business."""
    rng = np.random.default_rng([look_seed, 61])
    parts = _cart(rng)
    goods = _goods(rng)
    parts += goods[: round(len(goods) * max(0.12, level))]
    colours = _STRIPES[int(rng.integers(len(_STRIPES)))]
    if rng.random() < 0.5:
        parts += _awning(colours, level)
    else:
        parts += _umbrella(colours, level)
    if level > 0.6:
        parts += _beside(rng)
    return merged(parts)


def _cart(rng: np.random.Generator) -> list[Shape]:
    body = _STRIPES[int(rng.integers(len(_STRIPES)))][0]
    pale = (186.0, 190.0, 192.0)
    parts = [
        box((0, 0, 0.58), (LENGTH_M, WIDTH_M, 0.46), pale),
        box((0, 0, TABLE_M - 0.04), (LENGTH_M + 0.12, WIDTH_M + 0.1, 0.07), (168, 174, 178)),
        limb((-LENGTH_M / 2, -0.4, 0.92), (-LENGTH_M / 2 - 0.4, -0.4, 1.0), (0.02, 0.02), pale),
        limb((-LENGTH_M / 2, 0.4, 0.92), (-LENGTH_M / 2 - 0.4, 0.4, 1.0), (0.02, 0.02), pale),
        limb(
            (-LENGTH_M / 2 - 0.4, -0.4, 1.0),
            (-LENGTH_M / 2 - 0.4, 0.4, 1.0),
            (0.022, 0.022),
            (60, 60, 62),
        ),
    ]
    for side in (-1.0, 1.0):
        y_m = side * (WIDTH_M / 2 + 0.005)
        board = [(-0.85, y_m, 0.42), (0.85, y_m, 0.42), (0.85, y_m, 0.76), (-0.85, y_m, 0.76)]
        parts.append(decal(board, (0, side, 0), body, bias_m=0.2, glow=0.5))
        for stroke in np.linspace(-0.6, 0.6, 5):
            parts += _glyph(float(stroke), y_m * 1.005, side, rng)
        for x_m in (-0.55, 0.55):
            hub = (x_m, y_m * 1.02, 0.28)
            parts.append(disc(hub, 0.28, side, (34, 34, 36), bias_m=0.3))
            parts.append(disc(hub, 0.17, side, (150, 152, 152), bias_m=0.32))
    return parts


def _glyph(x_m: float, y_m: float, side: float, rng: np.random.Generator) -> list[Shape]:
    """A few strokes that read as a character from across the street."""
    ink: Colour = (225, 235, 238)
    strokes = []
    for z_m in (0.50, 0.58, 0.67):
        reach = float(rng.uniform(0.05, 0.10))
        corners = [
            (x_m - reach, y_m, z_m),
            (x_m + reach, y_m, z_m),
            (x_m + reach, y_m, z_m + 0.03),
            (x_m - reach, y_m, z_m + 0.03),
        ]
        strokes.append(decal(corners, (0, side, 0), ink, bias_m=0.24))
    upright = [
        (x_m - 0.015, y_m, 0.47),
        (x_m + 0.015, y_m, 0.47),
        (x_m + 0.015, y_m, 0.72),
        (x_m - 0.015, y_m, 0.72),
    ]
    return [*strokes, decal(upright, (0, side, 0), ink, bias_m=0.24)]


def _goods(rng: np.random.Generator) -> list[Shape]:
    """Heaps of fruit in trays, left to right."""
    parts: list[Shape] = []
    for x_m in np.linspace(-0.72, 0.72, 4):
        for y_m in (-0.25, 0.25):
            colour = _FRUIT[int(rng.integers(len(_FRUIT)))]
            parts.append(box((x_m, y_m, TABLE_M + 0.04), (0.42, 0.44, 0.09), (84, 120, 150)))
            for _ in range(9):
                place = (
                    x_m + rng.uniform(-0.14, 0.14),
                    y_m + rng.uniform(-0.15, 0.15),
                    TABLE_M + 0.10 + rng.uniform(0, 0.07),
                )
                parts.append(ball(place, 0.062, colour))
    return parts


def _awning(colours: tuple[Colour, Colour], level: float) -> list[Shape]:
    """Four posts and a striped roof that slopes to one side."""
    high = 1.15 + 1.05 * level
    reach_x, reach_y = LENGTH_M / 2 + 0.15, WIDTH_M / 2 + 0.1 + 0.35 * level
    posts = [
        limb((x, y, TABLE_M), (x, y, high), (0.022, 0.022), (150, 150, 152))
        for x in (-0.85, 0.85)
        for y in (-0.45, 0.45)
    ]
    parts = list(posts)
    edges = np.linspace(-reach_x, reach_x, 9)
    for i, (left, right) in enumerate(pairwise(edges)):
        colour = colours[i % 2]
        roof = [
            (left, -reach_y, high),
            (right, -reach_y, high),
            (right, 0, high + 0.24),
            (left, 0, high + 0.24),
        ]
        back = [
            (left, 0, high + 0.24),
            (right, 0, high + 0.24),
            (right, reach_y, high),
            (left, reach_y, high),
        ]
        parts += [panel(roof, colour), panel(back, colour)]
        for y_m in (-reach_y, reach_y):
            hem = [
                (left, y_m, high),
                (right, y_m, high),
                (right, y_m, high - 0.2),
                (left, y_m, high - 0.2),
            ]
            parts.append(panel(hem, colour, bias_m=0.1))
    return parts


def _umbrella(colours: tuple[Colour, Colour], level: float) -> list[Shape]:
    """A big umbrella on a pole; folded it is a roll."""
    pole = limb((0, 0, TABLE_M), (0, 0, 2.55), (0.025, 0.025), (170, 170, 172))
    if level < 0.3:
        return [pole, limb((0, 0, 1.3), (0, 0, 2.5), (0.13, 0.04), colours[0])]
    radius = 0.5 + 1.0 * level
    turns = np.linspace(0, 2 * pi, 11)
    top = (0.0, 0.0, 2.62)
    parts = [pole]
    for i, (a, b) in enumerate(pairwise(turns)):
        rim = [(radius * cos(a), radius * sin(a), 2.12), (radius * cos(b), radius * sin(b), 2.12)]
        parts.append(panel([*rim, top], colours[i % 2]))
        hem = [(x, y, z - 0.15) for x, y, z in rim]
        parts.append(panel([rim[0], rim[1], hem[1], hem[0]], colours[i % 2], bias_m=0.05))
    return parts


def _beside(rng: np.random.Generator) -> list[Shape]:
    """A crate of stock, a stool and a price board next to the cart."""
    tone = float(rng.uniform(0.8, 1.1))
    return [
        box((1.35, 0.2, 0.19), (0.5, 0.4, 0.38), (60 * tone, 120 * tone, 168 * tone)),
        box((1.35, 0.2, 0.45), (0.45, 0.38, 0.12), (70, 160, 90)),
        box((1.25, -0.5, 0.22), (0.32, 0.32, 0.06), (44, 44, 190)),
        box((1.25, -0.5, 0.1), (0.26, 0.26, 0.2), (60, 60, 150)),
    ]
