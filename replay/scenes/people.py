"""People: a skeleton in a pose, dressed in round limbs."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, pi, sin

import numpy as np

from replay.scenes.arrays import Colour, Floats
from replay.scenes.shapes import Bar, Shape, limbs, merged, stack

HIP_M = 0.90
SHOULDER_M = 1.40
_THIGH_M, _SHIN_M = 0.44, 0.44
_UPPER_ARM_M, _FOREARM_M = 0.29, 0.27

_SHIRTS: tuple[Colour, ...] = (
    (56, 52, 178),
    (168, 96, 40),
    (220, 222, 224),
    (52, 50, 48),
    (70, 140, 64),
    (60, 170, 214),
    (150, 110, 150),
    (120, 96, 70),
    (200, 176, 120),
    (84, 88, 190),
)
_TROUSERS: tuple[Colour, ...] = (
    (44, 42, 42),
    (92, 62, 40),
    (70, 72, 76),
    (116, 128, 140),
    (60, 44, 34),
)
_SKINS: tuple[Colour, ...] = ((140, 172, 212), (124, 156, 198), (152, 184, 222))
SACK_COLOUR: Colour = (196, 208, 212)
_ELLIPSE = np.array([[cos(a), sin(a), 0.0] for a in np.linspace(0, 2 * pi, 10, endpoint=False)])
_HAIRS: tuple[Colour, ...] = ((28, 28, 30), (38, 40, 48), (52, 60, 74), (150, 150, 152))


@dataclass(frozen=True, slots=True)
class Posture:
    """Joint angles in radians; 0 hangs straight down, positive swings ahead.

    Pairs are left and right. ``lean`` tips the trunk ahead; ``hip_m`` is the hips' height.
    """

    thighs: tuple[float, float] = (0.0, 0.0)
    knees: tuple[float, float] = (0.0, 0.0)
    arms: tuple[float, float] = (0.06, -0.04)
    elbows: tuple[float, float] = (0.15, 0.15)
    lean: float = 0.0
    hip_m: float = HIP_M
    sack: bool = False


def walking(phase: float) -> Posture:
    """A stride; ``phase`` grows by two pi with every two steps."""
    left, right = sin(phase), sin(phase + pi)
    return Posture(
        thighs=(0.46 * left, 0.46 * right),
        knees=(0.12 + 0.62 * max(0.0, cos(phase)), 0.12 + 0.62 * max(0.0, cos(phase + pi))),
        arms=(0.42 * right, 0.42 * left),
        elbows=(0.35, 0.35),
        lean=0.05,
        hip_m=HIP_M - 0.035 * abs(sin(phase)),
    )


def standing(at_s: float, temper: float) -> Posture:
    """Standing and turning to things now and then; ``temper`` sets whose rhythm it is."""
    busy = max(0.0, sin(0.9 * at_s + temper)) ** 2
    reach = max(0.0, sin(1.7 * at_s + 2.1 * temper)) ** 2
    return Posture(
        thighs=(0.05, -0.05),
        knees=(0.06, 0.06),
        arms=(0.1 + 1.0 * busy, 0.1 + 0.8 * reach),
        elbows=(0.3 + 0.6 * busy, 0.3 + 0.7 * reach),
        lean=0.04 + 0.10 * busy,
    )


def carrying(phase: float) -> Posture:
    """Walking with a sack in both arms."""
    stride = walking(phase)
    return Posture(
        stride.thighs, stride.knees, (0.65, 0.65), (0.75, 0.75), -0.04, stride.hip_m, sack=True
    )


def pushing(phase: float) -> Posture:
    """Walking behind a cart, hands on its bar."""
    stride = walking(phase)
    return Posture(stride.thighs, stride.knees, (0.85, 0.85), (0.35, 0.35), 0.18, stride.hip_m)


def bending(at_s: float) -> Posture:
    """Working near the ground."""
    swing = 0.5 + 0.5 * sin(3.1 * at_s)
    return Posture(
        thighs=(0.35, 0.1),
        knees=(0.45, 0.35),
        arms=(1.0 + 0.3 * swing, 0.9),
        elbows=(0.2, 0.3),
        lean=0.55 + 0.2 * swing,
        hip_m=HIP_M - 0.1,
    )


def riding(phase: float, *, pedals: bool) -> Posture:
    """Sitting on a saddle, hands on the bar."""
    swing = 0.28 * sin(phase) if pedals else 0.0
    return Posture(
        thighs=(1.12 + swing, 1.12 - swing),
        knees=(1.25 + swing, 1.25 - swing),
        arms=(0.95, 0.95),
        elbows=(0.35, 0.35),
        lean=0.16,
        hip_m=0.88,
    )


@dataclass(frozen=True, slots=True)
class Clothes:
    """One person's colours and build."""

    shirt: Colour
    trousers: Colour
    skin: Colour
    hair: Colour
    helmet: bool = False
    skirt: bool = False
    bag: bool = False
    long_hair: bool = False


