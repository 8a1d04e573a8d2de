"""From a shape to a sprite: projected, shaded, smoothed, with its alpha and its box."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from replay.scenes.arrays import Floats, Image, Indices
from replay.scenes.camera import NEAR_M, View
from replay.scenes.light import Light
from replay.scenes.shapes import Pose, Shape, placed

_SUBPIXEL_BITS = 4
_HALF_TURN = np.linspace(-np.pi / 2, np.pi / 2, 7)
_SMALL_SPRITE_PX = 60_000


@dataclass(frozen=True, slots=True, eq=False)
class Sprite:
    """A drawn thing: BGRA with the colours already multiplied by alpha, and where it goes."""

    picture: Image
    left_px: int
    top_px: int
    box_px: tuple[float, float, float, float]
    """x0, y0, x1, y1 of the whole thing, beyond the picture's edge too."""
    depth_m: float


@dataclass(frozen=True, slots=True, eq=False)
class _Outlines:
    """Polygons to fill, all with equally many corners."""

    corners_px: Floats
    """(N, K, 2)"""
    order_m: Floats
    """(N,) the larger the earlier."""
    colours: Floats


def paint(shape: Shape, pose: Pose, view: View, light: Light) -> Sprite | None:
    """Draw a shape where it stands; ``None`` when nothing of it is in the picture."""
    world = placed(shape, pose)
    groups = [*_faces(world, view, light), *_limbs(world, view, light)]
    if not groups:
        return None
    left_px, top_px, right_px, bottom_px = box_px = _extent(groups)
    left, top = max(int(left_px) - 1, 0), max(int(top_px) - 1, 0)
    right = min(int(right_px) + 2, view.width_px)
    bottom = min(int(bottom_px) + 2, view.height_px)
    if right <= left or bottom <= top:
        return None
    anchor = np.array([[pose.x_m, pose.y_m, pose.z_m]])
    return Sprite(
        picture=_filled(groups, (left, top), (right - left, bottom - top)),
        left_px=left,
        top_px=top,
        box_px=box_px,
        depth_m=float(view.project(anchor)[1][0]),
    )


def extent_px(shape: Shape, pose: Pose, view: View) -> tuple[float, float, float, float]:
    """x0, y0, x1, y1 in pixels of the whole shape, in the picture or not."""
    world = placed(shape, pose)
    points = [view.project(world.vertices_m)[0]]
    if len(world.limb_colours):
        points.append(bar_outlines(*_limb_pixels(world, view)[:2]).reshape(-1, 2))
    everything = np.concatenate(points)
    low, high = everything.min(axis=0), everything.max(axis=0)
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])


def _extent(groups: list[_Outlines]) -> tuple[float, float, float, float]:
    everything = np.concatenate([group.corners_px.reshape(-1, 2) for group in groups])
    low, high = everything.min(axis=0), everything.max(axis=0)
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])


def _faces(world: Shape, view: View, light: Light) -> list[_Outlines]:
    """The faces that look toward the camera."""
    if not len(world.faces):
        return []
    corners = world.vertices_m[world.faces]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-9)
    pixels, depths = view.project(world.vertices_m)
    toward = np.einsum("ij,ij->i", normals, corners[:, 0] - view.camera.position_m) < 0
    seen = np.flatnonzero(toward & (depths[world.faces].min(axis=1) > NEAR_M))
    if not len(seen):
        return []
    colours = light.on_faces(
        world.colours[seen], normals[seen], world.glow[seen], corners[seen, 0], view
    )
    order = depths[world.faces[seen]].mean(axis=1) - world.bias_m[seen]
    return [_Outlines(pixels[world.faces[seen]], order, colours)]


def _limb_pixels(world: Shape, view: View) -> tuple[Floats, Floats, Floats]:
    """Ends (L, 2, 2) and radii (L, 2) in pixels, depths (L, 2) in metres."""
    pixels, depths = view.project(world.limb_ends_m.reshape(-1, 3))
    depths = depths.reshape(-1, 2)
    return pixels.reshape(-1, 2, 2), world.limb_radii_m * view.focal_px / depths, depths


def _limbs(world: Shape, view: View, light: Light) -> list[_Outlines]:
    """Every limb twice: whole and dark, then thinner, toward the light and bright."""
    if not len(world.limb_colours):
        return []
    ends_px, radii_px, depths = _limb_pixels(world, view)
    if depths.min() <= NEAR_M:
        return []
    dark, bright = light.on_limbs(world.limb_colours, world.limb_ends_m[:, 0], view)
    order = depths.mean(axis=1) - world.limb_radii_m.mean(axis=1)
    shift = light.toward_px * radii_px.mean(axis=1)[:, None, None] * 0.28
    return [
        _Outlines(bar_outlines(ends_px, radii_px), order, dark),
        _Outlines(bar_outlines(ends_px + shift, radii_px * 0.68), order - 1e-3, bright),
    ]


def bar_outlines(ends: Floats, radii: Floats) -> Floats:
    """Outlines (L, 14, 2) of flat round bars with ends (L, 2, 2), radii (L, 2)."""
    along = ends[:, 1] - ends[:, 0]
    turns = np.arctan2(along[:, 1], along[:, 0])[:, None] + _HALF_TURN
    half = np.stack([np.cos(turns), np.sin(turns)], axis=2)
    head = ends[:, 1, None] + half * radii[:, 1, None, None]
    tail = ends[:, 0, None] - half * radii[:, 0, None, None]
    return np.concatenate([head, tail], axis=1)


def _filled(groups: list[_Outlines], corner_px: tuple[int, int], size_px: tuple[int, int]) -> Image:
    """Fill the outlines at several samples per pixel, far to near, and average them."""
    width, height = size_px
    samples = 3 if width * height < _SMALL_SPRITE_PX else 2
    canvas: Image = np.zeros((height * samples, width * samples, 4), np.uint8)
    outlines: list[Indices] = []
    for group in groups:
        points = ((group.corners_px - corner_px) * samples - 0.5) * (1 << _SUBPIXEL_BITS)
        outlines.extend(np.rint(np.clip(points, -(2**26), 2**26)).astype(np.int32))
    order = np.concatenate([group.order_m for group in groups])
    colours = np.concatenate([group.colours for group in groups]).tolist()
    for i in np.argsort(-order, kind="stable"):
        cv2.fillConvexPoly(canvas, outlines[i], (*colours[i], 255.0), cv2.LINE_8, _SUBPIXEL_BITS)
    return cv2.resize(canvas, (width, height), interpolation=cv2.INTER_AREA)


def blend(frame: Image, sprite: Sprite, depth_map_m: Image | None = None) -> Image:
    """Lay a sprite upon the frame in place; the alpha (h, w) that remained visible.

    Whatever in ``depth_map_m`` is nearer than the sprite stays in front of it.
    """
    height, width = sprite.picture.shape[:2]
    rows = slice(sprite.top_px, sprite.top_px + height)
    columns = slice(sprite.left_px, sprite.left_px + width)
    picture = sprite.picture
    if depth_map_m is not None:
        hidden = depth_map_m[rows, columns] < sprite.depth_m
        if hidden.any():
            picture = picture.copy()
            picture[hidden] = 0
    alpha: Image = picture[:, :, 3]
    keep = cv2.cvtColor(255 - alpha, cv2.COLOR_GRAY2BGR)
    below = cv2.multiply(frame[rows, columns], keep, scale=1 / 255)
    frame[rows, columns] = cv2.add(below, np.ascontiguousarray(picture[:, :, :3]))
    return alpha
