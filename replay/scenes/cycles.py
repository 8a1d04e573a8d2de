"""Bicycles and e-bikes, with and without somebody on them."""

from __future__ import annotations

from itertools import pairwise
from math import cos, pi, sin

import numpy as np

from replay.scenes.arrays import Colour
from replay.scenes.people import clothes, person, riding
from replay.scenes.shapes import Pose, Shape, ball, box, limb, merged, placed
from replay.scenes.spec import Model

_TYRE: Colour = (32, 32, 34)
_PAINTS: tuple[Colour, ...] = (
    (40, 40, 176),
    (40, 42, 44),
    (178, 120, 40),
    (206, 208, 210),
    (60, 150, 60),
    (40, 150, 210),
)


def cycle(model: Model, look_seed: int, phase: float, *, ridden: bool) -> Shape:
    """A two-wheeler that looks along x; ``phase`` turns the pedals."""
    rng = np.random.default_rng([look_seed, 51])
    paint = _PAINTS[int(rng.integers(len(_PAINTS)))]
    parts = _bicycle(paint) if model is Model.BICYCLE else _e_bike(paint, rng)
    if ridden:
        posture = riding(phase, pedals=model is Model.BICYCLE)
        rider = person(posture, clothes(look_seed, helmet=model is Model.E_BIKE))
        parts.append(placed(rider, Pose(-0.22, 0.0, 0.06)))
    return merged(parts)


def _wheel(x_m: float, radius_m: float, thick_m: float) -> list[Shape]:
    """A ring of short bars, with a few spokes."""
    turns = np.linspace(0, 2 * pi, 13)
    rim = [(x_m + radius_m * cos(a), 0.0, radius_m + thick_m + radius_m * sin(a)) for a in turns]
    bars = [limb(a, b, (thick_m, thick_m), _TYRE) for a, b in pairwise(rim)]
    hub = (x_m, 0.0, radius_m + thick_m)
    bars += [limb(hub, end, (0.006, 0.006), (150, 150, 150)) for end in rim[:12:3]]
    return bars


def _bicycle(paint: Colour) -> list[Shape]:
    saddle, crank, head = (-0.25, 0.0, 0.88), (-0.08, 0.0, 0.32), (0.42, 0.0, 0.82)
    rear, front = (-0.54, 0.0, 0.34), (0.56, 0.0, 0.34)
    tubes = (
        (saddle, crank),
        (crank, head),
        (saddle, head),
        (crank, rear),
        (saddle, rear),
        (head, front),
    )
    parts = [limb(a, b, (0.022, 0.022), paint) for a, b in tubes]
    parts += _wheel(-0.54, 0.32, 0.022) + _wheel(0.56, 0.32, 0.022)
    parts.append(limb(head, (0.40, 0.0, 1.02), (0.02, 0.02), (60, 60, 62)))
    parts.append(limb((0.36, -0.27, 1.03), (0.36, 0.27, 1.03), (0.018, 0.018), (50, 50, 52)))
    parts.append(limb((-0.36, 0, 0.92), (-0.16, 0, 0.92), (0.07, 0.04), (36, 36, 38)))
    parts.append(box((0.60, 0.0, 0.86), (0.28, 0.34, 0.22), (120, 122, 124)))
    return parts


def _e_bike(paint: Colour, rng: np.random.Generator) -> list[Shape]:
    parts = _wheel(-0.56, 0.20, 0.055) + _wheel(0.58, 0.20, 0.055)
    parts += [
        box((-0.02, 0, 0.36), (0.62, 0.26, 0.12), (52, 54, 56)),
        limb((-0.42, 0, 0.50), (-0.16, 0, 0.60), (0.19, 0.15), paint),
        limb((-0.60, 0, 0.62), (-0.40, 0, 0.52), (0.12, 0.17), paint),
        limb((-0.58, 0, 0.78), (-0.02, 0, 0.76), (0.11, 0.09), (34, 34, 36)),
        limb((0.30, 0, 0.36), (0.40, 0, 0.86), (0.17, 0.12), paint),
        limb((0.58, 0, 0.26), (0.42, 0, 0.90), (0.04, 0.05), (60, 62, 64)),
        limb((0.38, -0.32, 1.00), (0.38, 0.32, 1.00), (0.022, 0.022), (44, 44, 46)),
        ball((0.50, 0, 0.88), 0.085, (224, 236, 242)),
        limb((0.38, -0.28, 1.02), (0.36, -0.30, 1.16), (0.012, 0.05), (50, 50, 52)),
        limb((0.38, 0.28, 1.02), (0.36, 0.30, 1.16), (0.012, 0.05), (50, 50, 52)),
    ]
    if rng.random() < 0.6:
        parts.append(box((-0.70, 0, 0.98), (0.40, 0.42, 0.36), (40, 160, 214)))
    return parts
