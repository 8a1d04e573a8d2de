"""The ground in metres: what four measured points tell of every other one in the picture.

The ground is taken for a plane. Straight lines stay straight from the one to the other, so a
polygon goes over corner by corner, exactly.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations
from typing import TypeVar

import numpy as np
import shapely
from numpy.typing import NDArray

from fences.box import Point

Pair = tuple[float, float]

SLIM = 0.002
"""Double area of a triangle, over the square of the longest way between any two of the four
points, up to which its corners lie on one line: nothing could be measured across it."""

BELOW = 0.02
"""How far below the horizon, in distances of the lowest measured point, a place can be told."""

_Shape = TypeVar("_Shape", bound=shapely.Geometry)


@dataclass(frozen=True, slots=True)
class GroundScale:
    """Four points in 0-1 of the frame and where they are on the ground, in metres.

    ``matrix``: 3 × 3, row by row, from ``(x, y, 1)`` of the frame to the ground. What it gives
    third is how far a point is below the horizon: 1 for the lowest of the four, 0 on the
    horizon. Build it with :func:`parse_scale`.
    """

    points: tuple[Point, ...]
    metres: tuple[Pair, ...]
    matrix: tuple[float, ...]

    def reaches(self, point: Point) -> bool:
        """Whether the point is on the ground, and not at the horizon or above it."""
        return float(np.dot(self.matrix[6:], (point.x, point.y, 1.0))) >= BELOW

    def rise(self, foot: Point, metres: float) -> float:
        """How far up the picture from ``foot`` so many metres of the ground end, in 0-1 of it.

        Infinite where the ground does not get that far away from there.
        """
        rows = np.reshape(self.matrix, (3, 3))
        at, by_y = rows @ (foot.x, foot.y, 1.0), rows[:, 1]
        metres_per_y = np.hypot(*(by_y[:2] * at[2] - at[:2] * by_y[2])) / at[2] ** 2
        slower = metres_per_y + metres * by_y[2] / at[2]
        return metres / float(slower) if slower > 0 else math.inf

    def to_ground(self, shape: _Shape) -> _Shape:
        """The shape in metres. Every point of it must be one that the scale reaches."""
        return shapely.transform(shape, self._metres_of)

    def _metres_of(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        rows = np.column_stack((points, np.ones(len(points)))) @ np.reshape(self.matrix, (3, 3)).T
        return np.asarray(rows[:, :2] / rows[:, 2:])


def parse_scale(points: tuple[Pair, ...], metres: tuple[Pair, ...]) -> GroundScale:
    """Check four points and make them a scale.

    Raises ``ValueError`` (got, expected) for another number of points, points that are not
    finite, three on one line, and points that are not in their order around the place.
    """
    for name, corners in (("points", points), ("metres", metres)):
        if len(corners) != 4 or not all(math.isfinite(value) for at in corners for value in at):
            raise ValueError(f"got {name} {corners}, expected four points of finite numbers")
        if (three := on_one_line(corners)) is not None:
            raise ValueError(f"got {name} {three} on one line, expected no three on a line")
        if not in_order(corners):
            raise ValueError(f"got {name} out of order, expected them around the place")
    matrix = _homography(np.array(points, np.float64), np.array(metres, np.float64))
    flat = tuple(float(value) for value in matrix.ravel())
    return GroundScale(tuple(Point(*point) for point in points), tuple(metres), flat)


def on_one_line(corners: tuple[Pair, ...]) -> tuple[int, int, int] | None:
    """Three of the four, counted from 1, that lie on one line or nearly so."""
    longest_m = max(math.dist(a, b) for a, b in combinations(corners, 2))
    for a, b, c in combinations(range(4), 3):
        if abs(_turn(corners[a], corners[b], corners[c])) <= SLIM * longest_m**2:
            return (a + 1, b + 1, c + 1)
    return None


def in_order(corners: tuple[Pair, ...]) -> bool:
    """Whether the four go around their place: the same turn at each of them."""
    turns = [_turn(corners[n - 2], corners[n - 1], corners[n]) for n in range(4)]
    return all(turn > 0 for turn in turns) or all(turn < 0 for turn in turns)


def _turn(a: Pair, b: Pair, c: Pair) -> float:
    """Double area of the triangle, positive or negative by the way it goes around."""
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _homography(points: NDArray[np.float64], metres: NDArray[np.float64]) -> NDArray[np.float64]:
    """The only projective map that takes the one four to the other; both 4 × 2."""
    return np.asarray(_scaled(_from_unit(metres) @ np.linalg.inv(_from_unit(points)), points))


def _from_unit(corners: NDArray[np.float64]) -> NDArray[np.float64]:
    """From the four points of the projective frame, ``(1,0,0) (0,1,0) (0,0,1) (1,1,1)``."""
    homogeneous = np.column_stack((corners, np.ones(4)))
    basis = homogeneous[:3].T
    return np.asarray(basis * np.linalg.solve(basis, homogeneous[3]))


def _scaled(matrix: NDArray[np.float64], points: NDArray[np.float64]) -> NDArray[np.float64]:
    """The same map with 1 as the largest third coordinate of the points."""
    depths = np.column_stack((points, np.ones(4))) @ matrix[2]
    return np.asarray(matrix / depths[np.argmax(np.abs(depths))])
