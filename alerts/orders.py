"""Reads commands as they come over MQTT: JSON of strangers, believed in nothing. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from alerts.answers import Answer
from alerts.commands import Command, Refusal, RefusalCode
from alerts.payloads import COMMAND_SCHEMA
from alerts.verbs import Verb

MAX_BYTES = 16_384
"""A larger command is refused unread."""

TOO_BIG = "too_big"
"""The kind of such a one."""

MAX_WORDS = 1000
MAX_PATH = 255

ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
"""Of a request and of a person: fit for a topic level and a column."""

CASE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,254}")

_LINES = re.compile(r"[^\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]*")
"""Text of any language with line breaks, without what terminals and databases stumble over."""


@dataclass(frozen=True, slots=True)
class Unusable:
    """A command that cannot even be answered; ``kind`` says why, one of a few."""

    kind: str


@dataclass(frozen=True, slots=True)
class Place:
    """The levels of a command's topic. ``actor`` is who the broker says that it is from.

    A broker with an ACL (``kerbwatch mqtt acl``) lets nobody publish below another one's id, so
    this is proven; what the payload says of it is not, and may only say the same.
    """

    actor: str
    case_id: str
    verb: str


def read_command(place: Place, payload: bytes, at_wall_ns: int) -> Command | Answer | Unusable:
    """The command of a payload, the refusal of one that can be answered, or why neither."""
    asked = read_body(place, payload, MAX_BYTES)
    if isinstance(asked, Unusable):
        return asked
    try:
        return _command(place, asked.request_id, asked.body, at_wall_ns)
    except RefusedError as error:
        known = place.verb if place.verb in set(Verb) else None
        who = (place.actor, asked.request_id, at_wall_ns)
        return Answer(*who, place.case_id, known, refusal=error.refusal)


@dataclass(frozen=True, slots=True)
class Asked:
    """A payload that can be answered: a JSON object with a usable ``request_id``."""

    request_id: str
    body: Mapping[str, Any]


def read_body(place: Place, payload: bytes, max_bytes: int) -> Asked | Unusable:
    """What a payload says, of which nothing but the request id has been looked at."""
    if len(payload) > max_bytes:
        return Unusable(TOO_BIG)
    if not (ID.fullmatch(place.actor) and CASE_ID.fullmatch(place.case_id)):
        return Unusable("topic")
    try:
        body = json.loads(payload, object_pairs_hook=_once, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return Unusable("no_json")
    request_id = body.get("request_id") if isinstance(body, dict) else None
    if not isinstance(request_id, str) or not ID.fullmatch(request_id):
        return Unusable("no_request_id")
    return Asked(request_id, body)


def check_sender(place: Place, body: Mapping[str, Any], keys: Collection[str], schema: str) -> None:
    """That there is nothing else in it, and that it is from whom the topic says.

    Raises ``RefusedError``.
    """
    if unknown := sorted(body.keys() - keys):
        raise _malformed(f"unknown key {unknown[0][:32]!r}")
    if body.get("schema", schema) != schema:
        raise _malformed(f"schema: expected {schema!r}")
    if checked(body, "by", read_id) not in {None, place.actor}:
        values = {"got": body["by"], "actor": place.actor}
        raise RefusedError(Refusal(RefusalCode.NOT_YOU, values))


class RefusedError(Exception):
    """It can be answered, and why it is refused is in ``refusal``."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.code.value)
        self.refusal = refusal


def _command(place: Place, request_id: str, body: Mapping[str, Any], at_wall_ns: int) -> Command:
    verb = place.verb
    if verb not in set(Verb):
        values = {"got": repr(verb[:32]), "known": ", ".join(Verb)}
        raise RefusedError(Refusal(RefusalCode.UNKNOWN_VERB, values))
    check_sender(place, body, KEYS, COMMAND_SCHEMA)
    return Command(
        case_id=place.case_id,
        verb=Verb(verb),
        actor=place.actor,
        request_id=request_id,
        at_wall_ns=at_wall_ns,
        version=checked(body, "version", _version),
        words=checked(body, "words", read_words) or "",
        until_wall_ns=checked(body, "until", _time),
        picture=checked(body, "picture", _path),
    )


KEYS = {"schema", "request_id", "by", "version", "words", "until", "picture"}
"""Of a command's payload."""


def checked(body: Mapping[str, Any], key: str, read: Callable[[Any], Any]) -> Any:
    """A value as ``read`` gives it; None where there is none.

    Raises ``RefusedError`` where ``read`` raises ``ValueError``.
    """
    value = body.get(key)
    if value is None:
        return None
    try:
        return read(value)
    except ValueError as error:
        raise _malformed(f"{key}: {error}") from error


def _malformed(problem: str) -> RefusedError:
    return RefusedError(Refusal(RefusalCode.MALFORMED, {"problem": problem}))


def read_id(value: object) -> str:
    """Raises ``ValueError`` for what is no id."""
    if not isinstance(value, str) or not ID.fullmatch(value):
        raise ValueError("expected an id of at most 64 ASCII letters, digits and . _ -")
    return value


def _version(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value < 2**31:
        raise ValueError("expected a whole number from 1")
    return value


def fit_words(text: str) -> bool:
    """Whether this is text that may go into a case."""
    return len(text) <= MAX_WORDS and _LINES.fullmatch(text) is not None


def read_words(value: object) -> str:
    """Raises ``ValueError`` for what is no text of a fair length."""
    if not isinstance(value, str) or not fit_words(value):
        raise ValueError(f"expected text of at most {MAX_WORDS} characters")
    return value


def _path(value: object) -> str:
    whole = isinstance(value, str) and value and value.isprintable() and len(value) <= MAX_PATH
    if not whole:
        raise ValueError("expected a path inside the evidence folder")
    return str(value)


def _time(value: object) -> int:
    if not isinstance(value, str) or len(value) > 40:
        raise ValueError("expected a time such as 2026-03-01T21:30:00+08:00")
    return wall_ns_of(value)


def wall_ns_of(text: str) -> int:
    """Nanoseconds since the epoch of an ISO 8601 time with its offset. Raises ``ValueError``."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("expected a time with its offset, such as 2026-03-01T21:30:00+08:00")
    try:
        past = moment.astimezone(UTC) - datetime.fromtimestamp(0, UTC)
    except OverflowError as error:
        raise ValueError("expected a time of this age") from error
    return (past // timedelta(microseconds=1)) * 1000


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    body = dict(pairs)
    if len(body) != len(pairs):
        raise ValueError("a key is there twice")
    return body


def _no_constant(text: str) -> float:
    raise ValueError(f"{text} is no JSON")
