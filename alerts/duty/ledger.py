"""The ledger (台账): of every opening of a case who did what when, and whether that was in time.

Made of the audit log alone, so that it is the same whenever it is made.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from alerts.cases import CAMERA, Case, CaseState, Transition
from alerts.duty.deal import Deal, Extension, Stage
from alerts.duty.local import local_minute
from alerts.duty.plan import DutyPlan
from alerts.duty.routing import Severity, Subject

_ONLY_TELLS = frozenset({"silence", "snooze"})
"""Reasons with a time until when that change nothing about the case."""


@dataclass(frozen=True, slots=True)
class Moment:
    """When somebody brought a case into a state."""

    wall_ns: int
    actor: str


@dataclass(frozen=True, slots=True)
class Opening:
    """What happened between an opening of a case and its end, or until now.

    A moment is None where that did not happen; of what happened more than once the last counts,
    for a case that was returned was not handled. ``suspended`` has None for an end to come.
    """

    number: int
    opened: Moment
    state: CaseState
    dispatched: Moment | None = None
    accepted: Moment | None = None
    handled: Moment | None = None
    verified: Moment | None = None
    ended: Moment | None = None
    end_reason: str | None = None
    returned: int = 0
    extended: int = 0
    extension: Extension | None = None
    suspended: tuple[tuple[int, int | None], ...] = ()


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One opening of a case with its place, its deadlines, and how long each stage took.

    ``teams`` are the ids of the teams that its recipients are in. Spans are nanoseconds; None:
    it did not come to that. ``in_time``: None while that is open, without a deadline, and of what
    was rejected.
    """

    case_id: str
    subject: Subject
    opening: Opening
    recipients: tuple[str, ...]
    teams: tuple[str, ...]
    hour: int
    accept_due_wall_ns: int | None
    handle_due_wall_ns: int | None
    accepted_in_time: bool | None
    in_time: bool | None

    @property
    def to_accept_ns(self) -> int | None:
        return _span(self.opening.opened, self.opening.accepted)

    @property
    def to_handle_ns(self) -> int | None:
        return _span(self.opening.accepted or self.opening.opened, self.opening.handled)

    @property
    def to_verify_ns(self) -> int | None:
        return _span(self.opening.handled, self.opening.verified or self.opening.ended)

    @property
    def in_all_ns(self) -> int | None:
        return _span(self.opening.opened, self.opening.ended)

    @property
    def severity(self) -> Severity:
        return self.subject.severity


def openings(history: Iterable[Transition]) -> tuple[Opening, ...]:
    """The openings of a case, from its whole audit log, oldest first."""
    parts: list[list[Transition]] = []
    before: CaseState | None = None
    for line in history:
        if line.state is before and (line.until_wall_ns is None or line.reason in _ONLY_TELLS):
            continue  # it only tells of something; extended once more, it is another matter
        if before is None or line.state is CaseState.REOPENED:
            parts.append([])
        parts[-1].append(line)
        before = line.state
    return tuple(_opening(number, lines) for number, lines in enumerate(parts, start=1))


def rows_of(
    case: Case,
    history: Iterable[Transition],
    plan: DutyPlan,
    now_wall_ns: int,
) -> Iterator[LedgerRow]:
    """The rows of a case, one of each opening."""
    for opening in openings(history):
        yield _row(case, opening, plan, now_wall_ns)


def as_deal(case_id: str, opening: Opening, fired: frozenset[str] = frozenset()) -> Deal:
    """What deadlines must know of an opening."""
    by_hand = opening.accepted is not None and opening.accepted.actor != CAMERA
    return Deal(
        case_id=case_id,
        opening=opening.number,
        opened_wall_ns=opening.opened.wall_ns,
        accepted_wall_ns=_wall(opening.accepted),
        handled_wall_ns=_wall(opening.handled),
        holder=opening.accepted.actor if by_hand and opening.accepted is not None else None,
        extension=opening.extension,
        suspended=opening.suspended,
        is_finished=opening.ended is not None,
        fired=fired,
    )


