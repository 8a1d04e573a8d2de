"""The decision: what a camera's trouble does to its health case. Pure.

| last case | the camera is | becomes | notice |
|---|---|---|---|
| none, or finished long ago | unwell for ``after_ns`` | a new case | new |
| ended within ``reopen_within_ns`` | unwell for ``after_ns`` | the same case, reopened | new |
| open | unwell in another way | its next version | update |
| open | well for ``WELL_NS`` | closed | end |
| finished by a person | unwell as before | nothing | none |

A camera that is away has no media time: both clocks of such a case are the wall's.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

from alerts.casebook import CasePolicy, Change, Notice, NoticeKind
from alerts.cases import CAMERA, Case, CaseKey, CaseState, Transition, begun_anew, utc
from alerts.health import CAMERA_HEALTH, CameraState, HealthReason


@dataclass(frozen=True, slots=True)
class Finding:
    """How a camera is at ``wall_ns``; ``since_wall_ns``: since when it is unwell, or was last."""

    camera_id: str
    state: CameraState
    since_wall_ns: int
    wall_ns: int

    @property
    def key(self) -> CaseKey:
        """Of its health case."""
        return (self.camera_id, "", CAMERA_HEALTH)

    @property
    def named_by(self) -> str:
        """What the case goes by: ``camera:<state>``."""
        return f"camera:{self.state.value}"


def decide_health(
    last: Case | None, finding: Finding, recipients: tuple[str, ...], policy: CasePolicy
) -> Change | None:
    """The change that a finding makes to ``last``, the newest health case of its camera.

    None if there is nothing to do. Raises ``ValueError`` if the case is another one's.
    """
    if last is not None and last.key != finding.key:
        raise ValueError(f"case {last.case_id} is not of {finding.key}")
    well = finding.state is CameraState.ONLINE
    if last is not None and last.is_open:
        if well:
            return _ended(last, finding)
        if last.named_by != finding.named_by:
            return _changed(last, finding)
        return None
    if well or (last is not None and last.violation == finding.since_wall_ns):
        return None
    if last is not None and _comes_back(last, finding, policy):
        return _reopened(last, finding, recipients)
    return _opened(finding, recipients)


def _comes_back(last: Case, finding: Finding, policy: CasePolicy) -> bool:
    if last.state is not CaseState.CLOSED or last.cleared_wall_ns is None:
        return False
    away_ns = finding.since_wall_ns - last.cleared_wall_ns
    return finding.wall_ns >= last.cleared_wall_ns and away_ns <= policy.reopen_within_ns


def _opened(finding: Finding, recipients: tuple[str, ...]) -> Change:
    at_ns, since_ns = finding.wall_ns, finding.since_wall_ns
    case = Case(
        case_id=_case_id(finding),
        camera_id=finding.camera_id,
        fence_id="",
        scenario_id=CAMERA_HEALTH,
        state=CaseState.OPENED,
        version=1,
        violation=since_ns,
        violation_wall_ns=at_ns,
        seq=1,
        opened_wall_ns=at_ns,
        opened_media_ns=at_ns,
        since_wall_ns=since_ns,
        since_media_ns=since_ns,
        updated_wall_ns=at_ns,
        updated_media_ns=at_ns,
        box=None,
        labels=(),
        named_by=finding.named_by,
        sightings=0,
        recipients=recipients,
    )
    return _change(case, HealthReason.CAMERA_UNWELL, NoticeKind.NEW)


def _reopened(last: Case, finding: Finding, recipients: tuple[str, ...]) -> Change:
    case = replace(
        begun_anew(_next(last, finding)),
        violation=finding.since_wall_ns,
        violation_wall_ns=finding.wall_ns,
        seq=1,
        since_wall_ns=finding.since_wall_ns,
        since_media_ns=finding.since_wall_ns,
        named_by=finding.named_by,
        recipients=recipients,
    )
    return _change(case, HealthReason.CAMERA_UNWELL, NoticeKind.NEW)


def _changed(last: Case, finding: Finding) -> Change:
    case = replace(_next(last, finding), named_by=finding.named_by)
    return _change(case, HealthReason.OTHER_TROUBLE, NoticeKind.UPDATE)


def _ended(last: Case, finding: Finding) -> Change:
    case = replace(
        _next(last, finding),
        state=CaseState.CLOSED,
        cleared_wall_ns=finding.wall_ns,
        cleared_media_ns=finding.wall_ns,
        close_reason=HealthReason.CAMERA_WELL.value,
    )
    return _change(case, HealthReason.CAMERA_WELL, NoticeKind.END)


def _next(last: Case, finding: Finding) -> Case:
    at_ns = max(finding.wall_ns, last.updated_wall_ns)  # a clock that was set back
    return replace(
        last,
        version=last.version + 1,
        seq=last.seq + 1,
        updated_wall_ns=at_ns,
        updated_media_ns=at_ns,
    )


def _change(case: Case, reason: HealthReason, kind: NoticeKind) -> Change:
    event_id = f"{case.camera_id}.{CAMERA_HEALTH}.{case.violation}.{case.seq}"
    transition = Transition(
        case_id=case.case_id,
        version=case.version,
        state=case.state,
        actor=CAMERA,
        reason=reason.value,
        wall_ns=case.updated_wall_ns,
        media_ns=case.updated_media_ns,
        event_id=f"{event_id}@{case.updated_wall_ns}",
    )
    return Change(case, transition, (Notice(kind, event_id, case),))


def _case_id(finding: Finding) -> str:
    """As of street cases, without a fence."""
    place = f"{finding.camera_id}.{CAMERA_HEALTH}"
    digest = hashlib.blake2s(f"{place}@{finding.wall_ns}".encode(), digest_size=3)
    return f"{place}.{utc(finding.wall_ns).strftime('%Y%m%dT%H%M%SZ')}-{digest.hexdigest()}"
