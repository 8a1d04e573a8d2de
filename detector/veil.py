"""Makes people's faces and number plates in a picture unknowable. Pixels in, pixels out.

There is no model of faces or of plates: what a detector of people and vehicles finds is pixelated
where a face or a plate can be. Without such a detector all of the picture is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import cv2
import numpy as np

from detector.engines.protocol import Engine
from detector.frame import Image
from fences.box import Box
from fences.observation import Label

MIN_SCORE = 0.08
"""Of what is veiled: a wrong veil costs a few pixels, a missed one somebody's face."""

NEEDED = frozenset({Label.PERSON.value, Label.VEHICLE.value})
"""Labels that detectors must know between them, or all of the picture is veiled."""

_CELLS = 4
"""Along the long side of a zone: a face is at most so many values wide and high."""
_WHOLE_CELLS = 8
"""Along the long side of a picture of which nothing is known."""
_SMALLEST_CELL_PX = 6
_MARGIN = 0.12
"""Of a box's size, around it: boxes are not exact."""
_HEAD = 0.35
"""Of a standing person's height, from the top."""
_PLATES = 0.65
"""Of a vehicle's height, from the bottom: bumpers, and the doors of those that stand across."""


def zone(label: str, box: Box, aspect: float) -> Box | None:
    """Where in a box a face or a plate can be; None for things that have neither.

    ``aspect`` is width / height of the picture. Of somebody of whom only the upper body is seen
    the head is a larger part of the box, so the zone is never lower than the box is wide.
    """
    width, height = box.x2 - box.x1, box.y2 - box.y1
    left, right = box.x1 - _MARGIN * width, box.x2 + _MARGIN * width
    if label == Label.PERSON:
        head = min(height, max(_HEAD * height, width * aspect))
        return Box(left, box.y1 - _MARGIN * head, right, box.y1 + head)
    bottom = box.y2 + _MARGIN * height / 2
    if label == Label.VEHICLE:
        return Box(left, box.y2 - _PLATES * height, right, bottom)
    if label == Label.TWO_WHEELER:  # the plate may be anywhere, and the rider may not be told apart
        return Box(left, box.y1 - _MARGIN * height, right, bottom)
    return None


def zones(image: Image, engines: Sequence[Engine]) -> tuple[Box, ...] | None:
    """The zones of everything that is found in a picture; None: nothing here can find it.

    ``image`` is height x width x 3 BGR uint8; zones are in 0-1 of it and may reach outside.
    Raises ``ModelError``.
    """
    known = {label for engine in engines for label in engine.card.labels if label is not None}
    if not known >= NEEDED:
        return None
    aspect = image.shape[1] / image.shape[0]
    seen = (thing for engine in engines for thing in engine.infer(image))
    found = (zone(str(thing.label), thing.box, aspect) for thing in seen)
    return tuple(one for one in found if one is not None)


def veil_zones(image: Image, boxes: Iterable[Box]) -> Image:
    """A copy in which each box is a few cells of one value each. Boxes are in 0-1 of it."""
    veiled = np.ascontiguousarray(image).copy()
    height, width = image.shape[:2]
    for box in boxes:
        x1, x2 = (round(min(max(x, 0.0), 1.0) * width) for x in (box.x1, box.x2))
        y1, y2 = (round(min(max(y, 0.0), 1.0) * height) for y in (box.y1, box.y2))
        if x2 > x1 and y2 > y1:
            veiled[y1:y2, x1:x2] = _coarse(veiled[y1:y2, x1:x2], _CELLS)
    return veiled


def veil_all(image: Image) -> Image:
    """A copy that shows light and colours, and nobody."""
    return _coarse(image, _WHOLE_CELLS)


def _coarse(part: Image, cells: int) -> Image:
    height, width = part.shape[:2]
    cell_px = max(_SMALLEST_CELL_PX, -(-max(height, width) // cells))
    small = (-(-width // cell_px), -(-height // cell_px))
    means = cv2.resize(part, small, interpolation=cv2.INTER_AREA)
    coarse = cv2.resize(means, (width, height), interpolation=cv2.INTER_NEAREST)
    return np.asarray(coarse, np.uint8).reshape(part.shape)
