"""Solids made of flat faces and round limbs, in metres, in a thing's own frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import cos, pi, sin
from typing import NamedTuple

import numpy as np

from replay.scenes.arrays import Colour, Floats, Indices, Point


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """What a painter can draw.

    Faces are corner lists padded to one length by repeating the last corner, ordered so
    that ``(second - first) x (third - first)`` points outward. A face with a larger
    ``bias_m`` is painted as if it were that much nearer: windows over doors. ``glow`` 0-1
    is how much of a colour shines by itself at night. Limbs are round bars between two
    points with a radius at each end; a ball is a limb of no length.
    """

    vertices_m: Floats
    faces: Indices
    colours: Floats
    bias_m: Floats
    glow: Floats
    limb_ends_m: Floats
    """(L, 2, 3)"""
    limb_radii_m: Floats
    """(L, 2)"""
    limb_colours: Floats

    @property
    def is_empty(self) -> bool:
        return not len(self.faces) and not len(self.limb_colours)


@dataclass(frozen=True, slots=True)
class Pose:
    """Where a shape stands and which way it looks; heading 0 looks along world x."""

    x_m: float
    y_m: float
    z_m: float = 0.0
    heading_rad: float = 0.0
    scale: float = 1.0

    def place(self, points_m: Floats) -> Floats:
        """World coordinates of points (..., 3) of the shape's own frame."""
        place = np.array([self.x_m, self.y_m, self.z_m])
        placed_m: Floats = points_m @ self.turn().T * self.scale + place
        return placed_m

    def place_all(self, points_m: Sequence[tuple[float, float, float]]) -> tuple[Point, ...]:
        """The same for a few points."""
        return tuple(self.place(np.asarray(points_m, np.float64)))

    def turn(self) -> Floats:
        c, s = cos(self.heading_rad), sin(self.heading_rad)
        return np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])


def faces_of(
    vertices_m: Floats,
    faces: Sequence[Sequence[int]],
    colours: Sequence[Colour],
    *,
    bias_m: float = 0.0,
    glow: float = 0.0,
) -> Shape:
    """A shape of faces only."""
    longest = max(len(face) for face in faces)
    padded = [list(face) + [face[-1]] * (longest - len(face)) for face in faces]
    count = len(faces)
    return Shape(
        vertices_m=np.asarray(vertices_m, np.float64),
        faces=np.asarray(padded, np.int64),
        colours=np.asarray(colours, np.float64),
        bias_m=np.full(count, bias_m),
        glow=np.full(count, glow),
        limb_ends_m=np.zeros((0, 2, 3)),
        limb_radii_m=np.zeros((0, 2)),
        limb_colours=np.zeros((0, 3)),
    )


class Bar(NamedTuple):
    """A round bar between two points with a radius at each."""

    start_m: Point
    end_m: Point
    radii_m: tuple[float, float]
    colour: Colour


def limbs(bars: Sequence[Bar]) -> Shape:
    """A shape of round bars only."""
    return Shape(
        vertices_m=np.zeros((0, 3)),
        faces=np.zeros((0, 3), np.int64),
        colours=np.zeros((0, 3)),
        bias_m=np.zeros(0),
        glow=np.zeros(0),
        limb_ends_m=np.array([(bar.start_m, bar.end_m) for bar in bars], np.float64),
        limb_radii_m=np.array([bar.radii_m for bar in bars], np.float64),
        limb_colours=np.array([bar.colour for bar in bars], np.float64),
    )


def limb(start_m: Point, end_m: Point, radii_m: tuple[float, float], colour: Colour) -> Shape:
    """One round bar as a shape."""
    return limbs([Bar(start_m, end_m, radii_m, colour)])


def ball(centre_m: Point, radius_m: float, colour: Colour) -> Shape:
    return limb(centre_m, centre_m, (radius_m, radius_m), colour)


def balls(centres_m: Floats, radii_m: Floats, colours: Floats) -> Shape:
    """Many balls: centres (N, 3), radii (N,), colours (N, 3)."""
    nothing = limb((0, 0, 0), (0, 0, 0), (0, 0), (0, 0, 0))
    return replace(
        nothing,
        limb_ends_m=np.stack([centres_m, centres_m], axis=1),
        limb_radii_m=np.stack([radii_m, radii_m], axis=1),
        limb_colours=colours,
    )


def panel(corners_m: Sequence[Sequence[float]], colour: Colour, *, bias_m: float = 0.0) -> Shape:
    """A flat sheet that shows both its sides, for awnings and signs."""
    count = len(corners_m)
    loop = list(range(count))
    return faces_of(
        np.asarray(corners_m, np.float64), [loop, loop[::-1]], [colour] * 2, bias_m=bias_m
    )


