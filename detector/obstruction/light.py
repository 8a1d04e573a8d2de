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

_LIKE_TINT, _NEARLY_SAME_TINT, _SAME_TINT = 0.12, 0.03, 0.02
"""Most by which one channel may differ from the others, as a share: if the texture tells, if it
supports the colours, if these tell alone."""

_SOFT_EDGE = 0.3
"""Most deviation of the brightness within a patch, as a share: beams fade, shade has soft edges."""

_SAME_TEXTURE, _LIKE_TEXTURE = (0.35, 1.5), (0.2, 1.0)
"""Correlation from which the fine structure is the same, if it tells alone and if it supports the
colours; and how much more, over the root of the pixels, for few pixels agree by chance. On rendered
clips two in three patches of light and shade are known by it, one blob of a thing in a hundred."""

_STRONGER_TEXTURE = 2.0
"""Light multiplies: in logarithms the ground's texture keeps its strength. What shows so many times
as much has a texture of its own."""

_MARGIN_PX = 8
"""Around a blob, that means of its pixels may reach into."""

_FINE_PX = 2.0
"""Standard deviation of the mean that fine structure is measured against."""

_SAME_COLOUR = 0.016
"""Most deviation of the tints within a patch of light, each the mean of 5 x 5 pixels: the left bag
of a real clip lies at 0.04."""

_LIKE_COLOUR = 0.032
"""The same where the texture agrees too."""

_COLOURLESS = 0.02
"""Deviation of the tints of a picture below which it has none, as under infrared."""

_FULL_COLOUR = 0.06
"""Deviation of the tints of a picture from which its colours prove all they can: fog and snow pale
those of the ground and of things alike, to 0.03, so that keeping them proves less."""

_NEAR_TINT = 0.08
"""Most by which a single pixel's tint changes with the light, noise included."""

_LEAST_CORE = 12
"""Pixels away from a blob's edge that are enough to judge it by."""


