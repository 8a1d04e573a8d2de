"""The decision: what a fence event does to the case of its fence and scenario. Pure.

| last case | event | becomes | notice |
|---|---|---|---|
| none, or finished long ago | opened, updated | a new case | new |
| finished within ``reopen_within_ns`` | opened | the same case, reopened | new |
| open | opened, updated | its next version | update |
| handled | cleared, of this violation | stays handled, and settles; see ``verify.py`` | update |
| open | cleared, of this violation | closed: it has cleared by itself | end |
| anything | the same or an older event | nothing | none |
| none or finished | cleared | nothing | none |

Only a rule that has ended (hours, configuration) closes a handled case unverified.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from alerts.cases import (
    CAMERA,
    Case,
    CaseKey,
    CaseState,
    CloseReason,
    Transition,
    Verification,
    begun_anew,
    make_case_id,
)
from alerts.files import EvidenceFile
from fences.box import Box
from fences.clock import SECOND_NS
from fences.event import PLACE, EventKind, FenceEvent, Reason


class NoticeKind(StrEnum):
    """What people are told of a case."""

    NEW = "new"
    UPDATE = "update"
    END = "end"


@dataclass(frozen=True, slots=True)
class Notice:
    """People are to be told of this version of the case, because of this event.

    ``push``: an update that is a reason to buzz a phone. ``people``: whom it is for, and told at
    once; None: the recipients of the case.
    """

    kind: NoticeKind
    event_id: str
    case: Case
    push: bool = False
    people: tuple[str, ...] | None = None

    @property
    def buzzes(self) -> bool:
        """Whether it goes into inboxes."""
        return self.push or self.kind is not NoticeKind.UPDATE

    @property
    def told(self) -> tuple[str, ...]:
        """The ids of those into whose inboxes it goes."""
        return self.case.recipients if self.people is None else self.people


@dataclass(frozen=True, slots=True)
class Change:
    """A new version of a case, its line in the audit log, and what people are told.

    ``files``: the evidence that was written for it, or taken away with it.
    """

    case: Case
    transition: Transition
    notices: tuple[Notice, ...]
    files: tuple[EvidenceFile, ...] = ()

    def with_files(self, *files: EvidenceFile) -> Change:
        """The same change, with the files that were written for it."""
        return replace(self, files=(*self.files, *files))

    def with_picture(self, picture: str | None) -> Change:
        """The same change, with the picture that was written for it."""
        return self.with_case(replace(self.case, picture=picture))

    def with_after_picture(self, picture: str | None) -> Change:
        """The same change, with the picture of the place afterwards."""
        return self.with_case(replace(self.case, after_picture=picture))

    def with_case(self, case: Case) -> Change:
        """The same change, with this as its version of the case."""
        return replace(self, case=case, notices=tuple(replace(n, case=case) for n in self.notices))

    @property
    def begins(self) -> bool:
        """Whether the case was opened or reopened: what needs a picture."""
        return any(notice.kind is NoticeKind.NEW for notice in self.notices)


@dataclass(frozen=True, slots=True)
class CasePolicy:
    """Wall times of cases.

    ``reopen_within_ns``: a violation that returns in this time is the same case.
    ``verify_after_ns``: how long a handled place must be clear to be verified.
    ``verify_within_ns``: how long the camera has to see that a handled place is clear.
    """

    reopen_within_ns: int = 300 * SECOND_NS
    verify_after_ns: int = 20 * SECOND_NS
    verify_within_ns: int = 300 * SECOND_NS


DEFAULT_POLICY = CasePolicy()
"""The policy where nothing else is configured."""


def event_key(event: FenceEvent) -> str:
    """Names the event over restarts: a media clock that begins again repeats event ids."""
    return f"{event.event_id}@{event.wall_ns}"


def decide(
    last: Case | None,
    event: FenceEvent,
    recipients: tuple[str, ...],
    policy: CasePolicy = DEFAULT_POLICY,
) -> Change | None:
    """The change that ``event`` makes to ``last``, the newest case of its fence and scenario.

    None if there is nothing to do. Raises ``ValueError`` if the case is another fence's.
    """
    if last is not None and last.key != key_of(event):
        raise ValueError(f"case {last.case_id} is not of {key_of(event)}")
    if last is not None and _is_old(last, event):
        return None
    if last is not None and last.is_open:
        return _on_open(last, event)
    if event.kind is EventKind.CLEARED:
        return None
    if last is not None and event.kind is EventKind.UPDATED and last.violation == event.violation:
        return None  # finished by a person while the thing still stands there
    if last is not None and _comes_back(last, event, policy):
        return _reopen(last, event, recipients)
    return _open(event, recipients)


def key_of(event: FenceEvent) -> CaseKey:
    """Camera, fence and scenario of an event."""
    return (event.camera_id, event.fence_id, event.scenario_id)


def _is_old(last: Case, event: FenceEvent) -> bool:
    if event.violation != last.violation or event.seq > last.seq:
        return False
    # an opening at another wall time is another violation: the media clock began again
    return event.kind is not EventKind.OPENED or event.wall_ns == last.violation_wall_ns


def _comes_back(last: Case, event: FenceEvent, policy: CasePolicy) -> bool:
    if last.state is not CaseState.CLOSED or last.cleared_wall_ns is None:
        return False
    away_ns = _since_wall_ns(event) - last.cleared_wall_ns
    return event.wall_ns >= last.cleared_wall_ns and away_ns <= policy.reopen_within_ns


def _on_open(last: Case, event: FenceEvent) -> Change | None:
    if event.kind is not EventKind.CLEARED:
        return _change(_taken_again(_seen(last, event)), event, NoticeKind.UPDATE)
    if event.violation != last.violation:
        return None  # the end of a violation that this case has left behind
    case = replace(
        last,
        **_stamp(last, event),
        cleared_wall_ns=event.wall_ns,
        cleared_media_ns=event.media_ns,
    )
    by_itself = event.reason is Reason.PLACE_CLEAR
    if by_itself and last.state is CaseState.HANDLED:
        settling = replace(case, verification=Verification.SETTLING)
        return _change(settling, event, NoticeKind.UPDATE)
    why = CloseReason.SELF_CLEARED if by_itself else event.reason
    closed = replace(case, state=CaseState.CLOSED, close_reason=why.value)
    return _change(closed, event, NoticeKind.END)


def _taken_again(case: Case) -> Case:
    """What was seen to be clear after it was handled no longer is."""
    if case.state is not CaseState.HANDLED or case.cleared_wall_ns is None:
        return case
    return replace(
        case, verification=Verification.WAITING, cleared_wall_ns=None, cleared_media_ns=None
    )


def _open(event: FenceEvent, recipients: tuple[str, ...]) -> Change:
    blank = Case(
        case_id=make_case_id(event),
        camera_id=event.camera_id,
        fence_id=event.fence_id,
        scenario_id=event.scenario_id,
        state=CaseState.OPENED,
        version=0,
        violation=event.violation,
        violation_wall_ns=event.wall_ns,
        seq=0,
        opened_wall_ns=event.wall_ns,
        opened_media_ns=event.media_ns,
        since_wall_ns=_since_wall_ns(event),
        since_media_ns=event.since_ns,
        updated_wall_ns=event.wall_ns,
        updated_media_ns=event.media_ns,
        box=None,
        labels=(),
        named_by="",
        sightings=0,
        recipients=recipients,
    )
    return _change(_seen(blank, event), event, NoticeKind.NEW)


def _reopen(last: Case, event: FenceEvent, recipients: tuple[str, ...]) -> Change:
    case = replace(
        begun_anew(_seen(last, event)),
        since_wall_ns=_since_wall_ns(event),
        since_media_ns=event.since_ns,
        recipients=recipients,
        clip=None,
    )
    return _change(case, event, NoticeKind.NEW)


def _seen(case: Case, event: FenceEvent) -> Case:
    if not event.sightings:
        return replace(case, **_stamp(case, event))
    named = next((it for it in event.sightings if it.named_by != PLACE), None)
    return replace(
        case,
        **_stamp(case, event),
        box=_span(event),
        labels=(named or event.sightings[0]).labels,
        named_by=(case.named_by or PLACE) if named is None else named.named_by,
        sightings=len(event.sightings),
        occupied_share=event.occupied_share,
        clear_width_m=event.clear_width_m,
    )


def _stamp(case: Case, event: FenceEvent) -> dict[str, Any]:
    """What every event changes of a case that it belongs to, as arguments of ``replace``."""
    same = case.violation == event.violation and event.kind is not EventKind.OPENED
    return {
        "version": case.version + 1,
        "violation": event.violation,
        "violation_wall_ns": case.violation_wall_ns if same else event.wall_ns,
        "seq": event.seq,
        "updated_wall_ns": event.wall_ns,
        "updated_media_ns": event.media_ns,
    }


def _span(event: FenceEvent) -> Box:
    boxes = [sighting.box for sighting in event.sightings]
    return Box(
        min(box.x1 for box in boxes),
        min(box.y1 for box in boxes),
        max(box.x2 for box in boxes),
        max(box.y2 for box in boxes),
    )


def _since_wall_ns(event: FenceEvent) -> int:
    return event.wall_ns - (event.media_ns - event.since_ns)


def _change(case: Case, event: FenceEvent, kind: NoticeKind) -> Change:
    transition = Transition(
        case_id=case.case_id,
        version=case.version,
        state=case.state,
        actor=CAMERA,
        reason=event.reason.value,
        wall_ns=event.wall_ns,
        media_ns=event.media_ns,
        event_id=event_key(event),
    )
    return Change(case, transition, (Notice(kind, event.event_id, case),))
