"""The decision of the timer: what time does to a case, and what the camera then says. Pure.

| case | and | becomes |
|---|---|---|
| handled, seen to be clear | for ``verify_after_ns`` with the camera seeing the place | verified |
| verified | | closed |
| handled | not clear in time, and the fence says that it still stands there | returned |
| handled | not clear in time, and nobody can say why | handled, ``cannot_verify``, told once |
| suspended | its time is over | dispatched |

"In time" is ``verify_within_ns`` of the camera seeing the place, and never less than twice what
the fence itself takes to call it clear.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from alerts.casebook import CasePolicy, Change, Notice, NoticeKind
from alerts.cases import CAMERA, Case, CaseState, CloseReason, Transition, Verification
from alerts.health import CAMERA_HEALTH

WAITING_STATES = frozenset({CaseState.HANDLED, CaseState.VERIFIED, CaseState.SUSPENDED})
"""States in which time alone may change a case."""


class TimerReason(StrEnum):
    """Why time has changed a case."""

    VERIFIED = "verified"
    STILL_THERE = "still_there"
    CANNOT_VERIFY = "cannot_verify"
    SUSPENSION_OVER = "suspension_over"


@dataclass(frozen=True, slots=True)
class Sight:
    """How well a case's camera sees its place.

    ``sees`` since ``since_wall_ns``, or does not since then. ``standing``: whether the fence says
    that the case's violation still stands; None: it knows nothing of it. ``clear_after_ns``: how
    long the fence must be clear to say so.
    """

    sees: bool
    since_wall_ns: int
    standing: bool | None
    clear_after_ns: int = 0


def due(case: Case, now_wall_ns: int, sight: Sight, policy: CasePolicy) -> Change | None:
    """What is due now; None if nothing is. Apply it and ask again: one may follow another."""
    if case.state is CaseState.VERIFIED:
        return _closed(case, now_wall_ns)
    if case.state is CaseState.SUSPENDED:
        until_ns = case.suspended_until_wall_ns
        return _resumed(case, now_wall_ns) if until_ns and now_wall_ns >= until_ns else None
    if case.state is CaseState.HANDLED and case.scenario_id != CAMERA_HEALTH:
        return _looked_at(case, now_wall_ns, sight, policy)
    return None  # a camera that is well again says so itself


def _looked_at(case: Case, now_ns: int, sight: Sight, policy: CasePolicy) -> Change | None:
    clear = case.cleared_wall_ns is not None
    if clear and _is_settled(case, now_ns, sight, policy):
        return _verified(case, now_ns)
    if (clear and sight.sees) or not _is_late(case, now_ns, sight, policy):
        return None
    if sight.sees and sight.standing:
        return _still_there(case, now_ns)
    if case.verification is Verification.CANNOT_VERIFY:
        return None
    return _cannot_verify(case, now_ns)


def _is_settled(case: Case, now_ns: int, sight: Sight, policy: CasePolicy) -> bool:
    if case.cleared_wall_ns is None or not sight.sees:
        return False
    return now_ns - max(case.cleared_wall_ns, sight.since_wall_ns) >= policy.verify_after_ns


def _is_late(case: Case, now_ns: int, sight: Sight, policy: CasePolicy) -> bool:
    within_ns = max(policy.verify_within_ns, 2 * sight.clear_after_ns)
    handled_ns = case.handled_wall_ns or case.updated_wall_ns
    if sight.sees:
        return now_ns - max(handled_ns, sight.since_wall_ns) >= within_ns
    blind_ns = now_ns - sight.since_wall_ns
    return now_ns - handled_ns >= within_ns and blind_ns >= policy.verify_after_ns


def _verified(case: Case, now_ns: int) -> Change:
    case = replace(case, state=CaseState.VERIFIED, verification=Verification.VERIFIED)
    return _change(case, now_ns, TimerReason.VERIFIED, push=False)


def _closed(case: Case, now_ns: int) -> Change:
    case = replace(case, state=CaseState.CLOSED, close_reason=CloseReason.VERIFIED.value)
    return _change(case, now_ns, TimerReason.VERIFIED)


def _still_there(case: Case, now_ns: int) -> Change:
    case = replace(case, state=CaseState.RETURNED, verification=Verification.STILL_THERE)
    return _change(case, now_ns, TimerReason.STILL_THERE)


def _cannot_verify(case: Case, now_ns: int) -> Change:
    case = replace(case, verification=Verification.CANNOT_VERIFY)
    return _change(case, now_ns, TimerReason.CANNOT_VERIFY)


def _resumed(case: Case, now_ns: int) -> Change:
    case = replace(case, state=CaseState.DISPATCHED, suspended_until_wall_ns=None)
    return _change(case, now_ns, TimerReason.SUSPENSION_OVER)


def _change(case: Case, now_ns: int, reason: TimerReason, *, push: bool = True) -> Change:
    at_ns = max(now_ns, case.updated_wall_ns)
    case = replace(case, version=case.version + 1, updated_wall_ns=at_ns)
    transition = Transition(
        case_id=case.case_id,
        version=case.version,
        state=case.state,
        actor=CAMERA,
        reason=reason.value,
        wall_ns=at_ns,
        media_ns=case.updated_media_ns,
    )
    kind = NoticeKind.UPDATE if case.is_open else NoticeKind.END
    notice = Notice(kind, f"{case.case_id}.v{case.version}", case, push=push)
    return Change(case, transition, (notice,))
