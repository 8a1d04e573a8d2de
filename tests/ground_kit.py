"""A camera on a pole, without a lens to distort: what stands in a street, as boxes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fences.box import Box
from fences.fence import Fence
from fences.ground import parse_scale
from fences.observation import Detection
from fences.occupant import Occupant, occupant_from
from tests.fences_kit import fence

WIDE = 16 / 9  # width of the picture over its height


@dataclass(frozen=True)
class Pole:
    """At ``x_m`` of the ground and y 0, looking along y, tilted down, turned to the right."""

    height_m: float = 5.0
    tilt_deg: float = 14.0
    yaw_deg: float = 0.0
    x_m: float = 0.0
    focal: float = 1.0

    def see(self, places: Iterable[Sequence[float]]) -> NDArray[np.float64]:
        """Points ``(x, y, height)`` in metres as points ``(x, y)`` of the picture."""
        tilt, yaw = np.radians([self.tilt_deg, self.yaw_deg])
        ahead = np.array([np.sin(yaw) * np.cos(tilt), np.cos(yaw) * np.cos(tilt), -np.sin(tilt)])
        right = np.array([np.cos(yaw), -np.sin(yaw), 0.0])
        down = np.cross(ahead, right)
        away = np.array(list(places)) - (self.x_m, 0.0, self.height_m)
        x, y, depth = (away @ np.stack([right, down, ahead]).T).T
        return np.column_stack((0.5 + self.focal * x / depth, 0.5 + self.focal * WIDE * y / depth))

    def box(self, place: Cuboid) -> Box:
        x1, y1, x2, y2, high = place
        corners = self.see((x, y, z) for x in (x1, x2) for y in (y1, y2) for z in (0.0, high))
        return Box(*corners.min(axis=0), *corners.max(axis=0))

    def lane(self, x1: float, y1: float, x2: float, y2: float) -> Fence:
        """A fence around that rectangle of the ground, measured at its corners."""
        corners = [(x1, y1), (x2, y1), (x2, y2), (x1, y2)]
        seen = tuple((float(x), float(y)) for x, y in self.see((x, y, 0.0) for x, y in corners))
        metres = tuple((x - x1, y - y1) for x, y in corners)
        return fence(polygon=seen, scale=parse_scale(seen, metres))


Cuboid = tuple[float, float, float, float, float]
"""x1, y1, x2, y2 on the ground and the height, in metres."""


def occupant(box: Box, label: str = "vehicle", number: int = 1) -> Occupant:
    return occupant_from(Detection(label, 0.9, box), number, 0, known=False)
