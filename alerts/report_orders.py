"""Reads reports as people send them over MQTT, pictures in them, believed in nothing. Pure."""

from __future__ import annotations

import binascii
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from alerts.answers import Answer
from alerts.commands import Refusal, RefusalCode
from alerts.jpeg import MAX_SIDE_PX, is_fit_jpeg
from alerts.orders import (
    Place,
    RefusedError,
    Unusable,
    check_sender,
    checked,
    read_body,
    read_id,
    read_words,
)
from alerts.payloads import REPORT_SCHEMA
from alerts.reports import Report
from alerts.topics import NEW_CASE, REPORT

MAX_PICTURE_BYTES = 524_288
"""Of the JPEG itself."""

MAX_PICTURE_CHARACTERS = -(-MAX_PICTURE_BYTES // 3) * 4
"""Of its base64."""

MAX_REPORT_BYTES = 786_432
"""A larger report is refused unread."""

KEYS = {"schema", "request_id", "by", "camera", "fence", "scenario", "words", "picture"}
"""Of a report's payload."""


@dataclass(frozen=True, slots=True)
class Reported:
    """A report as it came. ``jpeg`` looks like a JPEG, and nobody has decoded it."""

    report: Report
    jpeg: bytes | None


def is_report(place: Place) -> bool:
    """Whether what is published there opens a case."""
    return (place.case_id, place.verb) == (NEW_CASE, REPORT)


def read_report(place: Place, payload: bytes, at_wall_ns: int) -> Reported | Answer | Unusable:
    """The report of a payload, the refusal of one that can be answered, or why neither."""
    asked = read_body(place, payload, MAX_REPORT_BYTES)
    if isinstance(asked, Unusable):
        return asked
    try:
        return _report(place, asked.request_id, asked.body, at_wall_ns)
    except RefusedError as error:
        who = (place.actor, asked.request_id, at_wall_ns)
        return Answer(*who, None, REPORT, refusal=error.refusal)


def _report(place: Place, request_id: str, body: Mapping[str, Any], at_wall_ns: int) -> Reported:
    check_sender(place, body, KEYS, REPORT_SCHEMA)
    report = Report(
        camera_id=_needed(body, "camera"),
        fence_id=_needed(body, "fence"),
        scenario_id=_needed(body, "scenario"),
        actor=place.actor,
        request_id=request_id,
        at_wall_ns=at_wall_ns,
        words=checked(body, "words", read_words) or "",
    )
    return Reported(report, checked(body, "picture", _jpeg))


def _needed(body: Mapping[str, Any], key: str) -> str:
    value = checked(body, key, read_id)
    if value is None:
        raise RefusedError(Refusal(RefusalCode.MALFORMED, {"problem": f"{key}: expected an id"}))
    return str(value)


def _jpeg(value: object) -> bytes:
    problem = (
        f"expected a JPEG in base64, of at most {MAX_PICTURE_BYTES // 1024} KiB and"
        f" {MAX_SIDE_PX} pixels a side"
    )
    if not isinstance(value, str) or len(value) > MAX_PICTURE_CHARACTERS:
        raise ValueError(problem)
    try:
        data = b64decode(value, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError(problem) from error
    if not is_fit_jpeg(data):
        raise ValueError(problem)
    return data
