"""Axis-aligned boxes in 0-1 of the frame, origin top-left, never clipped."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple


class Point(NamedTuple):
    """A place in 0-1 of the frame, origin top-left; may lie outside the frame."""

    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Box:
    """``xyxy`` in 0-1 of the frame; may reach outside it.

    Raises ``ValueError`` for a box that is not finite or whose corners are swapped.
    """

    x1: float
    y1: float
    x2: float
    y2: float

    def __post_init__(self) -> None:
        if not all(math.isfinite(value) for value in self.xyxy):
            raise ValueError(f"a box needs finite corners, got {self.xyxy}")
        if self.x2 < self.x1 or self.y2 < self.y1:
            raise ValueError(f"a box needs x1 <= x2 and y1 <= y2, got {self.xyxy}")

    @property
    def xyxy(self) -> tuple[float, float, float, float]:
        return (self.x1, self.y1, self.x2, self.y2)

    @property
    def width(self) -> float:
        return self.x2 - self.x1

    @property
    def height(self) -> float:
        return self.y2 - self.y1

    @property
    def area(self) -> float:
        """Share of the frame that the box covers (0-1 if it lies inside the frame)."""
        return self.width * self.height

    @property
    def size(self) -> float:
        """Side of the square of equal area: what displacements are measured against."""
        return math.sqrt(self.area)

    @property
    def centre(self) -> Point:
        return Point((self.x1 + self.x2) / 2, (self.y1 + self.y2) / 2)

    @property
    def foot(self) -> Point:
        """Bottom centre: where a thing touches the ground, seen from a pole."""
        return Point((self.x1 + self.x2) / 2, self.y2)


def intersection_area(a: Box, b: Box) -> float:
    """Area common to both boxes, in shares of the frame."""
    width = min(a.x2, b.x2) - max(a.x1, b.x1)
    height = min(a.y2, b.y2) - max(a.y1, b.y1)
    return width * height if width > 0 and height > 0 else 0.0


def iou(a: Box, b: Box) -> float:
    """Intersection over union, 0-1; 0 where both boxes are empty."""
    common = intersection_area(a, b)
    union = a.area + b.area - common
    return common / union if union > 0 else 0.0


def containment(a: Box, b: Box) -> float:
    """Share of the smaller box that lies inside the other, 0-1."""
    smaller = min(a.area, b.area)
    return intersection_area(a, b) / smaller if smaller > 0 else 0.0


def displacement(a: Box, b: Box) -> float:
    """How far ``b`` has moved from ``a``, in sizes of ``a``.

    The median over the centre and the four corners: something that covers one side of a
    standing object moves two corners, something that drives moves them all.
    """
    moves = sorted(
        (
            math.dist(a.centre, b.centre),
            math.dist((a.x1, a.y1), (b.x1, b.y1)),
            math.dist((a.x2, a.y1), (b.x2, b.y1)),
            math.dist((a.x1, a.y2), (b.x1, b.y2)),
            math.dist((a.x2, a.y2), (b.x2, b.y2)),
        )
    )
    median = moves[len(moves) // 2]
    return median / a.size if a.size > 0 else (0.0 if median == 0 else math.inf)


def around(boxes: Sequence[Box]) -> Box:
    """The smallest box around all of them; there must be one."""
    return Box(
        min(box.x1 for box in boxes),
        min(box.y1 for box in boxes),
        max(box.x2 for box in boxes),
        max(box.y2 for box in boxes),
    )
