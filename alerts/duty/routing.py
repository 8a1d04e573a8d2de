"""Who is told of a case, in which order: rules by area, scenario, severity and time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from fences.hours import ALWAYS, WeeklyHours


class Severity(StrEnum):
    """How bad a case is: 一般, 较重, 严重."""

    MINOR = "minor"
    NORMAL = "normal"
    SEVERE = "severe"


@dataclass(frozen=True, slots=True)
class Subject:
    """What a case is about, as far as rules ask: its ids, how bad it is, and when it opened."""

    camera_id: str
    fence_id: str
    scenario_id: str
    area_id: str | None
    severity: Severity
    opened_wall_ns: int


@dataclass(frozen=True, slots=True)
class Match:
    """Which cases a rule is for; a set that is empty holds everything."""

    areas: frozenset[str] = frozenset()
    scenarios: frozenset[str] = frozenset()
    severities: frozenset[Severity] = frozenset()
    hours: WeeklyHours = ALWAYS

    def holds(self, subject: Subject) -> bool:
        return (
            (not self.areas or subject.area_id in self.areas)
            and (not self.scenarios or subject.scenario_id in self.scenarios)
            and (not self.severities or subject.severity in self.severities)
            and self.hours.armed(subject.opened_wall_ns)
        )


Rung = tuple[str, ...]
"""One step of an escalation ladder: ids of teams and recipients."""


@dataclass(frozen=True, slots=True)
class Route:
    """The ladder of the cases that match, e.g. property team, district officer, centre.

    ``fence_first``: the people of the fence's own ``notify`` are the lowest rung, under
    ``rungs``.
    """

    match: Match
    rungs: tuple[Rung, ...]
    fence_first: bool = False

    def ladder(self, notify: Rung) -> tuple[Rung, ...]:
        return (notify, *self.rungs) if self.fence_first and notify else self.rungs


def ladder_of(routes: Iterable[Route], subject: Subject, notify: Rung) -> tuple[Rung, ...]:
    """The rungs of the first route that matches; without one, those whom the fence notifies.

    The time that counts is that of the opening, so that a case keeps its ladder.
    """
    found = next((route for route in routes if route.match.holds(subject)), None)
    return (notify,) if found is None else found.ladder(notify)
