"""Whether a fence lies on the ground that its scale tells of."""

from __future__ import annotations

from collections.abc import Iterator

from fences.geometry import FencePolygon, parse_polygon
from fences.ground import GroundScale, parse_scale
from kerbwatch.config.problem import Path, Problem, phrase
from kerbwatch.config.values import Document, Value, value_at

FURTHEST_M = 10_000
"""From the origin of the metres, along each axis: more is no street."""

_Pairs = tuple[tuple[float, float], ...]


def check_scale(document: Document, fence: Path) -> Iterator[Problem]:
    """The first corner of a fence that lies at the horizon of its scale, or above it."""
    found = _read(document, fence)
    if found is None:
        return  # no scale, or told already
    polygon, scale = found
    for number, corner in enumerate(polygon.points):
        if not scale.reaches(corner):
            at = f"[{corner.x:g}, {corner.y:g}]"
            got, expected = phrase("got.corner", at=at), phrase("expected.horizon")
            yield document.problem((*fence, "polygon", number), "horizon", expected, got)
            return


def _read(document: Document, fence: Path) -> tuple[FencePolygon, GroundScale] | None:
    points, metres, polygon = (
        _pairs(value_at(document.value, (*fence, *key)))
        for key in (("scale", "points"), ("scale", "metres"), ("polygon",))
    )
    try:
        return parse_polygon(polygon), parse_scale(points, metres)
    except ValueError:
        return None


def _pairs(value: Value) -> _Pairs:
    """The pairs of numbers that there are; none where anything else is among them."""
    items = value if isinstance(value, list) else []
    pairs = [(item[0], item[1]) for item in items if isinstance(item, list) and len(item) == 2]
    usable = len(pairs) == len(items) and all(_is_number(it) for pair in pairs for it in pair)
    return tuple((float(x), float(y)) for x, y in pairs) if usable else ()  # type: ignore[arg-type]


def _is_number(value: Value) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and abs(value) <= FURTHEST_M  # type: ignore[arg-type]
