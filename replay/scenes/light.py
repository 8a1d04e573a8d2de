"""How bright things are: sun and sky by day, street lamps by night, fog with distance."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, radians, sin

import numpy as np

from replay.scenes.arrays import Colour, Floats
from replay.scenes.camera import View
from replay.scenes.spec import Conditions, DayPart

LAMP_HEIGHT_M = 7.0
LAMP_PLACES_M = ((-4.6, 12.0), (2.6, 24.0), (-4.6, 36.0), (2.6, 50.0), (-4.6, 66.0))
"""Where the lamp heads hang over the road, x and y."""

_SUN_ELEVATION_RAD = radians(52)
_SUN_AZIMUTH_RAD = radians(-28)
"""From world x, so that shadows fall to the left and a little toward the back."""


@dataclass(frozen=True, slots=True, eq=False)
class Light:
    """Gains on a thing's own colour, blue, green, red; ground in the open by day is about 1."""

    ambient: Floats
    sun: Floats
    toward_sun: Floats
    lamp: Floats
    """Gain straight under a lamp."""
    lamps_m: Floats
    """(N, 3)"""
    illuminator: float
    """Gain at 10 m from the camera's own infrared light."""
    fog_per_m: float
    fog_colour: Floats
    glow_gain: float
    """How strongly glowing things outshine their daytime colour, 0-1."""
    toward_px: Floats
    """In the picture, the direction that light comes from, length 1."""

    @property
    def is_dark(self) -> bool:
        return self.glow_gain > 0

    @property
    def shadow_share(self) -> float:
        """How much of the ground's light a shadow of the sun takes away, 0-1."""
        sun = float(self.sun.mean() * self.toward_sun[2])
        return sun / (sun + float(self.ambient.mean()))

    def level(self, points_m: Floats, normals: Floats, view: View) -> Floats:
        """Gains (N, 3) of matt surfaces at points (N, 3) with outward normals (N, 3)."""
        sky = 0.78 + 0.22 * normals[:, 2:3]
        facing = np.maximum(normals @ self.toward_sun, 0.0)[:, None]
        gains: Floats = self.ambient * sky + self.sun * facing
        for lamp_m in self.lamps_m:
            away = lamp_m - points_m
            distance2 = np.maximum((away**2).sum(axis=1), 1.0)
            fall_off = LAMP_HEIGHT_M**2 / distance2 / (1 + distance2 / 900.0)
            towards = (away * normals).sum(axis=1) / np.sqrt(distance2)
            share = fall_off * (0.35 + 0.65 * np.maximum(towards, 0.0))
            gains += self.lamp * np.minimum(share, 1.6)[:, None]
        if self.illuminator:
            distance2 = ((points_m - view.camera.position_m) ** 2).sum(axis=1)
            gains += (self.illuminator * 260.0 / (160.0 + distance2))[:, None]
        return gains

    def fogged(self, colours: Floats, depths_m: Floats) -> Floats:
        """Colours (N, 3) as seen through the air from depths (N,)."""
        if not self.fog_per_m:
            return colours
        veil = 1.0 - np.exp(-self.fog_per_m * depths_m)[:, None]
        return colours * (1.0 - veil) + self.fog_colour * veil

    def on_faces(
        self, colours: Floats, normals: Floats, glow: Floats, points_m: Floats, view: View
    ) -> Floats:
        """The colours (F, 3) that faces show to the camera."""
        lit = colours * self.level(points_m, normals, view)
        own = (glow * self.glow_gain)[:, None]
        shown = lit * (1 - own) + colours * own
        return np.clip(self.fogged(shown, view.project(points_m)[1]), 0, 255)

    def on_limbs(self, colours: Floats, points_m: Floats, view: View) -> tuple[Floats, Floats]:
        """The colours (L, 3) of the dark and of the lit side of round limbs."""
        upward = np.tile([[0.0, 0.0, 1.0]], (len(points_m), 1))
        gains = self.level(points_m, upward, view)
        depths = view.project(points_m)[1]
        contrast = 0.5 + 0.5 * self.shadow_share
        dark = self.fogged(colours * gains * (1.0 - 0.42 * contrast), depths)
        bright = self.fogged(colours * gains * 0.97, depths)
        return np.clip(dark, 0, 255), np.clip(bright, 0, 255)


def light_of(conditions: Conditions, view: View) -> Light:
    """The light of a scene."""
    toward_sun = np.array(
        [
            cos(_SUN_ELEVATION_RAD) * cos(_SUN_AZIMUTH_RAD),
            cos(_SUN_ELEVATION_RAD) * sin(_SUN_AZIMUTH_RAD),
            sin(_SUN_ELEVATION_RAD),
        ]
    )
    ambient, sun, lamp = _strengths(conditions)
    in_picture = view.camera.axes()[:2] @ toward_sun
    return Light(
        ambient=np.array(ambient),
        sun=np.array(sun),
        toward_sun=toward_sun,
        lamp=np.array(lamp),
        lamps_m=np.array([[x, y, LAMP_HEIGHT_M] for x, y in LAMP_PLACES_M])
        if any(lamp)
        else np.zeros((0, 3)),
        illuminator=0.75 if conditions.infrared else 0.0,
        fog_per_m=0.0012 + 0.045 * conditions.fog + 0.006 * max(conditions.rain, conditions.snow),
        fog_colour=np.array(_horizon(conditions)),
        glow_gain={DayPart.DAY: 0.0, DayPart.DUSK: 0.7, DayPart.NIGHT: 1.0}[conditions.day_part],
        toward_px=in_picture / max(float(np.linalg.norm(in_picture)), 1e-6),
    )


def _strengths(conditions: Conditions) -> tuple[Colour, Colour, Colour]:
    """Ambient, sun and lamp gains."""
    if conditions.day_part is DayPart.NIGHT:
        dark = 0.05 if conditions.infrared else 0.11
        return (dark * 1.2, dark, dark * 0.9), (0, 0, 0), (0.34, 0.46, 0.56)
    if conditions.day_part is DayPart.DUSK:
        return (0.50, 0.42, 0.40), (0, 0, 0), (0.15, 0.22, 0.28)
    overcast = max(conditions.rain, conditions.snow, conditions.fog)
    direct = conditions.sun * (1.0 - min(overcast * 1.5, 1.0))
    dim = 1.0 - 0.18 * conditions.rain
    shade = (1.0 - 0.78 * direct) * dim
    full_sun = 0.78 * direct / sin(_SUN_ELEVATION_RAD)
    return (
        (shade * 1.22, shade * 1.18, shade * 1.14),
        (full_sun * 1.06, full_sun * 1.16, full_sun * 1.24),
        (0, 0, 0),
    )


def _horizon(conditions: Conditions) -> Colour:
    if conditions.day_part is DayPart.NIGHT:
        return (38.0, 34.0, 32.0)
    if conditions.day_part is DayPart.DUSK:
        return (120.0, 108.0, 112.0)
    return (205.0, 202.0, 198.0) if conditions.rain < 0.3 else (178.0, 174.0, 170.0)