def clothes(look_seed: int, *, helmet: bool = False) -> Clothes:
    """What the person of this seed wears."""
    rng = np.random.default_rng([look_seed, 41])
    return Clothes(
        shirt=_SHIRTS[int(rng.integers(len(_SHIRTS)))],
        trousers=_TROUSERS[int(rng.integers(len(_TROUSERS)))],
        skin=_SKINS[int(rng.integers(len(_SKINS)))],
        hair=_HAIRS[int(rng.integers(len(_HAIRS)))],
        helmet=helmet,
        skirt=bool(rng.random() < 0.2),
        bag=bool(rng.random() < 0.35),
        long_hair=bool(rng.random() < 0.4),
    )


def person(posture: Posture, wear: Clothes) -> Shape:
    """The dressed figure; its feet near the origin, looking along x."""
    hip = np.array([0.0, 0.0, posture.hip_m])
    up = np.array([sin(posture.lean), 0.0, cos(posture.lean)])
    neck = hip + up * (SHOULDER_M - HIP_M + 0.06)
    bars: list[Bar] = []
    for side, index in ((1.0, 0), (-1.0, 1)):
        bars += _leg(hip, side, posture.thighs[index], posture.knees[index], wear)
        bars += _arm(neck, side, posture, index, wear)
    bars += _head(neck + up * 0.17, up, wear)
    bars += _around_the_trunk(hip, neck, up, wear)
    if posture.sack:
        across = np.array([0.0, 0.26, 0.0])
        hold = neck + np.array([0.36, 0.0, -0.32])
        bars.append(Bar(hold - across, hold + across, (0.17, 0.17), SACK_COLOUR))
    return merged([_trunk(hip, neck, up, wear), limbs(bars)])


def _ball(centre_m: Floats, radius_m: float, colour: Colour) -> Bar:
    return Bar(centre_m, centre_m, (radius_m, radius_m), colour)


def _swung(angle: float, length_m: float) -> Floats:
    return np.array([sin(angle), 0.0, -cos(angle)]) * length_m


def _leg(hip: Floats, side: float, thigh: float, knee: float, wear: Clothes) -> list[Bar]:
    top = hip + np.array([0.0, side * 0.09, 0.0])
    middle = top + _swung(thigh, _THIGH_M)
    ankle = middle + _swung(thigh - knee, _SHIN_M)
    toe = ankle + np.array([0.15, 0.0, -0.01])
    return [
        Bar(top, middle, (0.095, 0.068), wear.trousers),
        Bar(middle, ankle, (0.066, 0.048), wear.skin if wear.skirt else wear.trousers),
        Bar(ankle - np.array([0.04, 0, 0]), toe, (0.05, 0.042), (36, 36, 40)),
    ]


def _arm(neck: Floats, side: float, posture: Posture, index: int, wear: Clothes) -> list[Bar]:
    shoulder = neck + np.array([0.0, side * 0.20, -0.06])
    elbow = shoulder + _swung(posture.arms[index], _UPPER_ARM_M)
    bend = posture.arms[index] + posture.elbows[index]
    hand = elbow + _swung(bend, _FOREARM_M)
    return [
        Bar(shoulder, elbow, (0.062, 0.050), wear.shirt),
        Bar(elbow, hand, (0.046, 0.036), wear.shirt),
        _ball(hand + _swung(bend, 0.05), 0.042, wear.skin),
    ]


def _trunk(hip: Floats, neck: Floats, up: Floats, wear: Clothes) -> Shape:
    chest, waist = neck - up * 0.10, hip + up * 0.12
    rings = (
        (hip - up * 0.10, 0.10, 0.15),
        (hip + up * 0.02, 0.125, 0.165),
        (waist + up * 0.02, 0.115, 0.15),
        (chest - up * 0.06, 0.13, 0.185),
        (neck - up * 0.03, 0.09, 0.185),
        (neck + up * 0.03, 0.055, 0.07),
    )
    loops = [middle + _ELLIPSE * [deep, wide, 1.0] for middle, deep, wide in rings]
    bands = [wear.trousers, *[wear.shirt] * (len(rings) - 2)]
    return stack(loops, bands, top=wear.shirt)


def _around_the_trunk(hip: Floats, neck: Floats, up: Floats, wear: Clothes) -> list[Bar]:
    """A skirt, a bag on the back."""
    bars = []
    if wear.skirt:
        bars.append(Bar(hip + up * 0.12, hip - up * 0.32, (0.13, 0.21), wear.trousers))
    if wear.bag:
        back = neck - up * 0.10 - np.array([0.17, 0, 0.08])
        bars.append(Bar(back - up * 0.14, back + up * 0.08, (0.13, 0.12), (60, 54, 70)))
    return bars


def _head(centre: Floats, up: Floats, wear: Clothes) -> list[Bar]:
    parts = [
        Bar(centre - up * 0.17, centre - up * 0.06, (0.055, 0.055), wear.skin),
        Bar(centre - up * 0.04, centre + up * 0.03, (0.088, 0.096), wear.skin),
    ]
    back = centre - np.array([0.028, 0.0, 0.0]) + up * 0.045
    if wear.helmet:
        parts.append(_ball(centre + up * 0.055, 0.135, (70, 150, 226)))
    else:
        parts.append(_ball(back, 0.104, wear.hair))
    if wear.long_hair:
        parts.append(Bar(back - up * 0.02, back - up * 0.2, (0.09, 0.06), wear.hair))
    return parts
