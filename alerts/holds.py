"""Changes of a case that are about its evidence alone: it is held, released, or gone. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from alerts.casebook import Change, Notice, NoticeKind
from alerts.cases import CAMERA, Case, Transition
from alerts.files import EvidenceFile

HOLD, RELEASE, REMOVED = "evidence_hold", "evidence_release", "evidence_removed"
"""The reasons of such versions."""


def with_hold(case: Case, actor: str, words: str, wall_ns: int) -> Change | None:
    """The case with evidence that must stay; None if that is so already."""
    if case.held_by is not None:
        return None
    return _change(replace(case, held_by=actor), HOLD, wall_ns, actor, words)


def with_release(case: Case, actor: str, words: str, wall_ns: int) -> Change | None:
    """The case with evidence that may go; None if that is so already."""
    if case.held_by is None:
        return None
    return _change(replace(case, held_by=None), RELEASE, wall_ns, actor, words)


def without(case: Case, files: Iterable[EvidenceFile], wall_ns: int) -> Change:
    """The case without files whose time is over; it names none of them any more."""
    gone = tuple(replace(file, removed=True) for file in files)
    paths = {file.path for file in gone}
    peak = case.peak
    if peak is not None:
        peak = replace(peak, files=tuple(it for it in peak.files if it.path not in paths))
    left = replace(
        case,
        peak=peak,
        picture=None if case.picture in paths else case.picture,
        after_picture=None if case.after_picture in paths else case.after_picture,
        clip=None if case.clip is not None and case.clip.path in paths else case.clip,
    )
    return _change(left, REMOVED, wall_ns).with_files(*gone)


def _change(
    case: Case, reason: str, wall_ns: int, actor: str = CAMERA, words: str | None = None
) -> Change:
    version, at_ns = case.version + 1, max(wall_ns, case.updated_wall_ns)
    case = replace(case, version=version, updated_wall_ns=at_ns)
    line = Transition(
        case_id=case.case_id,
        version=version,
        state=case.state,
        actor=actor,
        reason=reason,
        wall_ns=at_ns,
        media_ns=case.updated_media_ns,
        words=words,
    )
    return Change(case, line, (Notice(NoticeKind.UPDATE, f"{case.case_id}.v{version}", case),))
