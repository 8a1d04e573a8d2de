"""Telling light from things: gain of the camera, shadows, light patches, ghosts."""

from __future__ import annotations

import cv2
import numpy as np

from detector.obstruction.view import Mask, Plane

_DARK = 8.0
"""Added to both sides of a ratio, so that noise in the dark does not make one."""

_SAMPLE = 2000
"""Pixels that are enough for a median."""

_OUTLINE_SHARE = 0.25
"""Of a blob's edge that must lie within the fence to tell whether a thing or a hole is there."""

SHADOW_RATIOS = (0.35, 2.2)
"""Brightness of a lit or shaded patch against the same ground before."""

_LIKE_TINT, _SAME_TINT = 0.12, 0.02
"""Most by which one channel may differ from the others, as a share: if texture tells, if not."""

_EVEN, _SOFT_EDGE = 0.15, 0.3
"""Most deviation of the brightness within a patch, as a share: if texture tells, if not."""

_SAME_TEXTURE = 0.5
"""Correlation from which the fine structure is the same."""

_SAME_COLOUR = 0.016
"""Most deviation of the tints within a patch of light, each the mean of 5 x 5 pixels: on rendered
clips two in three patches of light and shade are known by it, one blob of a thing in eighty; the
left bag of a real clip lies at 0.04."""

_COLOURLESS = 0.02
"""Deviation of the tints of a picture below which it has none, as under infrared."""

_NEAR_TINT = 0.08
"""Most by which a single pixel's tint changes with the light, noise included."""

_LEAST_CORE = 12
"""Pixels away from a blob's edge that are enough to judge it by."""


def gain(view: Plane, background: Plane, where: Mask) -> Plane:
    """Per channel, what the camera's exposure multiplies the background with; shape (3,).

    The median over a sample of the fence's empty pixels: an object that covers less than
    half of them does not move it.
    """
    rows, columns = np.nonzero(where)
    if rows.size == 0:
        return np.ones(3, np.float32)
    every = slice(None, None, max(1, rows.size // _SAMPLE))
    now, before = view[rows[every], columns[every]], background[rows[every], columns[every]]
    return np.asarray(np.median((now + _DARK) / (before + _DARK), axis=0), dtype=np.float32)


def under(view: Plane, factors: Plane) -> Plane:
    """The view as the camera would have shown it under the background's exposure."""
    return np.asarray(np.clip((view + _DARK) / factors - _DARK, 0.0, 400.0), dtype=np.float32)


def is_light(now: Plane, before: Plane, blob: Mask) -> bool:
    """Whether a patch only shows the same ground under other light.

    Its brightness changed by much the same factor in all channels, and either the texture of
    the ground is still there (normalised correlation of the fine structure), or, in a picture
    with colours, every pixel has kept its own, which things do not do even on grey ground.
    """
    ratios = (now[blob] + _DARK) / (before[blob] + _DARK)
    mean = ratios.mean(axis=0)
    overall = float(mean.mean())
    if not SHADOW_RATIOS[0] < overall < SHADOW_RATIOS[1]:
        return False
    tint = float(np.abs(mean - overall).max()) / overall
    spread = float(ratios.mean(axis=1).std()) / overall
    if tint <= _SAME_TINT and spread <= _SOFT_EDGE and _keeps_colour(now, before, blob):
        return True
    if tint > _LIKE_TINT or spread > _EVEN:
        return False
    return _correlation(_fine(now), _fine(before), blob) > _SAME_TEXTURE


def _keeps_colour(now: Plane, before: Plane, blob: Mask) -> bool:
    """Whether a picture has colours, and each pixel of the blob's core has kept its own."""
    if float(_tints(before[::4, ::4]).std()) < _COLOURLESS:
        return False
    core = cv2.erode(blob.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    where = core if np.count_nonzero(core) >= _LEAST_CORE else blob
    after = _tints(np.asarray(cv2.blur(now, (5, 5)), dtype=np.float32)[where])
    then = _tints(np.asarray(cv2.blur(before, (5, 5)), dtype=np.float32)[where])
    return float((after - then).std()) <= _SAME_COLOUR


def keeps_tint(now: Plane, before: Plane) -> Mask:
    """Pixels that may be the same ground, brighter or darker; none in a picture without colours."""
    if float(_tints(before[::4, ::4]).std()) < _COLOURLESS:
        return np.zeros(now.shape[:2], np.bool_)
    apart = np.abs(_tints(now) - _tints(before)).max(axis=-1)
    return np.asarray(apart <= _NEAR_TINT, dtype=np.bool_)


def _tints(pixels: Plane) -> Plane:
    """Per pixel and channel, the logarithm of its part of the brightness."""
    logarithms = np.log(pixels + _DARK)
    return np.asarray(logarithms - logarithms.mean(axis=-1, keepdims=True), dtype=np.float32)


def is_ghost(now: Plane, before: Plane, blob: Mask, inside: Mask) -> bool:
    """Whether the blob is a place that something has left: its outline is in the background.

    Where the blob ends only because the fence does, there is no outline to ask about.
    """
    near = np.ones((3, 3), np.uint8)
    grown = cv2.dilate(blob.astype(np.uint8), near) > 0
    well_inside = cv2.erode(inside.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    edge = (grown & ~blob & well_inside).astype(np.uint8)
    outline = cv2.dilate(edge, near) > 0
    if np.count_nonzero(edge) < _OUTLINE_SHARE * np.count_nonzero(grown & ~blob):
        return False
    return float(_edges(before)[outline].mean()) > 1.4 * float(_edges(now)[outline].mean())


def _fine(plane: Plane) -> Plane:
    grey = cv2.cvtColor(plane, cv2.COLOR_BGR2GRAY)
    return np.asarray(grey - cv2.GaussianBlur(grey, (0, 0), 3.0), dtype=np.float32)


def _edges(plane: Plane) -> Plane:
    grey = cv2.cvtColor(plane, cv2.COLOR_BGR2GRAY)
    return np.asarray(
        cv2.magnitude(cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)),
        dtype=np.float32,
    )


def _correlation(a: Plane, b: Plane, where: Mask) -> float:
    first = a[where] - a[where].mean()
    second = b[where] - b[where].mean()
    norm = float(np.sqrt((first**2).sum() * (second**2).sum()))
    return float((first * second).sum()) / norm if norm > 1e-6 else 0.0
