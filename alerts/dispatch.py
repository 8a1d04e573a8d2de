"""Who is told of a case and until when there is time, decided where its changes are written."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Protocol

from alerts.casebook import Change
from alerts.cases import Case, Transition
from alerts.duty.deal import Deal, Stage
from alerts.duty.ledger import as_deal, openings
from alerts.duty.plan import DutyPlan
from alerts.duty.routing import Rung, Subject
from alerts.place import Directory
from alerts.store.port import Transaction


class Reader(Protocol):
    """What must be read of a case: a transaction, or the store itself."""

    def case(self, case_id: str) -> Case | None: ...

    def history(self, case_id: str) -> tuple[Transition, ...]: ...

    def steps(self, case_id: str) -> frozenset[str]: ...


@dataclass(frozen=True, slots=True)
class Facts:
    """A case as its deadlines see it, in its present opening."""

    subject: Subject
    deal: Deal
    notify: Rung


def facts_of(
    case: Case,
    history: Iterable[Transition],
    directory: Directory,
    fired: frozenset[str] = frozenset(),
) -> Facts:
    """``history`` is the whole audit log of the case, ``fired`` the keys of its steps."""
    opening = openings(history)[-1]
    opened_ns = opening.opened.wall_ns
    subject = directory.duty.subject(case.camera_id, case.fence_id, case.scenario_id, opened_ns)
    return Facts(subject, as_deal(case.case_id, opening, fired), directory.notify(case.key))


def dispatched(
    transaction: Transaction, change: Change, directory: Directory, now_wall_ns: int
) -> tuple[Change, str | None]:
    """The change with those who are told of a case that begins, and with its deadlines.

    And the key of a step that is to be kept: its first people were not those of the lowest rung.
    With nothing configured the change stays as it is.
    """
    plan = directory.duty
    routed = change.begins and _routes(plan)
    timed = bool(plan.terms) or _has_deadlines(change.case)
    if not (routed or timed):
        return change, None
    facts = facts_of(change.case, _log_of(transaction, change), directory)
    key = None
    if routed:
        told = plan.first_told(facts.subject, facts.notify, now_wall_ns)
        # an opening has one number for ever: this key is new whenever a case begins
        key = facts.deal.key(f"first.{told.rung}") if told.rung else None
        change = change.with_case(replace(change.case, recipients=told.people))
    return _timed(change, facts, plan), key


def _timed(change: Change, facts: Facts, plan: DutyPlan) -> Change:
    due = {
        stage: plan.due_wall_ns(facts.subject, facts.deal, stage)
        if facts.deal.is_running(stage)
        else None
        for stage in Stage
    }
    return change.with_case(
        replace(
            change.case,
            accept_due_wall_ns=due[Stage.ACCEPT],
            handle_due_wall_ns=due[Stage.HANDLE],
        )
    )


def _log_of(transaction: Transaction, change: Change) -> tuple[Transition, ...]:
    """The audit log with the line that is about to be written; a new case has no other."""
    if change.case.version == 1:
        return (change.transition,)
    return (*transaction.history(change.case.case_id), change.transition)


def _routes(plan: DutyPlan) -> bool:
    return bool(plan.routes or plan.rota.teams or plan.rota.substitutes)


def _has_deadlines(case: Case) -> bool:
    return case.accept_due_wall_ns is not None or case.handle_due_wall_ns is not None
