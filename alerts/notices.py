"""What people are told of the service itself: that its disk is full, and no longer is. Pure."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from alerts.health import Shortage
from alerts.parts import Parts, person
from alerts.people import Recipient, Role
from alerts.place import Directory
from alerts.service_payloads import NOTICE_SCHEMA, DiskFullBody, NoticeBody
from alerts.texts import Language, load_texts


class ServiceNotice(StrEnum):
    """The disk is too full for evidence, and nothing is left that may go; or there is room."""

    DISK_FULL = "disk_full"
    DISK_ROOM = "disk_room"


def guardians(directory: Directory, now_wall_ns: int) -> tuple[str, ...]:
    """The ids of those who look after the service.

    The monitoring centre; where there is none, whoever is on duty in the highest rung of any
    ladder, or all of that rung; without ladders the officers.
    """
    people = directory.recipients.values()
    centre = tuple(one.id for one in people if one.role is Role.OPERATOR)
    if centre:
        return centre
    rota = directory.duty.rota
    top = [target for route in directory.duty.routes if route.rungs for target in route.rungs[-1]]
    found = [one for it in top for one in rota.on_duty(it, now_wall_ns)]
    found = found or [one for it in top for one in rota.everybody(it, now_wall_ns)]
    return tuple(dict.fromkeys(found)) or tuple(
        one.id for one in people if one.role is Role.OFFICER
    )


def notice_body(
    parts: Parts, kind: ServiceNotice, shortage: Shortage, recipient: Recipient, at_wall_ns: int
) -> NoticeBody:
    since, since_ms = parts.time(shortage.since_wall_ns)
    at, at_ms = parts.time(at_wall_ns)
    body: NoticeBody = {
        "schema": NOTICE_SCHEMA,
        "kind": kind.value,
        "event_id": f"{parts.site()['id']}.{kind.value}.{shortage.since_wall_ns}",
        "recipient": person(recipient),
        "site": parts.site(),
        "since": since,
        "since_ms": since_ms,
        "at": at,
        "at_ms": at_ms,
        "free_bytes": shortage.free_bytes,
        "least_free_bytes": shortage.least_free_bytes,
        "text": {},
    }
    body["text"] = {language.value: _text(body, language) for language in Language}
    return body


def disk_full(parts: Parts, shortage: Shortage | None) -> DiskFullBody | None:
    """What the service's status says of it."""
    if shortage is None:
        return None
    since, since_ms = parts.time(shortage.since_wall_ns)
    facts = _sizes(shortage.free_bytes, shortage.least_free_bytes)
    return {
        "since": since,
        "since_ms": since_ms,
        "free_bytes": shortage.free_bytes,
        "least_free_bytes": shortage.least_free_bytes,
        "text": {it.value: load_texts("alerts", it)("disk.why", **facts) for it in Language},
    }


def _text(body: NoticeBody, language: Language) -> str:
    texts = load_texts("alerts", language)
    facts = _sizes(body["free_bytes"], body["least_free_bytes"])
    lines = [
        texts(f"disk.{body['kind']}"),
        texts("disk.where", site=body["site"]["name"]),
        texts("push.since", since=_clock(body["since"])),
    ]
    if body["kind"] == ServiceNotice.DISK_FULL:
        return "\n".join([*lines, texts("disk.why", **facts), texts("disk.what_to_do")])
    lines.append(texts("disk.over", at=_clock(body["at"]), **facts))
    return "\n".join(lines)


def _sizes(free_bytes: int, least_free_bytes: int) -> dict[str, str]:
    return {"free": f"{free_bytes / 1e9:.1f}", "least": f"{least_free_bytes / 1e9:.1f}"}


def _clock(iso: str) -> str:
    return datetime.fromisoformat(iso).strftime("%Y-%m-%d %H:%M:%S")
