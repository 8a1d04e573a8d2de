"""Checks of single values, as pydantic validators: the rules themselves are the core's.

A validator raises the error of :func:`refuse`, whose kind names the phrases ``what.<kind>``
and ``expected.<kind>``.
"""

from __future__ import annotations

import re
from functools import cache
from zoneinfo import available_timezones

from pydantic_core import PydanticCustomError

from fences.geometry import parse_polygon
from fences.ground import in_order, on_one_line
from fences.hours import parse_hours
from kerbwatch.config.problem import Phrase, phrase

_CROSSING = re.compile(r"\[(?P<x>[-+0-9.eE]+) (?P<y>[-+0-9.eE]+)\]")


def refuse(
    kind: str, got: Phrase | None = None, *, inside: int | None = None
) -> PydanticCustomError:
    """The error of a validator: ``got`` replaces the value, ``inside`` names a list's item."""
    return PydanticCustomError("kerbwatch", "{kind}", {"kind": kind, "got": got, "inside": inside})


def check_polygon(points: list[list[float]]) -> list[list[float]]:
    """Refuse what :func:`fences.geometry.parse_polygon` refuses."""
    pairs = tuple((x, y) for x, y in points)
    distinct = set(pairs)
    if len(distinct) < 3:
        raise refuse("polygon_points", phrase("got.points", count=len(distinct)))
    if _on_one_line(pairs):
        raise refuse("polygon_flat", phrase("got.flat"))
    try:
        parse_polygon(pairs)
    except ValueError as error:
        place = _CROSSING.search(str(error))
        at = f"[{float(place['x']):.4g}, {float(place['y']):.4g}]" if place else "?"
        raise refuse("polygon_crossing", phrase("got.crossing", at=at)) from None
    return points


def _on_one_line(pairs: tuple[tuple[float, float], ...]) -> bool:
    x0, y0 = pairs[0]
    x1, y1 = next(pair for pair in pairs if pair != pairs[0])
    return all((x1 - x0) * (y - y0) == (y1 - y0) * (x - x0) for x, y in pairs)


def check_corners(corners: list[list[float]]) -> list[list[float]]:
    """Refuse what :func:`fences.ground.parse_scale` refuses."""
    pairs = tuple((x, y) for x, y in corners)
    three = on_one_line(pairs)
    if three is not None:
        numbers = ", ".join(str(number) for number in three)
        raise refuse("scale_flat", phrase("got.on_one_line", numbers=numbers))
    if not in_order(pairs):
        raise refuse("scale_order", phrase("got.out_of_order"))
    return corners


def check_hours(windows: list[str] | None) -> list[str] | None:
    """Refuse what :func:`fences.hours.parse_hours` refuses."""
    for number, window in enumerate(windows or []):
        try:
            parse_hours((window,), "UTC")
        except ValueError:
            raise refuse("hours", inside=number) from None
    return windows


@cache
def timezones() -> frozenset[str]:
    """The IANA names that this machine knows."""
    return frozenset(available_timezones())


def check_timezone(name: str) -> str:
    """Refuse what is no IANA time zone."""
    if name not in timezones():
        raise refuse("timezone")
    return name
