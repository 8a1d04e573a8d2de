"""What is drawn in a picture, fine and coarse, block by block, whatever its exposure."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from detector.health.thumbnail import BLOCK_PX, Plane, Thumbnail, block_means

_COARSE = 4
"""Pixels of the thumbnail to one of the coarse picture: 45 x 80."""

_DARK = 16.0
"""Added to the brightness by which slopes are divided, so that little in the dark is little."""

_SPREAD = 1.2
"""Of noise over the blocks, from the flattest tenth up."""


@dataclass(frozen=True, slots=True)
class Structure:
    """How strongly what is where.

    ``fine`` and ``coarse``: 9 x 16, mean squares of the slopes per pixel of the thumbnail and
    of the coarse picture, in shares of the block's brightness and without those of noise.
    ``slopes``: 2 x 45 x 80, the coarse slopes to the right and down, in grey levels. ``light``:
    mean brightness, 0-255.
    """

    fine: Plane
    coarse: Plane
    slopes: Plane
    light: float


def structure_of(small: Thumbnail) -> Structure:
    """The structure of a look."""
    height, width = small.grey.shape
    grey = small.grey.astype(np.float32)
    size = (width // _COARSE, height // _COARSE)
    coarse = np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.float32)
    across, slopes = _slopes(grey), _slopes(coarse)
    fine = _products(across, across, BLOCK_PX)
    light = (block_means(grey) + _DARK) ** 2
    return Structure(
        fine=np.asarray(np.maximum(fine - _noise(fine), 0.0) / light, np.float32),
        coarse=np.asarray(strength(slopes) / light, np.float32),
        slopes=slopes,
        light=float(cv2.mean(small.grey)[0]),
    )


def likeness(a: Plane, b: Plane) -> Plane:
    """Of slopes, block by block, -1 to 1: whether the same is drawn there, however strongly."""
    scale = np.sqrt(strength(a) * strength(b))
    return np.asarray(_products(a, b, BLOCK_PX // _COARSE) / (scale + 1e-9), np.float32)


def strength(slopes: Plane) -> Plane:
    """Mean square of coarse slopes, block by block."""
    return _products(slopes, slopes, BLOCK_PX // _COARSE)


def _slopes(plane: Plane) -> Plane:
    slopes = np.zeros((2, *plane.shape), np.float32)
    np.subtract(plane[:, 1:], plane[:, :-1], out=slopes[0, :, :-1])
    np.subtract(plane[1:], plane[:-1], out=slopes[1, :-1])
    return slopes


def _products(a: Plane, b: Plane, block_px: int) -> Plane:
    """The mean product of two fields of slopes in each block."""
    return block_means(np.asarray(a[0] * b[0] + a[1] * b[1], np.float32), block_px)


def _noise(fine: Plane) -> float:
    """That of the flattest blocks: nothing but noise is drawn there, or little."""
    return _SPREAD * float(np.sort(fine, axis=None)[fine.size // 10])
