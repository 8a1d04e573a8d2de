"""The facts of a case that deadlines go by, the terms that it has, and when they end."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from alerts.duty.budget import Budget
from alerts.duty.calendar import Calendar
from alerts.duty.local import Span
from alerts.duty.routing import Match, Subject


class Stage(StrEnum):
    """What there is a deadline for: 接单, 处置."""

    ACCEPT = "accept"
    HANDLE = "handle"


@dataclass(frozen=True, slots=True)
class Terms:
    """How much time there is, from the opening; None: no deadline.

    ``remind``: so long before each deadline, as many times. ``again``: between a rung that was
    told and the next; None: as long as the stage itself has.
    """

    accept: Budget | None = None
    handle: Budget | None = None
    remind: tuple[Budget, ...] = ()
    again: Budget | None = None

    def budget(self, stage: Stage) -> Budget | None:
        return self.accept if stage is Stage.ACCEPT else self.handle


@dataclass(frozen=True, slots=True)
class TermsRule:
    """The terms of the cases that match."""

    match: Match
    terms: Terms


@dataclass(frozen=True, slots=True)
class Extension:
    """The handling deadline was moved to ``until_wall_ns`` (延期), at ``at_wall_ns``."""

    at_wall_ns: int
    until_wall_ns: int


@dataclass(frozen=True, slots=True)
class Deal:
    """What deadlines must know of a case, in its opening number ``opening`` (from 1).

    ``holder`` is the recipient who accepted it. ``suspended`` are spans without overlaps, the last
    one with the end None while it lasts. ``fired`` are the keys of all steps that were taken.
    """

    case_id: str
    opening: int
    opened_wall_ns: int
    accepted_wall_ns: int | None = None
    handled_wall_ns: int | None = None
    holder: str | None = None
    extension: Extension | None = None
    suspended: tuple[tuple[int, int | None], ...] = ()
    is_finished: bool = False
    fired: frozenset[str] = frozenset()

    @property
    def pauses(self) -> tuple[Span, ...]:
        """The suspended spans that have ended."""
        return tuple((begin, end) for begin, end in self.suspended if end is not None)

    @property
    def is_suspended(self) -> bool:
        return any(end is None for _, end in self.suspended)

    def key(self, what: str) -> str:
        """Names a step for good: ``<case_id>.<opening>.escalate.2``."""
        return f"{self.case_id}.{self.opening}.{what}"

    def rung(self, rungs: int) -> int:
        """The highest rung that was told; rung 0 is, when the case opens.

        Where that had nobody on duty, ``first.<rung>`` is kept instead.
        """
        names = ("escalate", "first")
        told = (
            number
            for number in range(rungs - 1, 0, -1)
            if any(self.key(f"{name}.{number}") in self.fired for name in names)
        )
        return next(told, 0)

    def climbs(self, rungs: int) -> int:
        """How often the case was escalated."""
        return sum(self.key(f"escalate.{number}") in self.fired for number in range(1, rungs))

    def is_running(self, stage: Stage) -> bool:
        """Whether the deadline of a stage still matters."""
        done = self.is_finished or self.handled_wall_ns is not None
        if stage is Stage.ACCEPT:
            return not done and self.accepted_wall_ns is None
        return not done


def terms_of(rules: Iterable[TermsRule], subject: Subject) -> Terms:
    """The terms of the first rule that matches; without one there are no deadlines."""
    return next((rule.terms for rule in rules if rule.match.holds(subject)), Terms())


def due_wall_ns(deal: Deal, terms: Terms, calendar: Calendar, stage: Stage) -> int | None:
    """The deadline of a stage; None: it has none, or the case is suspended."""
    if deal.is_suspended:
        return None
    if stage is Stage.HANDLE and deal.extension is not None:
        it = deal.extension
        if it.until_wall_ns <= it.at_wall_ns:
            return it.until_wall_ns
        length_ns = it.until_wall_ns - it.at_wall_ns
        return calendar.after(it.at_wall_ns, length_ns, working=False, pauses=deal.pauses)
    budget = terms.budget(stage)
    if budget is None:
        return None
    return calendar.deadline(deal.opened_wall_ns, budget, deal.pauses)
