"""A clip that has been written makes its case's next version, whatever state that is in. Pure."""

from __future__ import annotations

from dataclasses import replace

from alerts.casebook import Change, Notice, NoticeKind
from alerts.cases import CAMERA, Case, Clip, Transition
from alerts.files import EvidenceFile

CLIP_ADDED = "clip_added"
"""The reason of a version that only tells of a clip."""


def with_clip(case: Case, clip: Clip, wall_ns: int) -> Change:
    """The case's next version, with the clip that was written for it."""
    case = replace(
        case,
        version=case.version + 1,
        updated_wall_ns=max(wall_ns, case.updated_wall_ns),
        clip=clip,
    )
    transition = Transition(
        case_id=case.case_id,
        version=case.version,
        state=case.state,
        actor=CAMERA,
        reason=CLIP_ADDED,
        wall_ns=case.updated_wall_ns,
        media_ns=case.updated_media_ns,
    )
    notice = Notice(NoticeKind.UPDATE, f"{case.case_id}.{clip.begin_wall_ns}.clip", case)
    file = EvidenceFile(clip.path, clip.sha256, clip.size_bytes)
    return Change(case, transition, (notice,), (file,))
