"""Rows to types and back."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from operator import attrgetter
from typing import Any, Protocol

from alerts.cases import Case, CaseState, Clip, Transition, Verification
from alerts.chain import Entry, Seal
from alerts.duty.quiet import KeptSilence, Silence
from alerts.files import EvidenceFile
from alerts.health import CameraState, CameraStatus
from alerts.messages import Message
from alerts.peak import Peak
from alerts.store.port import Checkpoint, Held, OutboxRow, Remembered
from fences.box import Box


class Row(Protocol):
    """What is read of a row: columns by name."""

    def __getitem__(self, name: str, /) -> Any: ...


_PLAIN = (
    "case_id",
    "camera_id",
    "fence_id",
    "scenario_id",
    "version",
    "violation",
    "violation_wall_ns",
    "seq",
    "opened_wall_ns",
    "opened_media_ns",
    "since_wall_ns",
    "since_media_ns",
    "updated_wall_ns",
    "updated_media_ns",
    "cleared_wall_ns",
    "cleared_media_ns",
    "close_reason",
    "named_by",
    "sightings",
    "occupied_share",
    "clear_width_m",
    "picture",
    "accepted_by",
    "accepted_wall_ns",
    "handled_by",
    "handled_wall_ns",
    "after_picture",
    "extended_until_wall_ns",
    "suspended_until_wall_ns",
    "reported_by",
    "report",
    "accept_due_wall_ns",
    "handle_due_wall_ns",
    "storm",
    "held_by",
)


_plain_of = attrgetter(*_PLAIN)


def case_to_row(case: Case) -> dict[str, object]:
    """Every column of ``cases`` but ``ordinal`` and ``log_sha256``."""
    return dict(zip(_PLAIN, _plain_of(case), strict=True)) | {
        "state": case.state.value,
        "is_open": case.is_open,
        "verification": None if case.verification is None else case.verification.value,
        "box": None if case.box is None else json.dumps(case.box.xyxy),
        "clip": None if case.clip is None else json.dumps(asdict(case.clip)),
        "peak": None if case.peak is None else json.dumps(asdict(case.peak)),
        "labels": json.dumps(case.labels, ensure_ascii=False),
        "recipients": json.dumps(case.recipients, ensure_ascii=False),
    }


def row_to_case(row: Row) -> Case:
    return Case(
        **{name: row[name] for name in _PLAIN},
        state=CaseState(row["state"]),
        verification=None if row["verification"] is None else Verification(row["verification"]),
        box=None if row["box"] is None else Box(*json.loads(row["box"])),
        clip=None if row["clip"] is None else Clip(**json.loads(row["clip"])),
        peak=None if row["peak"] is None else _peak_of(json.loads(row["peak"])),
        labels=tuple(json.loads(row["labels"])),
        recipients=tuple(json.loads(row["recipients"])),
    )


def _peak_of(said: dict[str, Any]) -> Peak:
    return Peak(**said | {"files": tuple(EvidenceFile(**file) for file in said["files"])})


def transition_to_row(transition: Transition) -> dict[str, object]:
    return {
        "case_id": transition.case_id,
        "version": transition.version,
        "state": transition.state.value,
        "actor": transition.actor,
        "reason": transition.reason,
        "wall_ns": transition.wall_ns,
        "media_ns": transition.media_ns,
        "event_id": transition.event_id,
        "words": transition.words,
        "picture": transition.picture,
        "until_wall_ns": transition.until_wall_ns,
    }


def seal_to_row(seal: Seal | None) -> dict[str, object]:
    """The seal's columns of a line of the log."""
    if seal is None:
        return {"files": None, "case_sha256": None, "sha256": None}
    files = json.dumps([asdict(file) for file in seal.files], ensure_ascii=False)
    return {"files": files, "case_sha256": seal.case_sha256, "sha256": seal.sha256}


def row_to_entry(row: Row, sealed_after: int) -> Entry:
    """What cannot be read of a seal is no seal: whoever looks it over tells of that."""
    seal = None
    if row["sha256"] is not None:
        try:
            files = tuple(EvidenceFile(**file) for file in json.loads(row["files"] or "[]"))
        except (ValueError, TypeError):
            files = ()
        seal = Seal(files, row["case_sha256"] or "", row["sha256"])
    return Entry(row_to_transition(row), seal, row["id"] > sealed_after)


def row_to_transition(row: Row) -> Transition:
    return Transition(
        case_id=row["case_id"],
        version=row["version"],
        state=CaseState(row["state"]),
        actor=row["actor"],
        reason=row["reason"],
        wall_ns=row["wall_ns"],
        media_ns=row["media_ns"],
        event_id=row["event_id"],
        words=row["words"],
        picture=row["picture"],
        until_wall_ns=row["until_wall_ns"],
    )


def row_to_message(row: Row) -> OutboxRow:
    message = Message(row["topic"], row["payload"], bool(row["retained"]))
    return OutboxRow(row["id"], message, row["wall_ns"])


def held_to_row(held: Held) -> dict[str, object]:
    return {
        "case_id": held.case_id,
        "recipient": held.recipient,
        "kind": held.kind,
        "topic": held.message.topic,
        "payload": held.message.payload,
        "seq": held.seq,
        "until_wall_ns": held.until_wall_ns,
    }


def row_to_held(row: Row) -> Held:
    message = Message(row["topic"], row["payload"])
    kind, seq, until_ns = row["kind"], row["seq"], row["until_wall_ns"]
    return Held(row["case_id"], row["recipient"], kind, message, seq, until_ns)


_SILENCE = (
    "from_wall_ns",
    "until_wall_ns",
    "author",
    "reason",
    "recipient",
    "case_id",
    "camera_id",
    "fence_id",
    "scenario_id",
)


def silence_to_row(kept: KeptSilence) -> dict[str, object]:
    said = {name: getattr(kept.silence, name) for name in _SILENCE}
    return said | {
        "number": kept.number,
        "over_wall_ns": kept.over_wall_ns,
        "lifted_by": kept.lifted_by,
    }


def row_to_silence(row: Row) -> KeptSilence:
    silence = Silence(**{name: row[name] for name in _SILENCE})
    return KeptSilence(row["number"], silence, row["over_wall_ns"], row["lifted_by"])


def row_to_answer(row: Row) -> Remembered:
    return Remembered(row["request_id"], row["digest"], row["answer"], row["wall_ns"])


def row_to_checkpoint(row: Row) -> Checkpoint:
    return Checkpoint(
        row["camera_id"], row["fence_id"], row["codec"], row["media_ns"], row["wall_ns"]
    )


def row_to_camera(row: Row) -> CameraStatus:
    return CameraStatus(
        row["camera_id"],
        CameraState(row["state"]),
        row["since_wall_ns"],
        row["reason"],
        row["until_wall_ns"],
    )


def rows_to_cameras(found: Iterable[Row]) -> tuple[CameraStatus, ...]:
    return tuple(sorted(map(row_to_camera, found), key=lambda one: one.camera_id))
