"""Checks of single values of ``duty``, as pydantic validators: the rules are the core's."""

from __future__ import annotations

from alerts.duty.areas import flaw
from alerts.duty.budget import parse_budget
from alerts.duty.calendar import parse_dates
from alerts.duty.local import parse_day, parse_moment
from kerbwatch.config.checks import refuse

_POLE = 90.0


def check_dates(dates: list[str]) -> list[str]:
    """Refuse what :func:`alerts.duty.calendar.parse_dates` refuses."""
    for number, text in enumerate(dates):
        try:
            parse_dates(text)
        except ValueError:
            raise refuse("dates", inside=number) from None
    return dates


def check_day(text: str | None) -> str | None:
    """Refuse what :func:`alerts.duty.local.parse_day` refuses."""
    try:
        if text is not None:
            parse_day(text)
    except ValueError:
        raise refuse("day") from None
    return text


def check_moment(text: str) -> str:
    """Refuse what :func:`alerts.duty.local.parse_moment` refuses."""
    try:
        parse_moment(text, "UTC")
    except ValueError:
        raise refuse("moment") from None
    return text


def check_budget(text: str | None) -> str | None:
    """Refuse what :func:`alerts.duty.budget.parse_budget` refuses."""
    if text is not None:
        try:
            parse_budget(text)
        except ValueError:
            raise refuse("budget") from None
    return text


def check_budgets(texts: list[str]) -> list[str]:
    """The same of every one."""
    for number, text in enumerate(texts):
        try:
            parse_budget(text)
        except ValueError:
            raise refuse("budget", inside=number) from None
    return texts


def check_position(place: list[float] | None) -> list[float] | None:
    """Refuse a latitude beyond a pole: most likely the two were swapped."""
    if place is not None and abs(place[1]) > _POLE:
        raise refuse("latitude", inside=1)
    return place


def check_area(polygon: list[list[float]] | None) -> list[list[float]] | None:
    """Refuse latitudes beyond a pole, and what :func:`alerts.duty.areas.flaw` finds."""
    for number, place in enumerate(polygon or []):
        if abs(place[1]) > _POLE:
            raise refuse("latitude", inside=number)
    if polygon is not None and flaw([(lon, lat) for lon, lat in polygon]) is not None:
        raise refuse("area")
    return polygon
