"""The ground of the street as one texture, seen straight from above."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np

from replay.scenes import layout
from replay.scenes.arrays import Colour, Floats, Image
from replay.scenes.texture import clouds, crack, grain, stain

PX_PER_M = 36
LEFT_X_M = layout.FACADE_X_M - 0.5
RIGHT_X_M = layout.WALL_X_M + 12.0

_WHITE = (206.0, 210.0, 210.0)
_YELLOW = (70.0, 178.0, 214.0)


@lru_cache(maxsize=2)
def ground_texture(seed: int) -> Image:
    """Road, markings, kerbs and pavements as uint8 BGR; the top row is far away."""
    rng = np.random.default_rng([seed, 12])
    width = round((RIGHT_X_M - LEFT_X_M) * PX_PER_M)
    height = round((layout.FAR_Y_M - layout.NEAR_Y_M) * PX_PER_M)
    canvas = _asphalt(rng, height, width)
    paint: Image = np.zeros((height, width, 4), np.float32)
    _road_markings(paint)
    _fire_lane(paint)
    _wear(canvas, paint, rng)
    _manholes(canvas, rng)
    for left_m, right_m in ((LEFT_X_M, layout.LEFT_KERB_X_M), (layout.RIGHT_KERB_X_M, RIGHT_X_M)):
        _pavement(canvas, rng, left_m, right_m)
    for x_m, road_side in ((layout.LEFT_KERB_X_M, 1), (layout.RIGHT_KERB_X_M, -1)):
        _kerb(canvas, x_m, road_side)
    return np.clip(canvas, 0, 255).astype(np.uint8)


def texture_to_world() -> Floats:
    """The homography from texture pixels to ground metres (x, y)."""
    return np.array(
        [[1 / PX_PER_M, 0, LEFT_X_M], [0, -1 / PX_PER_M, layout.FAR_Y_M], [0, 0, 1]], np.float64
    )


def _pixel(x_m: float, y_m: float) -> tuple[int, int]:
    return round((x_m - LEFT_X_M) * PX_PER_M), round((layout.FAR_Y_M - y_m) * PX_PER_M)


def _asphalt(rng: np.random.Generator, height: int, width: int) -> Image:
    base = 108 + 5 * clouds(rng, height, width, 260) + 6.0 * grain(rng, height, width)
    columns = (np.arange(width) / PX_PER_M + LEFT_X_M)[None, :]
    # Tyres polish two tracks into every lane.
    for track_m in (-3.0, -1.3, 1.3, 3.0):
        base += 5.0 * np.exp(-(((columns - track_m) / 0.35) ** 2)).astype(np.float32)
    canvas: Image = np.stack([base * 1.02, base, base * 0.98], axis=2).astype(np.float32)
    for _ in range(26):
        _repair(canvas, rng)
    for _ in range(70):
        centre = _pixel(rng.uniform(-8, 4), rng.uniform(5, 70))
        stain(canvas, rng, centre, rng.uniform(6, 26), rng.uniform(0.74, 0.93))
    for _ in range(60):
        crack(
            canvas, rng, _pixel(rng.uniform(-8, 4), rng.uniform(5, 60)), rng.uniform(60, 380), 58.0
        )
    return canvas


def _repair(canvas: Image, rng: np.random.Generator) -> None:
    """A rectangle of newer or older asphalt."""
    x, y = _pixel(rng.uniform(-8, 3), rng.uniform(8, 80))
    width, height = (rng.uniform(0.5, 2.2, 2) * PX_PER_M * [1, 2]).astype(int)
    part = canvas[y : y + height, x : x + width]
    part *= rng.uniform(0.84, 1.1)
    cv2.rectangle(canvas, (x, y), (x + width, y + height), (66.0, 66.0, 66.0), 1)


def _bar(paint: Image, x_m: tuple[float, float], y_m: tuple[float, float], colour: Colour) -> None:
    cv2.rectangle(paint, _pixel(x_m[0], y_m[1]), _pixel(x_m[1], y_m[0]), (*colour, 1.0), -1)


def _road_markings(paint: Image) -> None:
    far, near = layout.FAR_Y_M, layout.NEAR_Y_M
    for x_m in (-0.16, 0.06):
        _bar(paint, (x_m, x_m + 0.12), (near, far), _YELLOW)
    for y_m in np.arange(near, far, 6.0):
        _bar(paint, (layout.LANE_EDGE_X_M, layout.LANE_EDGE_X_M + 0.13), (y_m, y_m + 3), _WHITE)
    for x_m in np.arange(layout.LEFT_KERB_X_M + 0.4, layout.RIGHT_KERB_X_M - 0.4, 0.9):
        crossing = (layout.CROSSING_NEAR_M, layout.CROSSING_FAR_M)
        paint[
            _pixel(0, crossing[1])[1] : _pixel(0, crossing[0])[1],
            _pixel(x_m, 0)[0] : _pixel(x_m + 0.45, 0)[0],
        ] = (*_WHITE, 1.0)
    _bar(paint, (0.3, layout.RIGHT_KERB_X_M - 0.2), (35.2, 35.6), _WHITE)
    _bar(paint, (layout.LANE_EDGE_X_M, -0.3), (42.6, 43.0), _WHITE)
    _lane_arrow(paint, 2.1, 13.0)
    _lane_arrow(paint, 2.1, 28.0)


def _lane_arrow(paint: Image, x_m: float, y_m: float) -> None:
    _bar(paint, (x_m - 0.08, x_m + 0.08), (y_m, y_m + 2.4), _WHITE)
    head = [_pixel(x_m - 0.32, y_m + 2.3), _pixel(x_m + 0.32, y_m + 2.3), _pixel(x_m, y_m + 4.0)]
    cv2.fillPoly(paint, [np.array(head, np.int32)], (*_WHITE, 1.0), cv2.LINE_AA)


def _fire_lane(paint: Image) -> None:
    """The yellow box with 消防通道 禁止占用 in it."""
    fence = layout.FIRE_LANE
    left, top = _pixel(fence.left_m, fence.far_m)
    right, bottom = _pixel(fence.right_m, fence.near_m)
    yellow = (*_YELLOW, 1.0)
    for row_m, text in ((25.3, "消防通道"), (20.0, "禁止占用")):
        _ground_text(paint, text, (fence.left_m + 0.15, row_m), (fence.right_m - 0.15, row_m + 4.7))
    cv2.rectangle(paint, (left, top), (right, bottom), yellow, 6)


def _ground_text(
    paint: Image, text: str, near_left_m: tuple[float, float], far_right_m: tuple[float, float]
) -> None:
    left, top = _pixel(near_left_m[0], far_right_m[1])
    right, bottom = _pixel(far_right_m[0], near_left_m[1])
    card: Image = np.zeros((130, 100 * len(text), 3), np.uint8)
    cv2.putText(card, text, (2, 100), (255, 255, 255), cv2.FontFace("uni"), 98, 700)
    ink = cv2.resize(card, (right - left, bottom - top), interpolation=cv2.INTER_AREA)[:, :, :1]
    part = paint[top:bottom, left:right]
    share = ink.astype(np.float32) / 255
    paint[top:bottom, left:right] = part * (1 - share) + np.array([*_YELLOW, 1.0]) * share


def _wear(canvas: Image, paint: Image, rng: np.random.Generator) -> None:
    """Lay the markings on the asphalt where traffic has not rubbed them off."""
    height, width = canvas.shape[:2]
    worn = clouds(rng, height, width, 50) + 0.8 * grain(rng, height, width)
    cover = paint[:, :, 3:] * np.clip(0.86 - 0.22 * worn, 0.25, 0.95)[:, :, None]
    canvas *= 1 - cover
    canvas += paint[:, :, :3] * cover


def _manholes(canvas: Image, rng: np.random.Generator) -> None:
    radius = round(0.36 * PX_PER_M)
    for x_m, y_m in ((-2.2, 15.0), (1.2, 19.5), (-2.4, 33.0), (2.8, 45.0), (-6.4, 14.5)):
        centre = _pixel(x_m + rng.uniform(-0.3, 0.3), y_m + rng.uniform(-1, 1))
        cv2.circle(canvas, centre, radius + 3, (70.0, 70.0, 70.0), -1, cv2.LINE_AA)
        cv2.circle(canvas, centre, radius, (62.0, 66.0, 70.0), -1, cv2.LINE_AA)
        for ring in range(3, radius, 4):
            cv2.circle(canvas, centre, ring, (84.0, 88.0, 92.0), 1, cv2.LINE_AA)


def _pavement(canvas: Image, rng: np.random.Generator, left_m: float, right_m: float) -> None:
    """Concrete tiles with joints, and the yellow strip that blind people follow (盲道)."""
    left, right = _pixel(left_m, 0)[0], _pixel(right_m, 0)[0]
    height, tile = canvas.shape[0], round(0.5 * PX_PER_M)
    width = right - left
    tiles = rng.normal(0, 6, (height // tile + 1, width // tile + 1, 1)).astype(np.float32)
    tone = np.kron(tiles[:, :, 0], np.ones((tile, tile), np.float32))[:height, :width]
    base = 128 + tone + 4 * clouds(rng, height, width, 160) + 4 * grain(rng, height, width)
    part: Image = np.stack([base * 0.97, base, base * 1.03], axis=2).astype(np.float32)
    strip = round((layout.LEFT_KERB_X_M - 1.5 - left_m) * PX_PER_M)
    if not 0 < strip < width:
        strip = round(0.9 * PX_PER_M)
    part[:, strip : strip + tile] *= np.array([0.55, 1.03, 1.22], np.float32)
    part[::tile, :] *= 0.8
    part[:, ::tile] *= 0.8
    for _ in range(60):
        spot = (rng.uniform(0, width), rng.uniform(height * 0.3, height))
        stain(part, rng, spot, rng.uniform(6, 26), rng.uniform(0.7, 0.92))
    canvas[:, left:right] = part


def _kerb(canvas: Image, x_m: float, road_side: int) -> None:
    """Pale stones with joints; the face toward the road lies in its own shade."""
    stone = sorted((_pixel(x_m, 0)[0], _pixel(x_m - road_side * 0.22, 0)[0]))
    face = sorted((_pixel(x_m, 0)[0], _pixel(x_m + road_side * 0.12, 0)[0]))
    canvas[:, stone[0] : stone[1]] = 160
    canvas[::PX_PER_M, stone[0] : stone[1]] = 105
    canvas[:, face[0] : face[1]] *= 0.55
