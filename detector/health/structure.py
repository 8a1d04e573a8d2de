"""What is drawn in a picture, fine and coarse, block by block, whatever its exposure."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from detector.health.thumbnail import BLOCK_PX, Plane, Thumbnail, block_means

_COARSE = 4
"""Pixels of the thumbnail to one of the coarse picture: 45 x 80."""

_DARK = 16.0
"""Added to the brightness by which slopes are divided, so that noise in the dark is no edge."""


@dataclass(frozen=True, slots=True)
class Structure:
    """Slopes as shares of the brightness around them.

    ``fine`` and ``coarse``: 9 x 16, mean squares of the slopes per pixel of the thumbnail and
    of the coarse picture, without those of noise. ``slopes``: 45 x 80 x 2, the coarse slopes to
    the right and down. ``light``: mean brightness, 0-255.
    """

    fine: Plane
    coarse: Plane
    slopes: Plane
    light: float


def structure_of(small: Thumbnail) -> Structure:
    """The structure of a look."""
    grey = cv2.cvtColor(small.colour, cv2.COLOR_BGR2GRAY).astype(np.float32)
    around = cv2.blur(grey, (2 * BLOCK_PX + 1, 2 * BLOCK_PX + 1)) + _DARK
    plane = np.asarray(grey / around, np.float32)
    size = (plane.shape[1] // _COARSE, plane.shape[0] // _COARSE)
    coarse = cv2.resize(plane, size, interpolation=cv2.INTER_AREA)
    slopes = _slopes(np.asarray(coarse, np.float32))
    fine = _squares(_slopes(plane), BLOCK_PX)
    return Structure(
        fine=np.asarray(np.maximum(fine - _noise(fine), 0.0), np.float32),
        coarse=_squares(slopes, BLOCK_PX // _COARSE),
        slopes=slopes,
        light=float(grey.mean()),
    )


def _slopes(plane: Plane) -> Plane:
    right = np.zeros((*plane.shape, 2), np.float32)
    right[:, :-1, 0] = plane[:, 1:] - plane[:, :-1]
    right[:-1, :, 1] = plane[1:] - plane[:-1]
    return right


def _squares(slopes: Plane, block_px: int) -> Plane:
    return block_means(np.asarray((slopes * slopes).sum(axis=2), np.float32), block_px)


def _noise(fine: Plane) -> float:
    """That of the flattest blocks: nothing but noise is drawn there, or little."""
    return float(np.percentile(fine, 10))


def likeness(a: Plane, b: Plane) -> Plane:
    """Of slopes, block by block, -1 to 1: whether the same is drawn there, however strongly."""
    block_px = BLOCK_PX // _COARSE
    both = block_means(np.asarray((a * b).sum(axis=2), np.float32), block_px)
    scale = np.sqrt(_squares(a, block_px) * _squares(b, block_px))
    return np.asarray(both / (scale + 1e-9), np.float32)
