"""Procedural surfaces: noise, cracks, stains."""

from __future__ import annotations

import cv2
import numpy as np

from replay.scenes.arrays import Image


def clouds(
    rng: np.random.Generator, height_px: int, width_px: int, cell_px: float, octaves: int = 4
) -> Image:
    """Smooth random values, float32 (H, W), mean 0, spread about 1, largest blobs ``cell_px``."""
    total: Image = np.zeros((height_px, width_px), np.float32)
    weight, norm = 1.0, 0.0
    for _ in range(octaves):
        rows = max(int(height_px / cell_px) + 2, 2)
        columns = max(int(width_px / cell_px) + 2, 2)
        grid = rng.standard_normal((rows, columns), dtype=np.float32)
        total += weight * cv2.resize(grid, (width_px, height_px), interpolation=cv2.INTER_CUBIC)
        norm += weight**2
        weight, cell_px = weight * 0.6, max(cell_px / 2, 1.0)
    result: Image = total / np.sqrt(norm)
    return result


def grain(rng: np.random.Generator, height_px: int, width_px: int) -> Image:
    """Fine random values, float32 (H, W), spread 1."""
    return rng.standard_normal((height_px, width_px), dtype=np.float32)


def crack(
    canvas: Image,
    rng: np.random.Generator,
    start_px: tuple[float, float],
    length_px: float,
    grey: float,
) -> None:
    """A dark crooked line, in place."""
    angle = rng.uniform(0, 2 * np.pi)
    step = 9.0
    turns = angle + np.cumsum(rng.normal(0, 0.35, int(length_px / step) + 2))
    path = np.cumsum(np.stack([np.cos(turns), np.sin(turns)], axis=1) * step, axis=0) + start_px
    cv2.polylines(canvas, [np.rint(path).astype(np.int32)], False, (grey,) * 3, 1, cv2.LINE_AA)


def stain(
    canvas: Image,
    rng: np.random.Generator,
    centre_px: tuple[float, float],
    radius_px: float,
    gain: float,
) -> None:
    """A soft spot, in place, that multiplies what is under it by ``gain`` in its middle."""
    size = int(radius_px * 2)
    x, y = int(centre_px[0] - radius_px), int(centre_px[1] - radius_px)
    if x < 0 or y < 0 or x + size > canvas.shape[1] or y + size > canvas.shape[0] or size < 4:
        return
    axis = np.linspace(-1, 1, size, dtype=np.float32)
    hill = np.clip(1 - axis[:, None] ** 2 - axis[None, :] ** 2, 0, 1)
    ragged = np.clip(hill + 0.35 * clouds(rng, size, size, size / 3) * hill, 0, 1)
    part = canvas[y : y + size, x : x + size]
    part *= (1 + (gain - 1) * ragged)[:, :, None]
