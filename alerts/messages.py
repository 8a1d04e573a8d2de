"""Builds every message of the MQTT contract. Pure: times and numbers are handed in."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import orjson

from alerts import payloads
from alerts.answers import Answer
from alerts.casebook import Change, Notice
from alerts.cases import Case, Transition
from alerts.digests import DigestKind, digest_body
from alerts.health import CameraStatus, QueueStats, ServiceState, Shortage
from alerts.notices import ServiceNotice, disk_full, notice_body
from alerts.parts import Parts, person
from alerts.payloads import CaseBody, InboxBody
from alerts.people import Recipient
from alerts.place import Directory
from alerts.push import push_text
from alerts.pushing.letters import NO_PUSH, Letter, PushPlan
from alerts.service_payloads import StatusBody
from alerts.texts import Language
from alerts.topics import Topics
from alerts.verbs import verbs_for


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
    pushing: PushPlan = NO_PUSH

    def change(self, change: Change, seqs: tuple[int, ...]) -> tuple[Message, ...]:
        """Everything that a change is worth, in order; ``seqs`` has one number per notice."""
        messages: list[Message] = []
        for notice, seq in zip(change.notices, seqs, strict=True):
            body = self.case_body(notice.case)  # the same in both
            messages.append(self.event(notice, seq, change.transition, body))
            messages.append(self.case(notice.case, body))
            if notice.buzzes:
                messages.extend(self.inbox(notice, seq, change.transition))
        return tuple(messages)

    def case(self, case: Case, body: CaseBody | None = None) -> Message:
        """The retained state; empty once nobody has to act on the case any more."""
        payload = _dump(body or self.case_body(case)) if case.is_open else ""
        return Message(self.topics.case(case.case_id), payload, retained=True)

    def event(
        self, notice: Notice, seq: int, transition: Transition, body: CaseBody | None = None
    ) -> Message:
        """``body``: that of the notice's case, if there is one already."""
        case = notice.case
        at, at_ms = self._parts.time(case.updated_wall_ns)
        until, until_ms = self._parts.maybe_time(transition.until_wall_ns)
        event: payloads.EventBody = {
            "schema": payloads.EVENT_SCHEMA,
            "kind": notice.kind.value,
            "event_id": notice.event_id,
            "seq": seq,
            "reason": transition.reason,
            "by": self._parts.who(transition.actor),
            "words": transition.words,
            "until": until,
            "until_ms": until_ms,
            "at": at,
            "at_ms": at_ms,
            "case": body or self.case_body(case),
        }
        return Message(self.topics.events, _dump(event))

    def inbox(self, notice: Notice, seq: int, transition: Transition) -> tuple[Message, ...]:
        """One push for everybody it is for who is still known."""
        people = self.directory.people(notice.told)
        if not people:
            return ()
        first = self.inbox_body(notice, seq, transition, people[0])
        return tuple(
            Message(self.topics.inbox(one.id), _dump(_for(one, first, notice.case)))
            for one in people
        )

    def letter(self, message: Message) -> Letter | None:
        """What is pushed of a message, beside MQTT: those for inboxes, where there are channels."""
        inboxes = self.topics.inbox("")
        if not self.pushing.recipients or not message.topic.startswith(inboxes):
            return None
        body = json.loads(message.payload)
        if body["schema"] != payloads.INBOX_SCHEMA:
            return self.pushing.bulletin(body)
        return self.pushing.letter(body, self.picture_base)

    def digest(
        self,
        kind: DigestKind,
        event_id: str,
        storm: str,
        recipient_id: str,
        cases: Sequence[Case],
        at_wall_ns: int,
    ) -> Message:
        """What a recipient who is known is told of many cases at once."""
        known = self.directory.recipients[recipient_id]
        body = digest_body(self._parts, kind, event_id, storm, known, cases, at_wall_ns)
        return Message(self.topics.inbox(recipient_id), _dump(body))

    def notice(
        self, kind: ServiceNotice, shortage: Shortage, recipient: Recipient, at_wall_ns: int
    ) -> Message:
        """What a recipient is told of the service itself."""
        body = notice_body(self._parts, kind, shortage, recipient, at_wall_ns)
        return Message(self.topics.inbox(recipient.id), _dump(body))

    def camera(self, status: CameraStatus) -> Message:
        since, since_ms = self._parts.time(status.since_wall_ns)
        until, until_ms = self._parts.maybe_time(status.until_wall_ns)
        body: payloads.CameraBody = {
            "schema": payloads.CAMERA_SCHEMA,
            "camera": self._parts.camera(status.camera_id),
            "state": status.state.value,
            "since": since,
            "since_ms": since_ms,
            "until": until,
            "until_ms": until_ms,
            "reason": status.reason,
        }
        return Message(self.topics.camera_status(status.camera_id), _dump(body), retained=True)

    def camera_cases(self, camera_id: str, counts: Mapping[tuple[str, str], int]) -> Message:
        """How many cases of a camera are open; ``counts``: by camera and fence, without zeros."""
        fences = [fence_id for of, fence_id in self.directory.fences if of == camera_id]
        body: payloads.CameraCasesBody = {
            "schema": payloads.CAMERA_CASES_SCHEMA,
            "camera": self._parts.camera(camera_id),
            "open_cases": sum(count for (of, _), count in counts.items() if of == camera_id),
            "fences": {fence_id: counts.get((camera_id, fence_id), 0) for fence_id in fences},
        }
        return Message(self.topics.camera_cases(camera_id), _dump(body), retained=True)

    def status(
        self,
        state: ServiceState,
        version: str,
        since_wall_ns: int,
        at_wall_ns: int | None = None,
        queue: QueueStats | None = None,
        overload: float | None = None,
        shortage: Shortage | None = None,
    ) -> Message:
        """The service's own state. The last will is written before its time is known."""
        since, since_ms = self._parts.time(since_wall_ns)
        at, at_ms = self._parts.maybe_time(at_wall_ns)
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
            "disk_full": disk_full(self._parts, shortage),
        }
        return Message(self.topics.status, _dump(body), retained=True)

    def case_body(self, case: Case) -> CaseBody:
        """The full state of a case."""
        opened, opened_ms = self._parts.time(case.opened_wall_ns)
        updated, updated_ms = self._parts.time(case.updated_wall_ns)
        return {
            "schema": payloads.CASE_SCHEMA,
            "case_id": case.case_id,
            "version": case.version,
            "state": case.state.value,
            "open": case.is_open,
            "opened": opened,
            "opened_ms": opened_ms,
            "updated": updated,
            "updated_ms": updated_ms,
            "close_reason": case.close_reason,
            "box": None if case.box is None else [round(v, 5) for v in case.box.xyxy],
            "labels": list(case.labels),
            "sightings": case.sightings,
            "peak": self._parts.peak(case),
            "clip": self._parts.clip(case),
            "recipients": [person(one) for one in self.directory.people(case.recipients)],
            "storm": case.storm,
            **self._parts.seen(case),
            **self._parts.progress(case),
        }

    def inbox_body(
        self, notice: Notice, seq: int, transition: Transition, recipient: Recipient
    ) -> InboxBody:
        """The push for one recipient."""
        case = notice.case
        until, until_ms = self._parts.maybe_time(transition.until_wall_ns)
        body: InboxBody = {
            "schema": payloads.INBOX_SCHEMA,
            "kind": notice.kind.value,
            "event_id": notice.event_id,
            "seq": seq,
            "recipient": person(recipient),
            "case_id": case.case_id,
            "version": case.version,
            "state": case.state.value,
            "reason": transition.reason,
            "by": self._parts.who(transition.actor),
            "words": transition.words,
            "until": until,
            "until_ms": until_ms,
            "after_picture": self._parts.located(case.after_picture),
            **self._parts.seen(case),
            **self._parts.deadlines(case),
            "verbs": [verb.value for verb in verbs_for(case, recipient)],
            "text": {},
        }
        body["text"] = {lang.value: "\n".join(push_text(body, lang)) for lang in Language}
        return body

    def result(self, answer: Answer) -> Message:
        """What a command is answered."""
        at, at_ms = self._parts.time(answer.at_wall_ns)
        refusal = answer.refusal
        body: payloads.ResultBody = {
            "schema": payloads.RESULT_SCHEMA,
            "request_id": answer.request_id,
            "accepted": answer.done,
            "code": None if refusal is None else refusal.code.value,
            "text": None if refusal is None else {it.value: refusal.text(it) for it in Language},
            "case_id": answer.case_id,
            "verb": answer.verb,
            "version": answer.version,
            "state": answer.state,
            "at": at,
            "at_ms": at_ms,
        }
        return Message(self.topics.result(answer.actor, answer.request_id), _dump(body))

    @property
    def _parts(self) -> Parts:
        return Parts(self.directory, self.picture_base)


def _for(recipient: Recipient, body: InboxBody, case: Case) -> InboxBody:
    """The push that somebody gets, for somebody else: nothing else in it is of them."""
    verbs = [verb.value for verb in verbs_for(case, recipient)]
    return {**body, "recipient": person(recipient), "verbs": verbs}


def _dump(body: Mapping[str, object]) -> str:
    return orjson.dumps(body, option=orjson.OPT_SORT_KEYS).decode()
