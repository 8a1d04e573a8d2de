"""The decision: what a person's report does, where no camera has seen anything yet. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from alerts.casebook import Change, Notice, NoticeKind
from alerts.cases import NO_VIOLATION, Case, CaseKey, CaseState, Transition, case_id_of
from alerts.commands import Refusal, RefusalCode
from alerts.people import Recipient
from alerts.verbs import OWN_ONLY

REPORTED = "reported"
"""The reason of a case's first version that a person has made."""


@dataclass(frozen=True, slots=True)
class Report:
    """Somebody says what is in a fence. Fields as of :class:`alerts.commands.Command`."""

    camera_id: str
    fence_id: str
    scenario_id: str
    actor: str
    request_id: str
    at_wall_ns: int
    words: str
    picture: str | None = None

    @property
    def key(self) -> CaseKey:
        """Of the case that it opens."""
        return (self.camera_id, self.fence_id, self.scenario_id)

    @property
    def case_id(self) -> str:
        """Of the case that it opens; the same for the same report."""
        return case_id_of(self.key, self.at_wall_ns, self.request_id)


def decide_report(
    last: Case | None, report: Report, actor: Recipient, recipients: tuple[str, ...]
) -> Change | Refusal:
    """A new case, or why not; ``last`` is the newest case of the fence and scenario.

    What a camera then sees there joins the case.
    """
    if actor.role in OWN_ONLY and actor.id not in recipients:
        return Refusal(RefusalCode.NOT_YOURS)
    if not report.words.strip():
        return Refusal(RefusalCode.NEEDS_WORDS, {"verb": "report"})
    if last is not None and last.is_open:
        return Refusal(RefusalCode.ALREADY_OPEN, {"case_id": last.case_id})
    case = _opened(report, actor, recipients)
    transition = Transition(
        case_id=case.case_id,
        version=case.version,
        state=case.state,
        actor=actor.id,
        reason=REPORTED,
        wall_ns=report.at_wall_ns,
        media_ns=case.updated_media_ns,
        words=case.report,
        picture=report.picture,
    )
    notice = Notice(NoticeKind.NEW, f"{case.case_id}.v{case.version}", case)
    return Change(case, transition, (notice,))


def _opened(report: Report, actor: Recipient, recipients: tuple[str, ...]) -> Case:
    """A camera that joins brings its media time; until then both clocks are the wall's."""
    at_ns = report.at_wall_ns
    return Case(
        case_id=report.case_id,
        camera_id=report.camera_id,
        fence_id=report.fence_id,
        scenario_id=report.scenario_id,
        state=CaseState.OPENED,
        version=1,
        violation=NO_VIOLATION,
        violation_wall_ns=at_ns,
        seq=0,
        opened_wall_ns=at_ns,
        opened_media_ns=at_ns,
        since_wall_ns=at_ns,
        since_media_ns=at_ns,
        updated_wall_ns=at_ns,
        updated_media_ns=at_ns,
        box=None,
        labels=(),
        named_by=f"{REPORTED}:{actor.role.value}",
        sightings=0,
        recipients=recipients,
        picture=report.picture,
        reported_by=actor.id,
        report=report.words.strip(),
    )
