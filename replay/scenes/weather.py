"""Rain and snow: what they leave on the ground, and what falls through the air."""

from __future__ import annotations

import cv2
import numpy as np

from replay.scenes.arrays import Image
from replay.scenes.camera import View
from replay.scenes.spec import Conditions, DayPart, SceneSpec
from replay.scenes.texture import clouds

FLAT_NORMAL_Z = 0.9
"""Surfaces whose normal points up at least this much are ground."""


def _flat_ground(depth_m: Image, normals: Image) -> Image:
    mask: Image = (normals[:, :, 2] > FLAT_NORMAL_Z) & (depth_m < 1000)
    return mask


def settle_snow(
    picture: Image, depth_m: Image, normals: Image, view: View, spec: SceneSpec
) -> Image:
    """White pavements and a half white road."""
    if not spec.conditions.snow:
        return picture
    rng = np.random.default_rng([spec.seed, 21])
    height, width = picture.shape[:2]
    patchy = 0.62 + 0.22 * clouds(rng, height, width, width / 9)
    across_m = view.camera.x_m + view.rays()[:, :, 0] * depth_m
    off_road = (across_m < -8.2) | (across_m > 4.3)
    tracks = np.zeros_like(depth_m)
    for track_m in (-3.0, -1.3, 1.3, 3.0):
        tracks += np.exp(-(((across_m - track_m) / 0.42) ** 2))
    cover = np.clip(patchy + 0.3 * off_road - 0.5 * np.clip(tracks, 0, 1), 0, 0.95)
    share = (cover * spec.conditions.snow * _flat_ground(depth_m, normals))[:, :, None]
    mixed = picture * (1 - share) + np.array([222.0, 218.0, 214.0]) * share
    return np.clip(mixed, 0, 255).astype(np.uint8)


def wet_ground(
    picture: Image, depth_m: Image, normals: Image, view: View, spec: SceneSpec
) -> Image:
    """Dark asphalt with the fronts and the sky mirrored in it, smeared downward."""
    rain = spec.conditions.rain
    if not rain:
        return picture
    rng = np.random.default_rng([spec.seed, 22])
    height, width = picture.shape[:2]
    mirrored = _mirror_down(picture, depth_m, normals, view)
    smear = cv2.blur(mirrored, (3, max(height // 22, 3)))
    puddles = np.clip(0.5 + 0.5 * clouds(rng, height, width, width / 14), 0.1, 1.0)
    grazing = np.clip(depth_m / 45.0, 0.15, 0.8)
    share = (_flat_ground(depth_m, normals) * rain * puddles * grazing * 0.55)[:, :, None]
    dark = picture * np.where(_flat_ground(depth_m, normals)[:, :, None], 1 - 0.36 * rain, 1.0)
    mixed = dark * (1 - share) + smear * share
    return np.clip(mixed, 0, 255).astype(np.uint8)


def _mirror_down(picture: Image, depth_m: Image, normals: Image, view: View) -> Image:
    """For every ground pixel what stands behind it, as far above the foot as it is below."""
    height, width = depth_m.shape
    standing = ~_flat_ground(depth_m, normals)
    foot = height - 1 - np.argmax(standing[::-1], axis=0)
    foot = np.where(standing.any(axis=0), foot, 0)
    rows = np.arange(height, dtype=np.float32)[:, None]
    # A pole has a low foot and a house a high one: the typical foot makes a calm mirror.
    calm = cv2.blur(foot.astype(np.float32)[None, :], (max(view.width_px // 16, 1), 1))
    source = np.clip(2 * calm - rows, 0, height - 1).astype(np.float32)
    columns = np.broadcast_to(np.arange(width, dtype=np.float32), (height, width))
    return cv2.remap(picture, np.ascontiguousarray(columns), source, cv2.INTER_LINEAR)


def fall(frame: Image, spec: SceneSpec, index: int) -> Image:
    """Rain streaks or snow flakes over the frame, new ones for each frame's place in time."""
    conditions = spec.conditions
    if conditions.rain:
        frame = _streaks(frame, spec, index)
    if conditions.snow:
        frame = _flakes(frame, spec, index)
    return frame


def _streaks(frame: Image, spec: SceneSpec, index: int) -> Image:
    rng = np.random.default_rng([spec.seed, 23, index])
    height, width = frame.shape[:2]
    count = int(420 * spec.conditions.rain)
    veil: Image = np.zeros((height, width), np.uint8)
    x, y = rng.uniform(0, width, count), rng.uniform(-0.1, 1, count) * height
    length = rng.uniform(0.02, 0.07, count) * height
    bright = rng.uniform(18, 62, count)
    for i in range(count):
        end = (int(x[i] - length[i] * 0.12), int(y[i] + length[i]))
        cv2.line(veil, (int(x[i]), int(y[i])), end, (float(bright[i]),), 1, cv2.LINE_AA)
    _splashes(veil, rng, int(90 * spec.conditions.rain))
    dim = 0.45 if spec.conditions.day_part is DayPart.NIGHT else 1.0
    grey = cv2.cvtColor(cv2.convertScaleAbs(veil, alpha=dim), cv2.COLOR_GRAY2BGR)
    return cv2.add(frame, grey)


def _splashes(veil: Image, rng: np.random.Generator, count: int) -> None:
    height, width = veil.shape
    for _ in range(count):
        y = height * rng.uniform(0.35, 1.0)
        size = 1 + 3.5 * y / height * height / 720
        centre = (int(rng.uniform(0, width)), int(y))
        cv2.ellipse(veil, centre, (int(size * 1.6), int(size * 0.7)), 0, 0, 360, (45.0,), 1)


def _flakes(frame: Image, spec: SceneSpec, index: int) -> Image:
    """Flakes that drift: each keeps its column and falls at its own speed."""
    rng = np.random.default_rng([spec.seed, 24])
    height, width = frame.shape[:2]
    count = int(520 * spec.conditions.snow)
    at_s = index / spec.fps
    near = rng.uniform(0.3, 1.0, count) ** 2
    sway = np.sin(at_s * rng.uniform(0.5, 1.5, count) + rng.uniform(0, 6, count))
    x = (rng.uniform(0, width, count) + (20 * sway - 25 * at_s) * near) % width
    y = (rng.uniform(0, height, count) + height * 0.55 * near * at_s) % height
    veil: Image = np.zeros((height, width), np.uint8)
    for i in range(count):
        radius = max(round(3.2 * near[i] * height / 720 * 16), 8)
        centre = (int(x[i] * 16), int(y[i] * 16))
        cv2.circle(veil, centre, radius, (float(120 + 110 * near[i]),), -1, cv2.LINE_AA, 4)
    keep = cv2.cvtColor(255 - veil, cv2.COLOR_GRAY2BGR)
    return cv2.add(
        cv2.multiply(frame, keep, scale=1 / 255),
        cv2.cvtColor(cv2.convertScaleAbs(veil, alpha=0.96), cv2.COLOR_GRAY2BGR),
    )


def is_wet(conditions: Conditions) -> bool:
    """Whether things are mirrored in the ground."""
    return conditions.rain > 0