def _opening(number: int, lines: list[Transition]) -> Opening:
    last: dict[CaseState, Transition] = {}
    for line in lines:
        if line.state is CaseState.RETURNED:
            for state in (CaseState.HANDLED, CaseState.VERIFIED):
                last.pop(state, None)
        last[line.state] = line
    end = last.get(CaseState.CLOSED) or last.get(CaseState.REJECTED)
    extension = last.get(CaseState.EXTENDED)
    until_ns = None if extension is None else extension.until_wall_ns
    states = [line.state for line in lines]
    return Opening(
        number=number,
        opened=Moment(lines[0].wall_ns, lines[0].actor),
        state=lines[-1].state,
        dispatched=_moment(last.get(CaseState.DISPATCHED)),
        accepted=_moment(last.get(CaseState.ACCEPTED)),
        handled=_moment(last.get(CaseState.HANDLED)),
        verified=_moment(last.get(CaseState.VERIFIED)),
        ended=_moment(end),
        end_reason=None if end is None else end.reason,
        returned=states.count(CaseState.RETURNED),
        extended=states.count(CaseState.EXTENDED),
        extension=(
            None
            if extension is None or until_ns is None
            else Extension(extension.wall_ns, until_ns)
        ),
        suspended=tuple(_suspended(lines)),
    )


def _suspended(lines: list[Transition]) -> Iterator[tuple[int, int | None]]:
    after: list[Transition | None] = [*lines[1:], None]
    for line, following in zip(lines, after, strict=True):
        if line.state is CaseState.SUSPENDED:
            yield line.wall_ns, None if following is None else following.wall_ns


def _row(case: Case, opening: Opening, plan: DutyPlan, now_wall_ns: int) -> LedgerRow:
    opened_ns = opening.opened.wall_ns
    subject = plan.subject(case.camera_id, case.fence_id, case.scenario_id, opened_ns)
    deal = as_deal(case.case_id, opening)
    accept_due, handle_due = (plan.due_wall_ns(subject, deal, stage) for stage in Stage)
    done = opening.handled or opening.ended
    rejected = opening.state is CaseState.REJECTED
    return LedgerRow(
        case_id=case.case_id,
        subject=subject,
        opening=opening,
        recipients=case.recipients,
        teams=tuple(
            team.id for team in plan.rota.teams if set(team.members) & set(case.recipients)
        ),
        hour=local_minute(opened_ns, plan.calendar.zone)[1] // 60,
        accept_due_wall_ns=accept_due,
        handle_due_wall_ns=handle_due,
        accepted_in_time=_in_time(opening.accepted or done, accept_due, now_wall_ns),
        in_time=None if rejected else _in_time(done, handle_due, now_wall_ns),
    )


def _in_time(done: Moment | None, due_wall_ns: int | None, now_wall_ns: int) -> bool | None:
    if due_wall_ns is None:
        return None
    if done is not None:
        return done.wall_ns <= due_wall_ns
    return False if now_wall_ns > due_wall_ns else None


def _moment(line: Transition | None) -> Moment | None:
    return None if line is None else Moment(line.wall_ns, line.actor)


def _wall(moment: Moment | None) -> int | None:
    return None if moment is None else moment.wall_ns


def _span(begin: Moment | None, end: Moment | None) -> int | None:
    if begin is None or end is None:
        return None
    return max(0, end.wall_ns - begin.wall_ns)  # a clock may have been set back


def repeats(rows: Iterable[LedgerRow]) -> Mapping[tuple[str, str, str], int]:
    """Camera, fence and scenario of repeat places (反复发生), with their openings, most first."""
    counts: dict[tuple[str, str, str], int] = {}
    for row in rows:
        it = row.subject
        key = (it.camera_id, it.fence_id, it.scenario_id)
        counts[key] = counts.get(key, 0) + 1
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return {key: count for key, count in ordered if count > 1}
