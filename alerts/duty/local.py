"""Between instants and a site's local days, through every change of its clocks."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from alerts.cases import utc
from fences.clock import SECOND_NS

DAY_MINUTES = 24 * 60
MINUTE_NS = 60 * SECOND_NS
HOUR_NS = 60 * MINUTE_NS
DAY_NS = 24 * HOUR_NS

Span = tuple[int, int]
"""``[from, to)`` in nanoseconds since the epoch."""

_AHEAD = re.compile(r"\+([1-9][0-9]{0,3})([mhd])")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_UNITS = {"m": MINUTE_NS, "h": HOUR_NS, "d": DAY_NS}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_YEAR, _LAST_YEAR = 1971, 2199
_FURTHEST_H = 27
"""Hours from UTC midnight within which every zone's day of that date has begun, or ended."""


def local_minute(wall_ns: int, zone: str) -> tuple[date, int]:
    """The local date of an instant, and its minute of the day, 0-1439."""
    local = utc(wall_ns).astimezone(ZoneInfo(zone))
    return local.date(), local.hour * 60 + local.minute


@lru_cache(maxsize=16_384)
def spans_of(day: date, start: int, end: int, zone: str) -> tuple[Span, ...]:
    """When the local clock shows minutes ``[start, end)`` of a day, 0 to 1440.

    None at all where the clock leaps over them; an hour that comes twice is there twice.
    """
    midnight = _seconds(datetime(day.year, day.month, day.day, tzinfo=UTC))
    first, last = midnight - _FURTHEST_H * 3600, midnight + (24 + _FURTHEST_H) * 3600
    before, after = _offset_s(first, zone), _offset_s(last, zone)
    from_s, to_s = midnight + start * 60, midnight + end * 60
    if before == after:
        return ((_ns(from_s - before), _ns(to_s - before)),)
    leap = _leap_s(first, last, zone)
    old = (_ns(from_s - before), min(_ns(to_s - before), _ns(leap)))
    new = (max(_ns(from_s - after), _ns(leap)), _ns(to_s - after))
    spans = tuple(span for span in (old, new) if span[0] < span[1])
    through = len(spans) == 2 and old[1] == new[0]
    return ((old[0], new[1]),) if through else spans


def parse_moment(text: str, zone: str) -> int:
    """``2026-09-21 08:00``, in local time unless it has an offset, as nanoseconds.

    Of a time that comes twice it is the first. Raises ``ValueError`` for anything else, and for
    years before 1971 and after 2199.
    """
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise ValueError(f"got {text!r}, expected a time such as '2026-09-21 08:00'") from None
    if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        raise ValueError(f"got {text!r}, expected a year from {_FIRST_YEAR} to {_LAST_YEAR}")
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=ZoneInfo(zone))
    return (moment - _EPOCH) // timedelta(microseconds=1) * 1000


def parse_day(text: str) -> date:
    """``2026-09-21``. Raises ``ValueError`` for anything else, and as :func:`parse_moment`."""
    if not _DAY.fullmatch(text.strip()):
        raise ValueError(f"got {text!r}, expected a date such as '2026-09-21'")
    day = date.fromisoformat(text.strip())
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise ValueError(f"got {text!r}, expected a year from {_FIRST_YEAR} to {_LAST_YEAR}")
    return day


def end_of_day_ns(day: date, zone: str) -> int:
    """When the local day is over."""
    return spans_of(day, 0, DAY_MINUTES, zone)[-1][1]


def parse_until(text: str, zone: str, now_wall_ns: int) -> int:
    """A moment as of :func:`parse_moment`, or how long from now: ``+30m``, ``+2h``, ``+3d``.

    Raises ``ValueError``.
    """
    found = _AHEAD.fullmatch(text.strip())
    if found is None:
        return parse_moment(text, zone)
    return now_wall_ns + int(found[1]) * _UNITS[found[2]]


def _leap_s(first: int, last: int, zone: str) -> int:
    """The second between the two at which the zone's offset changes."""
    before = _offset_s(first, zone)
    while last - first > 1:
        middle = (first + last) // 2
        if _offset_s(middle, zone) == before:
            first = middle
        else:
            last = middle
    return last


def _offset_s(epoch_s: int, zone: str) -> int:
    offset = (_EPOCH + timedelta(seconds=epoch_s)).astimezone(ZoneInfo(zone)).utcoffset()
    return 0 if offset is None else round(offset.total_seconds())


def _seconds(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(seconds=1)


def _ns(epoch_s: int) -> int:
    return epoch_s * SECOND_NS