def gain(view: Plane, background: Plane, where: Mask) -> Plane:
    """Per channel, what the camera's exposure multiplies the background with; shape (3,).

    The median over a sample of the fence's empty pixels: an object that covers less than
    half of them does not move it.
    """
    pixels = np.flatnonzero(where)
    if pixels.size == 0:
        return np.ones(3, np.float32)
    sample = pixels[:: max(1, pixels.size // _SAMPLE)]
    now, before = view.reshape(-1, 3)[sample], background.reshape(-1, 3)[sample]
    return np.asarray(np.median((now + _DARK) / (before + _DARK), axis=0), dtype=np.float32)


def under(view: Plane, factors: Plane) -> Plane:
    """The view as the camera would have shown it under the background's exposure."""
    divided = np.column_stack((np.diag(1.0 / factors), _DARK / factors - _DARK))
    seen = np.asarray(cv2.transform(view, divided), dtype=np.float32)
    return np.clip(seen, 0.0, 400.0, out=seen)


def is_light(now: Plane, before: Plane, blob: Mask) -> bool:
    """Whether a patch only shows the same ground under other light.

    Its brightness changed by much the same factor in all channels, and either the texture of
    the ground is still there, or, in a picture with colours, every pixel has kept its own, which
    things do not do even on grey ground, or both more or less.
    """
    ratios = (now[blob] + _DARK) / (before[blob] + _DARK)
    mean = ratios.mean(axis=0)
    overall = float(mean.mean())
    spread = float(_mean(ratios).std()) / overall
    if not SHADOW_RATIOS[0] < overall < SHADOW_RATIOS[1] or spread > _SOFT_EDGE:
        return False
    tint = float(np.abs(mean - overall).max()) / overall
    if tint > _LIKE_TINT:
        return False
    colourful = float(_tints(before[::4, ::4]).std())
    part = _around(blob)
    now, before, blob = now[part], before[part], blob[part]
    core = _core(blob)
    colours = _colour_change(now, before, core) if colourful >= _COLOURLESS else float("inf")
    if tint <= _SAME_TINT and colours <= _SAME_COLOUR * min(1.0, colourful / _FULL_COLOUR):
        return True
    texture = _kept_texture(now, before, blob, core)
    supported = tint <= _NEARLY_SAME_TINT and colours <= _LIKE_COLOUR
    least, chance = _LIKE_TEXTURE if supported else _SAME_TEXTURE
    return texture >= least + chance / float(np.sqrt(np.count_nonzero(core)))


def _around(blob: Mask) -> tuple[slice, slice]:
    """Rows and columns of the blob, and a little more: all that is needed to judge it."""
    x, y, width, height = cv2.boundingRect(blob.astype(np.uint8))
    left, top = max(0, x - _MARGIN_PX), max(0, y - _MARGIN_PX)
    return slice(top, y + height + _MARGIN_PX), slice(left, x + width + _MARGIN_PX)


def _core(blob: Mask) -> Mask:
    """The blob without its edge, if that is enough to judge it by."""
    core = cv2.erode(blob.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    return np.asarray(core if np.count_nonzero(core) >= _LEAST_CORE else blob, dtype=np.bool_)


def _colour_change(now: Plane, before: Plane, core: Mask) -> float:
    """How differently pixels have changed their colours."""
    after = _tints(np.asarray(cv2.blur(now, (5, 5)), dtype=np.float32)[core])
    then = _tints(np.asarray(cv2.blur(before, (5, 5)), dtype=np.float32)[core])
    return float((after - then).std())


def _kept_texture(now: Plane, before: Plane, blob: Mask, core: Mask) -> float:
    """Correlation of the fine structure, -1 to 1; 0 where it has become much stronger."""
    first, second = _fine(now, blob)[core], _fine(before, blob)[core]
    if float(first.std()) > _STRONGER_TEXTURE * float(second.std()):
        return 0.0
    return _correlation(first, second)


def keeps_tint(now: Plane, before: Plane, where: Mask) -> Mask:
    """Pixels of a mask that may be the same ground, brighter or darker.

    None in a picture without colours.
    """
    same = np.zeros(where.shape, np.bool_)
    if where.any() and float(_tints(before[::4, ::4]).std()) >= _COLOURLESS:
        apart = np.abs(_tints(now[where]) - _tints(before[where]))
        most = np.maximum(np.maximum(apart[:, 0], apart[:, 1]), apart[:, 2])
        same[where] = most <= _NEAR_TINT
    return same


def _tints(pixels: Plane) -> Plane:
    """Per pixel and channel, the logarithm of its part of the brightness."""
    logarithms = np.log(pixels + _DARK)
    return np.asarray(logarithms - _mean(logarithms)[..., None], dtype=np.float32)


def _mean(channels: Plane) -> Plane:
    """Over the three channels: many times faster than NumPy's over so short an axis."""
    total = channels[..., 0] + channels[..., 1] + channels[..., 2]
    return np.asarray(total / np.float32(3.0), dtype=np.float32)


def is_ghost(now: Plane, before: Plane, blob: Mask, inside: Mask) -> bool:
    """Whether the blob is a place that something has left: its outline is in the background.

    Where the blob ends only because the fence does, there is no outline to ask about.
    """
    part = _around(blob)
    now, before, blob, inside = now[part], before[part], blob[part], inside[part]
    near = np.ones((3, 3), np.uint8)
    grown = cv2.dilate(blob.astype(np.uint8), near) > 0
    well_inside = cv2.erode(inside.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    edge = (grown & ~blob & well_inside).astype(np.uint8)
    outline = cv2.dilate(edge, near) > 0
    if np.count_nonzero(edge) < _OUTLINE_SHARE * np.count_nonzero(grown & ~blob):
        return False
    return float(_edges(before)[outline].mean()) > 1.4 * float(_edges(now)[outline].mean())


def _fine(plane: Plane, blob: Mask) -> Plane:
    """Logarithm of the brightness against its mean around within the blob.

    What lies beyond its edge, in other light, does not count, nor does how strong the light is.
    """
    brightness = _mean(np.log(plane + _DARK))
    weight = blob.astype(np.float32)
    around = cv2.GaussianBlur(weight, (0, 0), _FINE_PX) + 1e-3
    mean = cv2.GaussianBlur(brightness * weight, (0, 0), _FINE_PX) / around
    return np.asarray(brightness - mean, dtype=np.float32)


def _edges(plane: Plane) -> Plane:
    grey = cv2.cvtColor(plane, cv2.COLOR_BGR2GRAY)
    return np.asarray(
        cv2.magnitude(cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)),
        dtype=np.float32,
    )


def _correlation(a: Plane, b: Plane) -> float:
    first, second = a - a.mean(), b - b.mean()
    norm = float(np.sqrt((first**2).sum() * (second**2).sum()))
    return float((first * second).sum()) / norm if norm > 1e-6 else 0.0
