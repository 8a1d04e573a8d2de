"""Weekly windows in a site's local time: when a rule is armed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
"""Day names as written in windows, Monday first."""

_MINUTES_A_DAY = 24 * 60
_WINDOW = re.compile(
    r"^(?P<days>[A-Za-z,\- ]+?)\s+(?P<from>\d{1,2}:\d{2})\s*-\s*(?P<to>\d{1,2}:\d{2})$"
)


@dataclass(frozen=True, slots=True)
class WeeklyHours:
    """The union of windows, as ``[from, to)`` minutes from Monday 00:00 local time.

    No window at all means always. A window that ends past Sunday midnight is split.
    """

    windows: tuple[tuple[int, int], ...]
    zone: str = "UTC"

    def armed(self, wall_ns: int) -> bool:
        """Whether ``wall_ns`` (nanoseconds since the epoch) falls into a window."""
        if not self.windows:
            return True
        moment = datetime.fromtimestamp(0, UTC) + timedelta(microseconds=wall_ns // 1000)
        local = moment.astimezone(ZoneInfo(self.zone))
        minute = local.weekday() * _MINUTES_A_DAY + local.hour * 60 + local.minute
        return any(start <= minute < end for start, end in self.windows)


ALWAYS = WeeklyHours(windows=())
"""Armed at all times."""


def parse_hours(windows: tuple[str, ...], zone: str) -> WeeklyHours:
    """Windows such as ``Mon-Fri 07:00-19:00`` or ``Sat,Sun 22:00-06:00`` (past midnight).

    Raises ``ValueError`` with what was got and what was expected.
    """
    parts = [part for window in windows for part in _parse_window(window)]
    return WeeklyHours(windows=tuple(sorted(parts)), zone=zone)


def read_window(text: str) -> tuple[tuple[int, ...], int, int]:
    """Days (0 is Monday) of a window, and its minutes on each of them.

    The end is above 1440 where it is on the next day. Raises ``ValueError`` as
    :func:`parse_hours` does.
    """
    match = _WINDOW.match(text.strip())
    if match is None:
        raise ValueError(f"got {text!r}, expected days and times such as 'Mon-Fri 07:00-19:00'")
    start, end = _parse_time(match["from"], text), _parse_time(match["to"], text)
    if start == end:
        raise ValueError(f"got {text!r}, expected a window that ends after it starts")
    if end < start:
        end += _MINUTES_A_DAY
    return tuple(_parse_days(match["days"], text)), start, end


def _parse_window(text: str) -> list[tuple[int, int]]:
    days, start, end = read_window(text)
    return [
        part
        for day in days
        for part in _within_week(day * _MINUTES_A_DAY + start, day * _MINUTES_A_DAY + end)
    ]


def _within_week(start: int, end: int) -> list[tuple[int, int]]:
    week = 7 * _MINUTES_A_DAY
    return [(start, end)] if end <= week else [(start, week), (0, end - week)]


def _parse_time(text: str, window: str) -> int:
    hour, minute = (int(part) for part in text.split(":"))
    if minute > 59 or hour * 60 + minute > _MINUTES_A_DAY:
        raise ValueError(f"got {window!r}, expected times from 00:00 to 24:00")
    return hour * 60 + minute


def _parse_days(text: str, window: str) -> list[int]:
    days: list[int] = []
    for part in text.replace(" ", "").split(","):
        names = part.split("-")
        if len(names) > 2 or any(name.title() not in DAYS for name in names):
            raise ValueError(f"got {window!r}, expected days out of {', '.join(DAYS)}")
        first, last = DAYS.index(names[0].title()), DAYS.index(names[-1].title())
        days.extend((first + step) % 7 for step in range((last - first) % 7 + 1))
    return days
