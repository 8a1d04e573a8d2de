"""Teams, their rota (值班表) and substitutes (替班): who is on duty, and when that changes next."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from alerts.duty.local import DAY_MINUTES, Span, local_minute, spans_of
from fences.hours import read_window

LOOK_AHEAD_DAYS = 28
"""How far changes and gaps are looked for: past any run of holidays."""


@dataclass(frozen=True, slots=True)
class Shift:
    """Who is on duty in a window, on the weekdays on which that begins.

    ``days`` are weekdays (0 is Monday), minutes are ``[start, end)`` from that day's midnight;
    ``end`` is above 1440 where the shift goes on over midnight. ``who`` are recipient ids.
    """

    days: frozenset[int]
    start: int
    end: int
    who: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Team:
    """People who have a task together. Without shifts, all ``members`` are always on duty.

    On a holiday ``holiday_shifts`` begin instead of the weekly ones, where there are any.
    """

    id: str
    name: str
    members: tuple[str, ...]
    shifts: tuple[Shift, ...] = ()
    holiday_shifts: tuple[Shift, ...] = ()


@dataclass(frozen=True, slots=True)
class Substitute:
    """``stand_in`` has the duties of ``absent`` in ``[from_ns, until_ns)``, as ``author`` set."""

    absent: str
    stand_in: str
    from_ns: int
    until_ns: int
    author: str


@dataclass(frozen=True, slots=True)
class Rota:
    """Teams by their order, substitutes, the holidays of the calendar, an IANA zone."""

    teams: tuple[Team, ...] = ()
    substitutes: tuple[Substitute, ...] = ()
    holidays: frozenset[date] = frozenset()
    zone: str = "UTC"

    def team(self, team_id: str) -> Team | None:
        return next((team for team in self.teams if team.id == team_id), None)

    def on_duty(self, target: str, wall_ns: int) -> tuple[str, ...]:
        """The recipients that a team or a recipient stands for at an instant, each once."""
        team = self.team(target)
        return self.stand_ins((target,) if team is None else self._rostered(team, wall_ns), wall_ns)

    def everybody(self, target: str, wall_ns: int) -> tuple[str, ...]:
        """The same whatever the rota says: all of a team."""
        team = self.team(target)
        return self.stand_ins((target,) if team is None else team.members, wall_ns)

    def stand_ins(self, who: Iterable[str], wall_ns: int) -> tuple[str, ...]:
        """The people with everybody who is absent replaced; a chain is followed to its end."""
        return tuple(dict.fromkeys(self._stand_in(one, wall_ns) for one in who))

    def next_change(self, target: str, wall_ns: int) -> int | None:
        """When somebody else is on duty, within ``LOOK_AHEAD_DAYS``; None: nobody else is."""
        now = set(self.on_duty(target, wall_ns))
        later = self._changes(target, wall_ns, LOOK_AHEAD_DAYS)
        return next((at for at in later if set(self.on_duty(target, at)) != now), None)

    def gaps(self, target: str, wall_ns: int, days: int = LOOK_AHEAD_DAYS) -> tuple[Span, ...]:
        """When nobody is on duty, from now on; the last one ends with what was looked at."""
        found: list[Span] = []
        edges = [wall_ns, *self._changes(target, wall_ns, days)]
        for begin, end in pairwise(edges):
            if self.on_duty(target, begin):
                continue
            if found and found[-1][1] == begin:
                found[-1] = (found[-1][0], end)
            else:
                found.append((begin, end))
        return tuple(found)

    def _stand_in(self, who: str, wall_ns: int) -> str:
        chain = [who]
        while (instead := self._instead_of(chain[-1], wall_ns)) is not None:
            if instead in chain:  # two who stand in for each other have swapped
                return chain[1]
            chain.append(instead)
        return chain[-1]

    def _instead_of(self, who: str, wall_ns: int) -> str | None:
        now = (it for it in self.substitutes if it.from_ns <= wall_ns < it.until_ns)
        return next((it.stand_in for it in now if it.absent == who != it.stand_in), None)

    def _rostered(self, team: Team, wall_ns: int) -> tuple[str, ...]:
        if not team.shifts:
            return team.members
        day, minute = local_minute(wall_ns, self.zone)
        before = day - timedelta(days=1)
        shifts = [it for it in self._of_day(team, day) if it.start <= minute < it.end]
        shifts += [
            it for it in self._of_day(team, before) if DAY_MINUTES <= minute + DAY_MINUTES < it.end
        ]
        return tuple(dict.fromkeys(who for shift in shifts for who in shift.who))

    def _of_day(self, team: Team, day: date) -> tuple[Shift, ...]:
        """The shifts that begin on a date."""
        if day in self.holidays and team.holiday_shifts:
            return tuple(it for it in team.holiday_shifts if day.weekday() in it.days)
        return tuple(it for it in team.shifts if day.weekday() in it.days)

    def _changes(self, target: str, wall_ns: int, days: int) -> list[int]:
        """Instants after ``wall_ns`` at which somebody else may be on duty, in order."""
        first, _ = local_minute(wall_ns, self.zone)
        team = self.team(target)
        (_, horizon), *_ = spans_of(first + timedelta(days=days), 0, DAY_MINUTES, self.zone)
        found = {horizon}
        for number in range(-1, days + 1) if team is not None else ():
            day = first + timedelta(days=number)
            for shift in self._of_day(team, day) if team is not None else ():
                found.update(self._edges(day, shift))
        for one in self.substitutes:
            found.update((one.from_ns, one.until_ns))
        return sorted(at for at in found if wall_ns < at <= horizon)

    def _edges(self, day: date, shift: Shift) -> Iterator[int]:
        today = spans_of(day, shift.start, min(shift.end, DAY_MINUTES), self.zone)
        for span in today:
            yield from span
        if shift.end > DAY_MINUTES:
            tomorrow = day + timedelta(days=1)
            for span in spans_of(tomorrow, 0, shift.end - DAY_MINUTES, self.zone):
                yield from span


def make_shift(window: str, who: Iterable[str]) -> Shift:
    """A shift of a window such as ``Mon-Fri 18:00-08:00``. Raises ``ValueError``."""
    days, start, end = read_window(window)
    return Shift(frozenset(days), start, end, tuple(who))
