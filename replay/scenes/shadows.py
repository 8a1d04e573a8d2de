"""Shadows on the ground: cast by the sun, and the dark contact under everything."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from replay.scenes.arrays import Floats, Image
from replay.scenes.camera import View
from replay.scenes.light import Light
from replay.scenes.paint import bar_outlines
from replay.scenes.shapes import Pose, Shape, placed

_COARSE = 2
"""Shadows are drawn at half the resolution: they are soft anyway."""

_CONTACT_HEIGHT_M = 0.7
_CONTACT_REACH = 1.12
_CONTACT_SHARE = 0.45


@dataclass(frozen=True, slots=True, eq=False)
class Shadow:
    """How much light is left, 0-255 for 0-1, on a part of the picture."""

    left_share: Image
    left_px: int
    top_px: int


def cast(shape: Shape, pose: Pose, view: View, light: Light) -> Shadow | None:
    """The shadow of a standing shape; ``None`` when out of the picture."""
    world = placed(shape, pose)
    layers: list[tuple[Floats, float]] = []
    if light.shadow_share > 0.05:
        slant = -light.toward_sun / light.toward_sun[2]
        layers += [(part, light.shadow_share) for part in _flattened(world, slant, view)]
    layers.append((_contact(world, view), _CONTACT_SHARE))
    points = np.concatenate([outlines.reshape(-1, 2) for outlines, _ in layers])
    if not len(points):
        return None
    low = np.maximum(points.min(axis=0) - 8, 0).astype(int)
    high = np.minimum(points.max(axis=0) + 9, [view.width_px, view.height_px]).astype(int)
    if (high - low <= 0).any():
        return None
    return Shadow(_soft_mask(layers, low, high - low), int(low[0]), int(low[1]))


def _flattened(world: Shape, slant: Floats, view: View) -> list[Floats]:
    """Outlines (N, K, 2) in pixels of faces and limbs pressed down along ``slant``."""
    outlines = []
    if len(world.faces):
        outlines.append(_on_ground(world.vertices_m, slant, view)[world.faces])
    if len(world.limb_colours):
        ends = world.limb_ends_m + world.limb_ends_m[:, :, 2:3] * slant
        rims = bar_outlines(ends[:, :, :2], world.limb_radii_m)
        ground = np.concatenate([rims, np.zeros((*rims.shape[:2], 1))], axis=2)
        pixels = view.project(ground.reshape(-1, 3))[0]
        outlines.append(pixels.reshape(rims.shape))
    return outlines


def _on_ground(points_m: Floats, slant: Floats, view: View) -> Floats:
    ground = points_m + points_m[:, 2:3] * slant
    ground[:, 2] = 0.0
    return view.project(ground)[0]


def _hull(points_px: Floats) -> Floats:
    """The convex hull, padded to the number of points by repeating its last corner."""
    hull = cv2.convexHull(points_px.astype(np.float32))[:, 0]
    padding = np.repeat(hull[-1:], len(points_px) - len(hull), axis=0)
    return np.concatenate([hull, padding]).astype(np.float64)


def _contact(world: Shape, view: View) -> Floats:
    """One outline (1, K, 2): where the lowest parts stand, and a little around."""
    points = np.concatenate([world.vertices_m, world.limb_ends_m.reshape(-1, 3)])
    low = points[points[:, 2] < _CONTACT_HEIGHT_M]
    if not len(low):
        return np.zeros((0, 1, 2))
    middle = low.mean(axis=0)
    spread = middle + (low - middle) * _CONTACT_REACH
    return _hull(_on_ground(spread, np.zeros(3), view))[None]


def _soft_mask(layers: list[tuple[Floats, float]], low: Floats, size: Floats) -> Image:
    width, height = int(size[0]), int(size[1])
    coarse = (max(height // _COARSE, 1), max(width // _COARSE, 1))
    mask: Image = np.full(coarse, 255, np.uint8)
    for outlines, share in layers:
        part: Image = np.full(coarse, 255, np.uint8)
        for corners in np.rint((outlines - low) / _COARSE * 16).astype(np.int32):
            cv2.fillConvexPoly(part, corners, (255.0 * (1 - share),), cv2.LINE_8, 4)
        mask = cv2.multiply(mask, part, scale=1 / 255)
    mask = cv2.GaussianBlur(mask, (5, 5), 1.2)
    return cv2.resize(mask, (width, height), interpolation=cv2.INTER_LINEAR)


def darken(frame: Image, shadow: Shadow) -> None:
    """Lay a shadow upon the frame in place."""
    height, width = shadow.left_share.shape
    rows = slice(shadow.top_px, shadow.top_px + height)
    columns = slice(shadow.left_px, shadow.left_px + width)
    share = cv2.cvtColor(shadow.left_share, cv2.COLOR_GRAY2BGR)
    frame[rows, columns] = cv2.multiply(frame[rows, columns], share, scale=1 / 255)
