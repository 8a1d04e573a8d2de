"""How much of a fence is taken, and what is left to pass: from boxes to the ground.

A box shows how high a thing is as well as how deep, and says nothing of which is which. Taken for
ground is only its lower part, from the line on which it stands: ``LOWER`` of its height, about
right for a parked car seen from 20 to 30° above, and ``LOWER_FLAT`` for waste, which lies flat.
Where the ground is measured, nothing is deeper than ``DEEPEST`` times as wide.

What that is worth, on boxes of a car, a bike, a heap and a stall (tests/ground_kit.py has the
camera): down the lane, the width left is right within 0.3 m, on the narrow side, and the share
within a factor of 2, for a stall of 3. From a pole 5 m beside the lane, which sees a car's flank
as well, the width is up to 1.2 m too narrow. Straight across the lane, where depth is all that
counts, a heap may leave 1 m less than told, a stall far away 2 m more.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import Polygon

from fences.box import Box, Point
from fences.fence import Fence, Rule
from fences.ground import GroundScale
from fences.observation import Label
from fences.occupant import Occupant

LOWER = 0.4
"""Share of a box's height that is taken for the ground under the thing."""

LOWER_FLAT = 0.6
"""The same for what lies flat."""

DEEPEST = 2.5
"""Depth of a thing on the ground, in widths of the line on which it stands: a car seen from the
front, and more than most. What is tall and far away would come out longer than that."""

PIXEL = 1e-7
"""Area of the smallest pixel, in frames: no fence of less than ten of them is measured, nothing of
less than a hundred-thousandth of one counts, and no sum here meets a number near 0."""

_FLAT = frozenset({Label.WASTE})
_HANGING = frozenset({Label.BANNER, Label.LAUNDRY})

Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Occupancy:
    """What a violation takes of its fence and what it leaves; ``None``: not measured.

    ``occupied_share`` of the fence's area, 0-1: on the ground if it has a scale, else in the
    picture. ``clear_width_m``: see the function; ``None`` without a scale.
    """

    occupied_share: float | None = None
    clear_width_m: float | None = None


def measure(fence: Fence, rule: Rule, standing: Iterable[Occupant]) -> Occupancy:
    """What those that are standing there take of the fence, and what they leave.

    Nothing is told of a rule that counts, whose occupant is the fence itself, of what hangs
    above the ground, and of a fence that is no more than a line.
    """
    told = rule.min_count is None and not rule.scenario.labels <= _HANGING
    if not told or fence.polygon.area < 10 * PIXEL:
        return Occupancy()
    prints = [part for occupant in standing for part in footprint(fence, occupant)]
    share = _share(fence, prints)
    if fence.scale is None:
        return Occupancy(share)
    lane = fence.scale.to_ground(fence.polygon.shape)
    return Occupancy(share, clear_width_m(lane, [fence.scale.to_ground(it) for it in prints]))


def footprint(fence: Fence, occupant: Occupant) -> list[Polygon]:
    """What the occupant covers of the fence's ground, in 0-1 of the frame; see the module.

    More than one part where a concave fence cuts it; none where it stands beside the fence.
    """
    box = occupant.box
    flat = bool(occupant.labels) and occupant.labels[0] in _FLAT
    rise = (LOWER_FLAT if flat else LOWER) * box.height
    if fence.scale is not None:
        rise = min(rise, _deepest(fence.scale, box))
    lower = shapely.box(box.x1, box.y2 - rise, box.x2, box.y2)
    return _parts(fence.polygon.shape.intersection(lower))


def _deepest(scale: GroundScale, box: Box) -> float:
    """``DEEPEST`` up the picture from the box's foot, in 0-1 of it."""
    ends = [Point(box.x1, box.y2), Point(box.x2, box.y2)]
    if not all(scale.reaches(end) for end in ends):
        return math.inf
    line = scale.to_ground(shapely.LineString(ends))
    return scale.rise(box.foot, DEEPEST * float(line.length))


def _parts(shape: shapely.Geometry) -> list[Polygon]:
    return [part for part in shapely.get_parts(shape) if part.area > PIXEL / 100_000]


def _share(fence: Fence, prints: Sequence[Polygon]) -> float:
    """Overlaid in the picture, where the shapes are sound whatever the scale makes of them."""
    parts = _parts(shapely.union_all(prints))
    shapes = [*parts, fence.polygon.shape]
    if fence.scale is not None:
        shapes = [fence.scale.to_ground(shape) for shape in shapes]
    *taken, whole = (float(shape.area) for shape in shapes)
    return min(1.0, round(sum(taken) / whole, 6)) if taken else 0.0


def clear_width_m(lane: Polygon, footprints: Sequence[Polygon]) -> float | None:
    """How wide the way past the worst place of a lane is; all in metres on the ground.

    The lane runs along the long side of the smallest rectangle around it. What stands beside
    each other, seen across the lane, blocks it together; what is left is the widest gap. Its
    edges are those that the lane has beside the thing and half a width before and after it.
    Nothing standing there leaves the short side of the rectangle. ``None`` if that has none.
    """
    axes = _axes(lane)
    if axes is None:
        return None
    turned = shapely.transform(lane, lambda points: points @ axes)
    _, left, _, right = turned.bounds
    width = float(right - left)
    taken = [shapely.transform(part, lambda points: points @ axes).bounds for part in footprints]
    widths = [width]
    for first, _, last, _ in taken:
        beside = [(low, high) for from_, low, to, high in taken if from_ <= last and first <= to]
        edges = _edges(turned, (first - width / 2, last + width / 2))
        widths.append(_widest_gap(edges, beside))
    return min(widths)


def _axes(lane: Polygon) -> NDArray[np.float64] | None:
    """Unit vectors along and across the lane, as the columns of a 2 × 2 matrix."""
    corners = shapely.get_coordinates(shapely.minimum_rotated_rectangle(lane))
    if len(corners) < 4:  # too thin to be told from a line
        return None
    long, short = sorted((corners[1] - corners[0], corners[2] - corners[1]), key=_longest_first)
    if not np.any(short):
        return None
    along = long / np.hypot(*long)
    return np.column_stack((along, (-along[1], along[0])))


def _longest_first(side: NDArray[np.float64]) -> float:
    return -float(np.hypot(*side))


def _edges(turned: Polygon, reach: Span) -> Span:
    """How far across a lane extends within that stretch along it, by its corners and edges."""
    along, across = shapely.get_coordinates(turned).T
    found = [across[(reach[0] <= along) & (along <= reach[1])]]
    for at in reach:
        before, after = along[:-1] - at, along[1:] - at
        cut = before * after < 0
        share = before[cut] / (before[cut] - after[cut])
        found.append(across[:-1][cut] + share * (across[1:] - across[:-1])[cut])
    every = np.concatenate(found)
    return float(every.min()), float(every.max())


def _widest_gap(edges: Span, blocked: Sequence[Span]) -> float:
    free_from, widest = edges[0], 0.0
    for low, high in sorted(blocked):
        widest = max(widest, min(low, edges[1]) - free_from)
        free_from = max(free_from, high)
    return max(widest, edges[1] - free_from)
