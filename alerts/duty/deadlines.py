"""Deadlines (时限) for accepting and for handling a case, and what is due because of them.

Everything is worked out anew from the facts of a case, and everything that is due has a key that
is the same each time: nothing that is kept in ``Deal.fired`` is due again, whatever a restart or
the clock does.

| what | when | who |
|---|---|---|
| remind | so long before a deadline, counted as that is; not once it has passed | who has it |
| overdue | at a deadline | who has it, and everybody who was told |
| escalate.N | at a deadline, then every ``again`` | rung N of the ladder |

Both deadlines run from the opening. A suspended case (挂账) is never due; its time does not count.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import takewhile

from alerts.duty.calendar import Calendar
from alerts.duty.deal import Deal, Stage, Terms, due_wall_ns
from alerts.duty.rota import Rota
from alerts.duty.routing import Rung
from fences.clock import SECOND_NS


class StepKind(StrEnum):
    """What is due: 催办, 超时, 升级."""

    REMIND = "remind"
    OVERDUE = "overdue"
    ESCALATE = "escalate"


@dataclass(frozen=True, slots=True)
class Planned:
    """Something that will be due at ``at_wall_ns``, because of a deadline at ``due_wall_ns``."""

    at_wall_ns: int
    kind: StepKind
    stage: Stage
    key: str
    due_wall_ns: int
    rung: int = 0


@dataclass(frozen=True, slots=True)
class Told:
    """The rung that is told, its people on duty, and the rungs below that had nobody."""

    rung: int
    people: tuple[str, ...]
    passed_over: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """Something that is due now: tell ``told.people``, and keep ``key``."""

    key: str
    planned: Planned
    told: Told


def who_hears(ladder: tuple[Rung, ...], rung: int, rota: Rota, now_wall_ns: int) -> Told:
    """The people on duty of a rung, or of the next one that has any.

    Where no rung above has anybody, it is everybody of the last one, on duty or not: better
    woken than never told. Where a new case went to a rung above 0, keep ``first.<rung>`` as fired.
    """
    for number in range(rung, len(ladder)):
        people = _on_duty(ladder[number], rota, now_wall_ns)
        if people:
            return Told(number, people, tuple(range(rung, number)))
    last = len(ladder) - 1
    everybody = (one for target in ladder[last] for one in rota.everybody(target, now_wall_ns))
    return Told(last, tuple(dict.fromkeys(everybody)), tuple(range(rung, last + 1)))


def agenda(deal: Deal, terms: Terms, rungs: int, calendar: Calendar) -> tuple[Planned, ...]:
    """Everything that is still to be done about a case, in order, if nothing else happens."""
    if deal.is_suspended or not deal.is_running(Stage.HANDLE):
        return ()
    planned = [
        *(step for stage in Stage for step in _stage(deal, terms, calendar, stage)),
        *_escalations(deal, terms, rungs, calendar),
    ]
    waiting = (step for step in planned if step.key not in deal.fired)
    order = list(StepKind)
    return tuple(sorted(waiting, key=lambda it: (it.at_wall_ns, order.index(it.kind), it.rung)))


def next_step(
    deal: Deal,
    terms: Terms,
    ladder: tuple[Rung, ...],
    calendar: Calendar,
    rota: Rota,
    now_wall_ns: int,
) -> Step | None:
    """The first thing that is due now; None: nothing is.

    Tell its people, keep its key in ``fired``, and ask again until there is nothing.
    """
    plans = agenda(deal, terms, len(ladder), calendar)
    for planned in takewhile(lambda it: it.at_wall_ns <= now_wall_ns, plans):
        if planned.kind is StepKind.REMIND and planned.due_wall_ns <= now_wall_ns:
            continue  # it is overdue: that will be told
        if planned.kind is StepKind.ESCALATE:
            told = who_hears(ladder, planned.rung, rota, now_wall_ns)
            return Step(deal.key(f"escalate.{told.rung}"), planned, told)
        return Step(planned.key, planned, _concerned(deal, planned, ladder, rota, now_wall_ns))
    return None


def next_time(
    deal: Deal, terms: Terms, rungs: int, calendar: Calendar, now_wall_ns: int
) -> int | None:
    """When something will be due that is not yet; None: never, as things are."""
    times = (it.at_wall_ns for it in agenda(deal, terms, rungs, calendar))
    return next((at for at in times if at > now_wall_ns), None)


def _stage(deal: Deal, terms: Terms, calendar: Calendar, stage: Stage) -> Iterator[Planned]:
    """Reminders before a deadline, and that it has passed."""
    due = due_wall_ns(deal, terms, calendar, stage)
    if due is None or not deal.is_running(stage):
        return
    extended = stage is Stage.HANDLE and deal.extension is not None
    start = deal.opened_wall_ns
    until = ""
    if extended and deal.extension is not None:
        start = deal.extension.at_wall_ns
        until = f"@{deal.extension.until_wall_ns // SECOND_NS}"  # a new deadline is told anew
    budget = terms.budget(stage)
    working = budget is not None and budget.unit.is_working
    length_ns = calendar.between(start, due, working=working, pauses=deal.pauses)
    for number, before in enumerate(terms.remind, start=1):
        left_ns = length_ns - calendar.length_ns(before)
        if left_ns > 0:
            at = calendar.after(start, left_ns, working=working, pauses=deal.pauses)
            key = deal.key(f"remind.{stage}.{number}{until}")
            yield Planned(at, StepKind.REMIND, stage, key, due)
    key = deal.key(f"overdue.{stage}{until}")
    yield Planned(due, StepKind.OVERDUE, stage, key, due)


def _escalations(deal: Deal, terms: Terms, rungs: int, calendar: Calendar) -> Iterator[Planned]:
    """The rungs that were not told yet, each at its own time."""
    handling = list(_climbs(deal, terms, rungs, calendar, Stage.HANDLE))
    accepting = list(_climbs(deal, terms, rungs, calendar, Stage.ACCEPT))
    accepted = deal.accepted_wall_ns
    if accepted is not None:
        # what was due before counts rungs; one that nobody could tell then waits for the next
        missed = sum(at < accepted for at, _, _ in accepting)
        accepting = missed * handling[:1]
    times = sorted(accepting + handling)[deal.climbs(rungs) :]
    left = range(deal.rung(rungs) + 1, rungs)
    for rung, (at, due, stage) in zip(left, times, strict=False):
        yield Planned(at, StepKind.ESCALATE, stage, deal.key(f"escalate.{rung}"), due, rung)


def _climbs(
    deal: Deal, terms: Terms, rungs: int, calendar: Calendar, stage: Stage
) -> Iterator[tuple[int, int, Stage]]:
    """When a stage makes the case climb a rung: at its deadline, then every ``again``."""
    due = due_wall_ns(deal, terms, calendar, stage)
    again = terms.again or terms.budget(stage)
    if due is None:
        return
    yield due, due, stage
    if again is None:
        return
    working = again.unit.is_working
    for number in range(1, rungs - 1):
        length_ns = number * calendar.length_ns(again)
        yield calendar.after(due, length_ns, working=working, pauses=deal.pauses), due, stage


def _concerned(
    deal: Deal, planned: Planned, ladder: tuple[Rung, ...], rota: Rota, now_wall_ns: int
) -> Told:
    """Who has the case is reminded; that it is overdue, all hear who were told of it."""
    highest = deal.rung(len(ladder))
    holder = () if deal.holder is None else rota.on_duty(deal.holder, now_wall_ns)
    if planned.kind is StepKind.REMIND:
        people = holder or _of_rung(ladder[highest], rota, now_wall_ns)
    else:
        rungs = (one for rung in ladder[: highest + 1] for one in _of_rung(rung, rota, now_wall_ns))
        people = (*holder, *rungs)
    return Told(highest, tuple(dict.fromkeys(people)))


def _of_rung(rung: Rung, rota: Rota, now_wall_ns: int) -> tuple[str, ...]:
    """Its people on duty; all of them where nobody is, for it is they who were told."""
    on_duty = _on_duty(rung, rota, now_wall_ns)
    everybody = (one for target in rung for one in rota.everybody(target, now_wall_ns))
    return on_duty or tuple(dict.fromkeys(everybody))


def _on_duty(rung: Rung, rota: Rota, now_wall_ns: int) -> tuple[str, ...]:
    people = (one for target in rung for one in rota.on_duty(target, now_wall_ns))
    return tuple(dict.fromkeys(people))
