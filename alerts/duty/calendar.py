"""The working calendar (工作时, 工作日): what counts as working time, and deadlines on it.

A moment is working time where the site's clock shows it in one of the day's windows. Holidays
have no windows; make-up days (调休) have those of a working day, whatever weekday they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from alerts.duty.budget import Budget, Unit
from alerts.duty.local import (
    DAY_MINUTES,
    DAY_NS,
    HOUR_NS,
    MINUTE_NS,
    Span,
    local_minute,
    spans_of,
)
from fences.hours import parse_hours

Windows = tuple[Span, ...]
"""Minutes ``[from, to)`` of one day, in order, apart from each other."""

DAYTIME = ("Mon-Fri 08:30-12:00", "Mon-Fri 13:30-17:30")
"""Working hours where none are configured."""

_PLAIN_NS = {Unit.MINUTE: MINUTE_NS, Unit.HOUR: HOUR_NS, Unit.DAY: DAY_NS}
_ENDLESS_NS = 1 << 62
_LATEST_YEARS = 20
"""After so many years without working time a calendar has none."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """Windows by weekday, Monday first; holidays and make-up days by date; an IANA zone.

    Build it with :func:`make_calendar`.
    """

    week: tuple[Windows, ...]
    holidays: frozenset[date]
    makeup: frozenset[date]
    makeup_windows: Windows
    zone: str

    @property
    def day_ns(self) -> int:
        """One working day: the working time of the week's longest day."""
        return max(sum(end - start for start, end in day) for day in self.week) * MINUTE_NS

    def windows(self, day: date) -> Windows:
        """The working windows of a date."""
        if day in self.makeup:
            return self.makeup_windows
        return () if day in self.holidays else self.week[day.weekday()]

    def is_working(self, wall_ns: int) -> bool:
        """Whether an instant is working time."""
        day, minute = local_minute(wall_ns, self.zone)
        return any(start <= minute < end for start, end in self.windows(day))

    def length_ns(self, budget: Budget) -> int:
        """A budget as nanoseconds, of working time where it is counted in that."""
        if budget.unit is Unit.WORKING_DAY:
            return budget.amount * self.day_ns
        if budget.unit.is_working:
            per = MINUTE_NS if budget.unit is Unit.WORKING_MINUTE else HOUR_NS
            return budget.amount * per
        return budget.amount * _PLAIN_NS[budget.unit]

    def deadline(self, start_ns: int, budget: Budget, pauses: Iterable[Span] = ()) -> int:
        """The instant by which ``budget`` is used up; ``pauses`` do not count.

        Of working time it is within or at the end of a window, never outside.
        """
        working = budget.unit.is_working
        return self.after(start_ns, self.length_ns(budget), working=working, pauses=pauses)

    def after(
        self, start_ns: int, length_ns: int, *, working: bool, pauses: Iterable[Span] = ()
    ) -> int:
        """When ``length_ns`` (above 0) of counted time have passed since ``start_ns``."""
        if length_ns <= 0:
            raise ValueError(f"got a length of {length_ns} ns, expected more than 0")
        left_ns = length_ns
        for begin, end in self._counted(start_ns, working, tuple(sorted(pauses))):
            if left_ns <= end - begin:
                return begin + left_ns
            left_ns -= end - begin
        raise ValueError("the calendar has no working time left")

    def between(
        self, start_ns: int, end_ns: int, *, working: bool, pauses: Iterable[Span] = ()
    ) -> int:
        """The counted time from one instant to another, in nanoseconds; 0 if they are reversed."""
        total = 0
        for begin, end in self._counted(start_ns, working, tuple(sorted(pauses))):
            if begin >= end_ns:
                break
            total += min(end, end_ns) - begin
        return total

    def _counted(self, start_ns: int, working: bool, pauses: tuple[Span, ...]) -> Iterator[Span]:
        spans = self._working(start_ns) if working else iter([(start_ns, start_ns + _ENDLESS_NS)])
        for span in spans:
            yield from _without(span, pauses)

    def _working(self, start_ns: int) -> Iterator[Span]:
        first, _ = local_minute(start_ns, self.zone)
        # one day early: where clocks go back at midnight, a date comes again after the next
        for number in range(-1, _LATEST_YEARS * 366):
            day = first + timedelta(days=number)
            found = [
                span
                for start, end in self.windows(day)
                for span in spans_of(day, start, end, self.zone)
            ]
            for begin, end in sorted(found):
                if end > start_ns:
                    yield max(begin, start_ns), end


def _without(span: Span, pauses: tuple[Span, ...]) -> Iterator[Span]:
    """What is left of a span; pauses are in order and may overlap."""
    begin, end = span
    for pause_begin, pause_end in pauses:
        if pause_end <= begin or pause_begin >= end:
            continue
        if begin < pause_begin:
            yield begin, pause_begin
        begin = max(begin, pause_end)
    if begin < end:
        yield begin, end


def make_calendar(
    hours: Iterable[str] = DAYTIME,
    zone: str = "UTC",
    holidays: Iterable[date] = (),
    makeup: Iterable[date] = (),
) -> Calendar:
    """A calendar of windows such as ``Mon-Fri 08:30-12:00``.

    What lies past midnight belongs to the date that it is on. A make-up day has the windows of
    the first weekday that has any, and wins over a holiday. Raises ``ValueError`` for windows
    that cannot be read, and for none.
    """
    weekly = parse_hours(tuple(hours), zone).windows
    week = tuple(_of_day(weekly, number * DAY_MINUTES) for number in range(7))
    if not any(week):
        raise ValueError("got no working hours, expected windows such as 'Mon-Fri 08:30-17:30'")
    usual = next(windows for windows in week if windows)
    return Calendar(week, frozenset(holidays), frozenset(makeup), usual, zone)


def _of_day(weekly: Iterable[Span], midnight: int) -> Windows:
    """The part of the week's windows that a day has, overlaps made one."""
    merged: list[Span] = []
    for start, end in sorted(weekly):
        begin = max(start - midnight, 0)
        stop = min(end - midnight, DAY_MINUTES)
        if begin >= stop:
            continue
        if merged and begin <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(stop, merged[-1][1]))
        else:
            merged.append((begin, stop))
    return tuple(merged)


def parse_dates(text: str) -> tuple[date, ...]:
    """``2026-10-01`` or ``2026-10-01..2026-10-07``, both ends included, at most 366 days.

    Raises ``ValueError`` with what was expected.
    """
    first, dots, last = text.strip().partition("..")
    try:
        begin, end = date.fromisoformat(first), date.fromisoformat(last if dots else first)
    except ValueError:
        raise ValueError(f"got {text!r}, expected 2026-10-01 or 2026-10-01..2026-10-07") from None
    if not begin <= end <= begin + timedelta(days=365):
        raise ValueError(f"got {text!r}, expected a last day that is not before the first")
    return tuple(begin + timedelta(days=number) for number in range((end - begin).days + 1))
