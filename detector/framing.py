"""Whether a camera still looks where its fences were drawn.

What the picture shows is compared, by its edges, with what it showed when watching began: the
middle of that reference is looked for all around its old place (normalised correlation). Edges
outlast dusk, headlights, rain and most crowds; measured on rendered scenes, the same view by
day and under infrared agrees by 0.6, the same moved by 3 % by less than 0.3 at the old place
and by 0.5 to 0.8 at the new one.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from detector.frame import Image
from fences.clock import SECOND_NS, running

Edges = NDArray[np.float32]
"""90 x 160: strength of the edges against their mean."""

SIZE_HW = (90, 160)
"""Of the small grey picture that edges are taken from."""

_REACH_YX = (18, 32)
"""How far, in its pixels, the reference's middle is looked for."""

FOUND = 0.45
"""Correlation from which the reference has been found."""

BETTER = 0.15
"""By how much another place must fit better than the old one."""

FAR_PX = 4
"""Shift, 2.5 % of the width, from which a fence lies beside what it was drawn around."""

SETTLED_NS = 10 * SECOND_NS
"""How long the reference must be found elsewhere: a gust of wind lets the view come back."""

KNOWN_LOOKS = 5
"""How often a view must have been known again before it can be missed."""

_SAME_PX = 2
"""Shifts that differ by no more are one."""

_EVERY_NS = SECOND_NS
"""Time between comparisons: a camera does not move faster than it is worth knowing."""

_FOLLOW_TAU_NS = 120 * SECOND_NS
"""Time constant with which the reference follows the seasons of a day, while it is in place."""

_STRONGEST = 4.0
"""Edges count up to so many times their mean: a caption must not outweigh a street."""


@dataclass(frozen=True, slots=True)
class Fit:
    """Where the reference was found: ``shift_xy`` in small pixels, and how well (-1 to 1).

    ``here`` is how well it fits its old place.
    """

    shift_xy: tuple[int, int]
    best: float
    here: float

    @property
    def in_place(self) -> bool:
        return self.here >= FOUND - BETTER and self.best - self.here < BETTER

    @property
    def elsewhere(self) -> bool:
        dx, dy = (abs(shift) for shift in self.shift_xy)
        far = max(dx, dy) >= FAR_PX
        within = dx < _REACH_YX[1] and dy < _REACH_YX[0]  # at the edge it may be part of anything
        return far and within and self.best >= FOUND and self.best - self.here >= BETTER


class Framing:
    """Follows one camera's view. ``view`` may be saved, and given back after a restart.

    A place without edges of its own, where one look hardly resembles the next, has no view: of
    such a camera nothing can be said.
    """

    def __init__(self, view: Edges | None = None) -> None:
        self._reference = view
        self._known_looks = 0 if view is None else KNOWN_LOOKS
        self._elsewhere: tuple[int, tuple[int, int]] | None = None  # since ns, shift
        self._moved = False
        self._compared_ns: int | None = None

    @property
    def view(self) -> Edges | None:
        """Where it looks, once it has been known again often enough."""
        return self._reference if self._known_looks >= KNOWN_LOOKS else None

    @property
    def moved(self) -> bool:
        """Whether the camera has come to look elsewhere, and stays there."""
        return self._moved

    def observe(self, image: Image, media_ns: int) -> bool:
        """Take a look in; whether the camera looks elsewhere, if only for a moment.

        Then every fence lies where it was not drawn. A view that is found nowhere (dark,
        covered, or turned far away) changes nothing.
        """
        if self._compared_ns is None or media_ns - self._compared_ns >= _EVERY_NS:
            dt_ns = 0 if self._compared_ns is None else media_ns - self._compared_ns
            self._compared_ns = media_ns
            self._compare(edges_of(image), media_ns, dt_ns)
        return self._elsewhere is not None

    def _compare(self, edges: Edges, media_ns: int, dt_ns: int) -> None:
        if self._reference is None:
            self._reference = edges
            return
        fit = compare(self._reference, edges)
        if fit.in_place:
            self._moved, self._elsewhere = False, None
            self._known_looks += fit.here >= FOUND
            if fit.shift_xy == (0, 0):  # a mount that sinks, pixel by pixel, is not followed
                weight = running(dt_ns, _FOLLOW_TAU_NS)
                followed = (1.0 - weight) * self._reference + weight * edges
                self._reference = np.asarray(followed, dtype=np.float32)
        elif fit.elsewhere and self._known_looks >= KNOWN_LOOKS:
            if self._elsewhere is None or not _near(self._elsewhere[1], fit.shift_xy):
                self._elsewhere = (media_ns, fit.shift_xy)
            self._moved = self._moved or media_ns - self._elsewhere[0] >= SETTLED_NS


def _near(a: tuple[int, int], b: tuple[int, int]) -> bool:
    return max(abs(a[0] - b[0]), abs(a[1] - b[1])) <= _SAME_PX


def edges_of(image: Image) -> Edges:
    """The edges of a picture, alike under any exposure."""
    smooth = cv2.GaussianBlur(cv2.cvtColor(_small(image), cv2.COLOR_BGR2GRAY), (3, 3), 0)
    strength = cv2.magnitude(
        cv2.Sobel(smooth, cv2.CV_32F, 1, 0), cv2.Sobel(smooth, cv2.CV_32F, 0, 1)
    )
    mean = float(strength.mean()) + 1e-3
    return np.asarray(np.minimum(strength / mean, _STRONGEST), dtype=np.float32)


def _small(image: Image) -> Image:
    """Means of whole numbers of pixels: of parts of pixels they take ten times as long."""
    height, width = SIZE_HW
    if image.shape[0] % height or image.shape[1] % width:
        step_wh = _whole(image.shape[1], width), _whole(image.shape[0], height)
        image = np.asarray(cv2.resize(image, step_wh, interpolation=cv2.INTER_NEAREST))
    return np.asarray(cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA))


def _whole(side_px: int, part_px: int) -> int:
    """The multiple of ``part_px`` that is nearest, at least one."""
    return max(1, round(side_px / part_px)) * part_px


def compare(reference: Edges, now: Edges) -> Fit:
    """Look for the reference's middle in the edges of now."""
    reach_y, reach_x = _REACH_YX
    middle = reference[reach_y:-reach_y, reach_x:-reach_x]
    scores = cv2.matchTemplate(now, middle, cv2.TM_CCOEFF_NORMED)
    _, best, _, (x, y) = cv2.minMaxLoc(scores)
    here = scores[reach_y - 1 : reach_y + 2, reach_x - 1 : reach_x + 2].max()
    return Fit((x - reach_x, y - reach_y), float(best), float(here))


def encode_reference(reference: Edges) -> bytes:
    """A reference as it is kept on disk: a NumPy file, without pickles."""
    buffer = io.BytesIO()
    np.save(buffer, reference.astype(np.float16), allow_pickle=False)
    return buffer.getvalue()


def decode_reference(data: bytes) -> Edges:
    """The reference of :func:`encode_reference`. Raises ``ValueError`` for anything else."""
    try:
        read = np.load(io.BytesIO(data), allow_pickle=False)
    except (ValueError, OSError, EOFError) as error:
        raise ValueError(f"got a view that cannot be read ({error!r})") from error
    if read.dtype != np.float16 or read.shape != SIZE_HW or not np.isfinite(read).all():
        raise ValueError(f"got a view of {read.dtype} {read.shape}, expected float16 {SIZE_HW}")
    return np.asarray(read, dtype=np.float32)
