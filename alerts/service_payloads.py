"""The JSON bodies that tell of the service itself, as :mod:`alerts.payloads` has all others."""

from __future__ import annotations

from typing import TypedDict

from alerts.payloads import Named, Person

NOTICE_SCHEMA = "kerbwatch.notice/1"


class NoticeBody(TypedDict):
    """``inbox/<recipient_id>`` too: about the service itself, to those who look after it.

    ``since`` is of the trouble, also where it is over.
    """

    schema: str
    kind: str
    event_id: str
    recipient: Person
    site: Named
    since: str
    since_ms: int
    at: str
    at_ms: int
    free_bytes: int
    least_free_bytes: int
    text: dict[str, str]


class DiskFullBody(TypedDict):
    """The disk is too full for evidence, and nothing is left that may be removed."""

    since: str
    since_ms: int
    free_bytes: int
    least_free_bytes: int
    text: dict[str, str]


class StatusBody(TypedDict):
    """``status``: the service. The last will has no times but ``since``, when it connected."""

    schema: str
    state: str
    version: str
    since: str
    since_ms: int
    at: str | None
    at_ms: int | None
    queue_depth: int | None
    oldest_unsent_s: float | None
    overload: float | None
    disk_full: DiskFullBody | None