def decal(
    corners_m: Sequence[Sequence[float]],
    outward: Sequence[float],
    colour: Colour,
    *,
    bias_m: float = 0.4,
    glow: float = 0.0,
) -> Shape:
    """A flat patch upon a face that looks along ``outward``: a window, a lamp, a wheel."""
    points = np.asarray(corners_m, np.float64)
    normal = np.cross(points[1] - points[0], points[2] - points[0])
    loop = list(range(len(points)))
    if normal @ np.asarray(outward, np.float64) < 0:
        loop.reverse()
    return faces_of(points, [loop], [colour], bias_m=bias_m, glow=glow)


def disc(
    centre_m: Sequence[float], radius_m: float, outward_y: float, colour: Colour, *, bias_m: float
) -> Shape:
    """A flat disc that looks left (``outward_y`` 1) or right (-1): a wheel."""
    turns = np.linspace(0, 2 * pi, 14, endpoint=False)
    rim = np.stack(
        [radius_m * np.cos(turns), np.zeros_like(turns), radius_m * np.sin(turns)], axis=1
    )
    return decal(rim + np.asarray(centre_m), (0.0, outward_y, 0.0), colour, bias_m=bias_m)


def box(
    centre_m: Sequence[float],
    size_m: Sequence[float],
    colour: Colour,
    *,
    bias_m: float = 0.0,
    glow: float = 0.0,
) -> Shape:
    """An upright block; ``centre_m`` is its middle."""
    half = np.asarray(size_m, np.float64) / 2
    signs = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]])
    lower = np.concatenate([signs * half[:2], np.full((4, 1), -half[2])], axis=1)
    upper = lower * [1, 1, -1]
    return stack(
        [lower + centre_m, upper + centre_m], [colour], top=colour, bias_m=bias_m, glow=glow
    )


def stack(
    loops_m: Sequence[Floats],
    bands: Sequence[Colour | Sequence[Colour]],
    *,
    top: Colour,
    bias_m: float = 0.0,
    glow: float = 0.0,
) -> Shape:
    """A solid through loops (n, 3) from bottom to top, each counter-clockwise from above.

    ``bands`` colours the walls between two loops, whole or wall by wall; ``top`` closes it.
    """
    count = len(loops_m[0])
    faces: list[list[int]] = []
    colours: list[Colour] = []
    for level, band in enumerate(bands):
        below, above = level * count, (level + 1) * count
        for i in range(count):
            j = (i + 1) % count
            faces.append([below + i, below + j, above + j, above + i])
            colours.append(band[i] if isinstance(band[0], tuple) else band)  # type: ignore[arg-type]
    faces.append([(len(loops_m) - 1) * count + i for i in range(count)])
    colours.append(top)
    return faces_of(np.concatenate(loops_m), faces, colours, bias_m=bias_m, glow=glow)


def merged(shapes: Sequence[Shape]) -> Shape:
    """All the shapes as one."""
    longest = max((shape.faces.shape[1] for shape in shapes), default=3)
    offset, faces = 0, []
    for shape in shapes:
        padding = np.repeat(shape.faces[:, -1:], longest - shape.faces.shape[1], axis=1)
        faces.append(np.concatenate([shape.faces, padding], axis=1) + offset)
        offset += len(shape.vertices_m)
    return Shape(
        vertices_m=np.concatenate([shape.vertices_m for shape in shapes]),
        faces=np.concatenate(faces),
        colours=np.concatenate([shape.colours for shape in shapes]),
        bias_m=np.concatenate([shape.bias_m for shape in shapes]),
        glow=np.concatenate([shape.glow for shape in shapes]),
        limb_ends_m=np.concatenate([shape.limb_ends_m for shape in shapes]),
        limb_radii_m=np.concatenate([shape.limb_radii_m for shape in shapes]),
        limb_colours=np.concatenate([shape.limb_colours for shape in shapes]),
    )


def placed(shape: Shape, pose: Pose) -> Shape:
    """The shape moved into the frame that ``pose`` is given in."""
    return Shape(
        vertices_m=pose.place(shape.vertices_m),
        faces=shape.faces,
        colours=shape.colours,
        bias_m=shape.bias_m,
        glow=shape.glow,
        limb_ends_m=pose.place(shape.limb_ends_m),
        limb_radii_m=shape.limb_radii_m * pose.scale,
        limb_colours=shape.limb_colours,
    )
