"""The decision: what a reminder, an overdue notice or an escalation makes of a case. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from alerts.casebook import Change, Notice, NoticeKind
from alerts.cases import CAMERA, Case, Transition
from alerts.duty.deadlines import Planned, Step, StepKind
from alerts.duty.deal import Stage
from alerts.duty.quiet import NewsKind


def reason_of(planned: Planned) -> str:
    """The reason of a step's line in the log: ``remind_accept``, ``overdue_handle`` and so on."""
    return _reason(planned.kind, planned.stage)


def decide_step(case: Case, step: Step, now_wall_ns: int) -> Change:
    """The case's next version: whoever is told of it may act on it from now on.

    The notice is for the people of the step, and named by its key.
    """
    at_ns = max(now_wall_ns, case.updated_wall_ns)  # a clock that was set back
    told = step.told.people
    following = replace(
        case,
        version=case.version + 1,
        updated_wall_ns=at_ns,
        recipients=tuple(dict.fromkeys((*case.recipients, *told))),
    )
    transition = Transition(
        case_id=case.case_id,
        version=following.version,
        state=following.state,
        actor=CAMERA,
        reason=reason_of(step.planned),
        wall_ns=at_ns,
        media_ns=following.updated_media_ns,
    )
    notice = Notice(NoticeKind.UPDATE, step.key, following, push=True, people=told)
    return Change(following, transition, (notice,))


def news_of(notice: Notice, transition: Transition) -> NewsKind:
    """What night rules take a notice for."""
    return _NEWS.get(transition.reason, NewsKind(notice.kind.value))


def _reason(kind: StepKind, stage: Stage) -> str:
    return f"{kind.value}_{stage.value}"


_NEWS: Mapping[str, NewsKind] = MappingProxyType(
    {_reason(kind, stage): NewsKind(kind.value) for kind in StepKind for stage in Stage}
)
