"""Which moments of a case get a picture, and what that makes of the case. Pure.

| moment | when | pictures of it |
|---|---|---|
| opening | it was opened, reopened, or has no picture yet | all stay |
| peak | it is worse than it ever was | one; it takes the place of the one before |
| end | the place was seen to be clear | all stay |
"""

from __future__ import annotations

from dataclasses import replace

from alerts.casebook import Change
from alerts.cases import Case
from alerts.evidence import Moment, Saved
from alerts.files import EvidenceFile
from alerts.peak import is_worse, peak_of
from fences.event import EventKind, FenceEvent, Reason


def moment_of(change: Change, event: FenceEvent) -> Moment | None:
    """The moment of its case that an event is; None: it needs no picture."""
    if event.kind is EventKind.CLEARED and event.reason is Reason.PLACE_CLEAR:
        return Moment.END
    if change.begins or (change.case.picture is None and event.sightings):
        return Moment.OPENING
    worse = event.kind is EventKind.UPDATED and is_worse(event, change.case.peak)
    return Moment.PEAK if worse else None


def pictured(change: Change, event: FenceEvent, saved: Saved) -> Change:
    """With the pictures of this event in their place, and the files in the log.

    They were drawn before others may have changed the case; what is no longer wanted is kept all
    the same, and told.
    """
    files = saved.files
    case = change.case
    if saved.moment is Moment.END:
        return change.with_after_picture(saved.path).with_files(*files)
    if saved.moment is Moment.OPENING and (change.begins or case.picture is None):
        case = replace(case, picture=saved.path)
    if event.kind is EventKind.CLEARED or not is_worse(event, case.peak):
        return change.with_case(case).with_files(*files)
    is_opening = saved.moment is Moment.OPENING
    worst = replace(case, peak=peak_of(event, files, is_opening=is_opening))
    return change.with_case(worst).with_files(*files, *_outdone(case))


def _outdone(case: Case) -> tuple[EvidenceFile, ...]:
    """The pictures of the peak before, told to be gone; an opening's stay, and what is held."""
    if case.peak is None or case.peak.is_opening or case.held_by is not None:
        return ()
    return tuple(replace(file, removed=True) for file in case.peak.files)
