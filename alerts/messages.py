"""Builds every message of the MQTT contract. Pure: times and numbers are handed in."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from alerts import payloads
from alerts.casebook import Change, Notice, NoticeKind
from alerts.cases import Case, utc
from alerts.health import CAMERA_HEALTH, CameraStatus, QueueStats, ServiceState
from alerts.payloads import CaseBody, ClipBody, InboxBody, Named, NamedBoth, Person, StatusBody
from alerts.people import Recipient
from alerts.place import Directory
from alerts.push import push_text
from alerts.texts import Language, load_texts
from alerts.topics import Topics
from fences.catalogue import CATALOGUE


@dataclass(frozen=True, slots=True)
class Message:
    """One MQTT message at QoS 1. An empty retained payload clears the topic."""

    topic: str
    payload: str
    retained: bool = False


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes messages for one site. ``picture_base`` goes before a picture's relative path."""

    directory: Directory
    topics: Topics
    picture_base: str = ""

    def change(self, change: Change, seqs: tuple[int, ...]) -> tuple[Message, ...]:
        """Everything that a change is worth, in order; ``seqs`` has one number per notice."""
        messages: list[Message] = []
        for notice, seq in zip(change.notices, seqs, strict=True):
            messages.append(self.event(notice, seq, change.transition.reason))
            messages.append(self.case(notice.case))
            if notice.kind is not NoticeKind.UPDATE:  # an update is no reason to buzz a phone
                messages.extend(self.inbox(notice, seq))
        return tuple(messages)

    def case(self, case: Case) -> Message:
        """The retained state; empty once nobody has to act on the case any more."""
        body = _dump(self.case_body(case)) if case.is_open else ""
        return Message(self.topics.case(case.case_id), body, retained=True)

    def event(self, notice: Notice, seq: int, reason: str) -> Message:
        case = notice.case
        at, at_ms = self._time(case.updated_wall_ns)
        body: payloads.EventBody = {
            "schema": payloads.EVENT_SCHEMA,
            "kind": notice.kind.value,
            "event_id": notice.event_id,
            "seq": seq,
            "reason": reason,
            "at": at,
            "at_ms": at_ms,
            "case": self.case_body(case),
        }
        return Message(self.topics.events, _dump(body))

    def inbox(self, notice: Notice, seq: int) -> tuple[Message, ...]:
        """One push for each recipient of the case who is still known."""
        return tuple(
            Message(self.topics.inbox(one.id), _dump(self.inbox_body(notice, seq, one)))
            for one in self.directory.people(notice.case.recipients)
        )

    def camera(self, status: CameraStatus) -> Message:
        since, since_ms = self._time(status.since_wall_ns)
        until, until_ms = self._maybe_time(status.until_wall_ns)
        body: payloads.CameraBody = {
            "schema": payloads.CAMERA_SCHEMA,
            "camera": self._camera(status.camera_id),
            "state": status.state.value,
            "since": since,
            "since_ms": since_ms,
            "until": until,
            "until_ms": until_ms,
            "reason": status.reason,
        }
        return Message(self.topics.camera_status(status.camera_id), _dump(body), retained=True)

    def status(
        self,
        state: ServiceState,
        version: str,
        since_wall_ns: int,
        at_wall_ns: int | None = None,
        queue: QueueStats | None = None,
        overload: float | None = None,
    ) -> Message:
        """The service's own state. The last will is written before its time is known."""
        since, since_ms = self._time(since_wall_ns)
        at, at_ms = self._maybe_time(at_wall_ns)
        age_s = None
        if queue is not None and at_wall_ns is not None:
            age_s = round(queue.oldest_age_s(at_wall_ns), 3)
        body: StatusBody = {
            "schema": payloads.STATUS_SCHEMA,
            "state": state.value,
            "version": version,
            "since": since,
            "since_ms": since_ms,
            "at": at,
            "at_ms": at_ms,
            "queue_depth": None if queue is None else queue.depth,
            "oldest_unsent_s": age_s,
            "overload": overload,
        }
        return Message(self.topics.status, _dump(body), retained=True)

    def case_body(self, case: Case) -> CaseBody:
        """The full state of a case."""
        since, since_ms = self._time(case.since_wall_ns)
        opened, opened_ms = self._time(case.opened_wall_ns)
        updated, updated_ms = self._time(case.updated_wall_ns)
        cleared, cleared_ms = self._maybe_time(case.cleared_wall_ns)
        return {
            "schema": payloads.CASE_SCHEMA,
            "case_id": case.case_id,
            "version": case.version,
            "state": case.state.value,
            "open": case.is_open,
            "site": self._site(),
            "camera": self._camera(case.camera_id),
            "fence": self._fence(case),
            "scenario": scenario_names(case.scenario_id),
            "since": since,
            "since_ms": since_ms,
            "opened": opened,
            "opened_ms": opened_ms,
            "updated": updated,
            "updated_ms": updated_ms,
            "cleared": cleared,
            "cleared_ms": cleared_ms,
            "close_reason": case.close_reason,
            "box": None if case.box is None else [round(v, 5) for v in case.box.xyxy],
            "labels": list(case.labels),
            "named_by": case.named_by,
            "sightings": case.sightings,
            "occupied_share": _rounded(case.occupied_share, 3),
            "clear_width_m": _rounded(case.clear_width_m, 2),
            "picture": self._located(case.picture),
            "clip": self._clip(case),
            "recipients": [_person(one) for one in self.directory.people(case.recipients)],
        }

    def inbox_body(self, notice: Notice, seq: int, recipient: Recipient) -> InboxBody:
        """The push for one recipient."""
        case = notice.case
        since, since_ms = self._time(case.since_wall_ns)
        cleared, cleared_ms = self._maybe_time(case.cleared_wall_ns)
        body: InboxBody = {
            "schema": payloads.INBOX_SCHEMA,
            "kind": notice.kind.value,
            "event_id": notice.event_id,
            "seq": seq,
            "recipient": _person(recipient),
            "case_id": case.case_id,
            "version": case.version,
            "state": case.state.value,
            "site": self._site(),
            "camera": self._camera(case.camera_id),
            "fence": self._fence(case),
            "scenario": scenario_names(case.scenario_id),
            "named_by": case.named_by,
            "occupied_share": _rounded(case.occupied_share, 3),
            "clear_width_m": _rounded(case.clear_width_m, 2),
            "since": since,
            "since_ms": since_ms,
            "cleared": cleared,
            "cleared_ms": cleared_ms,
            "picture": self._located(case.picture),
            "deadline": None,
            "deadline_ms": None,
            "verbs": [],
            "text": {},
        }
        body["text"] = {lang.value: "\n".join(push_text(body, lang)) for lang in Language}
        return body

    def _site(self) -> Named:
        return {"id": self.directory.site.id, "name": self.directory.site.name}

    def _camera(self, camera_id: str) -> Named:
        return {"id": camera_id, "name": self.directory.camera_name(camera_id)}

    def _fence(self, case: Case) -> Named | None:
        if case.scenario_id == CAMERA_HEALTH:
            return None
        place = self.directory.fence(case.camera_id, case.fence_id)
        return {"id": place.fence_id, "name": place.fence_name}

    def _clip(self, case: Case) -> ClipBody | None:
        clip = case.clip
        path = None if clip is None else self._located(clip.path)
        if clip is None or path is None:
            return None
        start, start_ms = self._time(clip.begin_wall_ns)
        return {
            "path": path,
            "bytes": clip.size_bytes,
            "sha256": clip.sha256,
            "start": start,
            "start_ms": start_ms,
            "duration_s": round(clip.duration_s, 3),
        }

    def _located(self, relative: str | None) -> str | None:
        """Where a file of the evidence folder is for whoever reads the message."""
        if relative is None:
            return None
        return f"{self.picture_base}/{relative}" if self.picture_base else relative

    def _time(self, wall_ns: int) -> tuple[str, int]:
        local = utc(wall_ns).astimezone(self.directory.site.zone_info)
        return local.isoformat(timespec="milliseconds"), wall_ns // 1_000_000

    def _maybe_time(self, wall_ns: int | None) -> tuple[str | None, int | None]:
        return (None, None) if wall_ns is None else self._time(wall_ns)


def scenario_names(scenario_id: str) -> NamedBoth:
    """Names from the catalogue; the id where a scenario is no longer in it."""
    if scenario_id == CAMERA_HEALTH:
        zh, en = (load_texts("alerts", one)("health.name") for one in (Language.ZH, Language.EN))
        return {"id": scenario_id, "zh": zh, "en": en}
    scenario = CATALOGUE.get(scenario_id)
    if scenario is None:
        return {"id": scenario_id, "zh": scenario_id, "en": scenario_id}
    return {"id": scenario_id, "zh": scenario.name_zh, "en": scenario.name_en}


def _rounded(value: float | None, places: int) -> float | None:
    return None if value is None else round(value, places)


def _person(recipient: Recipient) -> Person:
    return {"id": recipient.id, "name": recipient.name, "role": recipient.role.value}


def _dump(body: Mapping[str, object]) -> str:
    return json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
