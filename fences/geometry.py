"""Fence polygons: exact float geometry on shapely, in 0-1 of the frame.

The origin is top left, x goes right, y goes down. A point on the edge is inside: the edge
belongs to the fence.
"""

from __future__ import annotations

from dataclasses import dataclass

import shapely
from shapely.geometry import Polygon
from shapely.validation import explain_validity

from fences.box import Box, Point


@dataclass(frozen=True, slots=True)
class FencePolygon:
    """A simple polygon, concave allowed. Build it with :func:`parse_polygon`."""

    points: tuple[Point, ...]
    shape: Polygon
    bounds: Box

    def covers(self, point: Point) -> bool:
        """Whether the point is inside or on the edge."""
        box, (x, y) = self.bounds, point
        if not (box.x1 <= x <= box.x2 and box.y1 <= y <= box.y2):
            return False  # as most points of most fences: quicker to know than by shape
        return bool(shapely.intersects_xy(self.shape, x, y))

    @property
    def area(self) -> float:
        """Share of the frame, 0-1."""
        return float(self.shape.area)


def parse_polygon(points: tuple[tuple[float, float], ...]) -> FencePolygon:
    """Check a polygon and make it ready for use.

    Raises ``ValueError`` (got, expected) for fewer than three points, points outside
    0-1 and edges that cross or touch, as those of a polygon without area do. Nothing is
    repaired: a guessed fence would watch the wrong place.
    """
    if len(points) > 1 and points[0] == points[-1]:
        points = points[:-1]
    if len(points) < 3:
        raise ValueError(f"got {len(points)} points, expected at least 3")
    for number, (x, y) in enumerate(points, start=1):
        if not (0.0 <= x <= 1.0 and 0.0 <= y <= 1.0):
            raise ValueError(f"got point {number} at [{x}, {y}], expected 0 to 1 of the frame")
    return _checked(tuple(Point(float(x), float(y)) for x, y in points))


def _checked(points: tuple[Point, ...]) -> FencePolygon:
    shape = Polygon(points)
    if not shape.is_valid:
        raise ValueError(
            f"got edges that cross or touch ({explain_validity(shape)}), expected a simple polygon"
        )
    shapely.prepare(shape)
    return FencePolygon(points, shape, Box(*shape.bounds))
