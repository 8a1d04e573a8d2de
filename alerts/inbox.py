"""A recipient's inbox: reads what comes in, shows it as that person's phone would."""

from __future__ import annotations

import json
from collections import OrderedDict
from dataclasses import dataclass
from typing import cast

from alerts.errors import AlertsError
from alerts.payloads import (
    DIGEST_SCHEMA,
    INBOX_SCHEMA,
    DigestBody,
    InboxBody,
)
from alerts.push import push_text
from alerts.service_payloads import NOTICE_SCHEMA, NoticeBody
from alerts.texts import Language

_REMEMBERED = 1000  # events: enough to know a message that comes again after a reconnect

_BULLETINS = (DIGEST_SCHEMA, NOTICE_SCHEMA)
_TEXT, _NUMBER, _MEASURE = (str,), (int,), (float, int, type(None))
_FIELDS: dict[str, tuple[type, ...]] = {
    "kind": _TEXT,
    "event_id": _TEXT,
    "seq": _NUMBER,
    "case_id": _TEXT,
    "version": _NUMBER,
    "state": _TEXT,
    "named_by": _TEXT,
    "occupied_share": _MEASURE,
    "clear_width_m": _MEASURE,
    "since": _TEXT,
    "since_ms": _NUMBER,
    "cleared": (str, type(None)),
    "cleared_ms": (int, type(None)),
    "picture": (str, type(None)),
    "deadline": (str, type(None)),
    "verbs": (list,),
}
_NAMED = {
    "recipient": ("id", "name", "role"),
    "site": ("id", "name"),
    "camera": ("id", "name"),
    "fence": ("id", "name"),
    "scenario": ("id", "zh", "en"),
}


@dataclass(frozen=True, slots=True)
class Push:
    """One message of an inbox, read and checked."""

    body: InboxBody

    def lines(self, language: Language) -> tuple[str, ...]:
        """What the phone shows."""
        return push_text(self.body, language)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Something on the inbox topic that is no push; ``problem`` says what is wrong."""

    topic: str
    problem: str

    def lines(self, language: Language) -> tuple[str, ...]:
        error = AlertsError("payload", topic=self.topic, problem=self.problem)
        return (error.text(language),)


@dataclass(frozen=True, slots=True)
class Bulletin:
    """One message about many cases at once, or about the service, read and checked."""

    body: DigestBody | NoticeBody

    def lines(self, language: Language) -> tuple[str, ...]:
        """What the phone shows."""
        return tuple(self.body["text"][language.value].splitlines())


class InboxReader:
    """Turns payloads into pushes; one that comes a second time is dropped."""

    def __init__(self) -> None:
        self._seen: OrderedDict[str, None] = OrderedDict()

    def read(self, topic: str, payload: bytes) -> Push | Bulletin | Unreadable | None:
        """The push, what is wrong with it, or None if it was there before."""
        try:
            item = _parse(payload)
        except ValueError as error:
            return Unreadable(topic, str(error))
        event_id = item.body["event_id"]
        if event_id in self._seen:
            return None
        self._seen[event_id] = None
        if len(self._seen) > _REMEMBERED:
            self._seen.popitem(last=False)
        return item


def _parse(payload: bytes) -> Push | Bulletin:
    try:
        body = json.loads(payload)
    except ValueError:
        body = None  # told below
    if not isinstance(body, dict) or body.get("schema") not in _BULLETINS:
        return Push(parse_push(payload))
    text = body.get("text")
    whole = isinstance(text, dict) and all(isinstance(text.get(it.value), str) for it in Language)
    _require(whole, "text: expected an object with zh, en", text)
    _require(isinstance(body.get("event_id"), str), "event_id: expected str", body.get("event_id"))
    return Bulletin(cast("DigestBody | NoticeBody", body))


def parse_push(payload: bytes) -> InboxBody:
    """Read and check a payload. Raises ``ValueError`` with key, got and expected."""
    try:
        body = json.loads(payload)
    except ValueError as error:
        raise ValueError(f"not JSON in UTF-8 ({error})") from error
    _require(isinstance(body, dict), "expected an object", body)
    _require(body.get("schema") == INBOX_SCHEMA, f"schema: expected {INBOX_SCHEMA!r}", body)
    for key, types in _FIELDS.items():
        names = " or ".join(one.__name__ for one in types)
        _require(isinstance(body.get(key), types), f"{key}: expected {names}", body.get(key))
    for key, parts in _NAMED.items():
        value = body.get(key)
        if key == "fence" and key in body and value is None:
            continue  # of a camera itself
        named = isinstance(value, dict) and all(isinstance(value.get(p), str) for p in parts)
        _require(named, f"{key}: expected an object with {', '.join(parts)}", value)
    checked = cast("InboxBody", body)
    push_text(checked, Language.EN)  # times that are no times
    return checked


def _require(holds: bool, expected: str, got: object) -> None:
    if not holds:
        raise ValueError(f"{expected}, got {str(got)[:80]!r}")
