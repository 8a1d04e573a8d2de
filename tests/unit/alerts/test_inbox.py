from __future__ import annotations

import json
from typing import Any

import pytest

from alerts.casebook import decide
from alerts.inbox import InboxReader, Push, Unreadable, parse_push
from alerts.texts import Language
from fences.event import EventKind
from tests.alerts_kit import WRITER, fence_event


def payload(**changes: Any) -> bytes:
    change = decide(None, fence_event(EventKind.OPENED, 60), ("duty-east",))
    assert change is not None
    body = json.loads(WRITER.change(change, (1,))[2].payload) | changes
    return json.dumps({k: v for k, v in body.items() if v != "absent"}).encode()


def test_a_push_is_shown_as_a_phone_would() -> None:
    item = InboxReader().read("inbox/duty-east", payload())
    assert isinstance(item, Push)
    assert item.lines(Language.EN)[:2] == (
        "[New case] Blocked fire lane",
        "Where: 闻韶社区3号门 · 消防通道",
    )


def test_a_push_that_is_delivered_twice_is_shown_once() -> None:
    reader = InboxReader()
    assert isinstance(reader.read("t", payload()), Push)
    assert reader.read("t", payload()) is None


def test_a_push_of_a_version_that_measured_nothing_is_read() -> None:
    old = payload(occupied_share="absent", clear_width_m="absent")
    assert isinstance(InboxReader().read("t", old), Push)


@pytest.mark.parametrize(
    ("bad", "problem"),
    [
        (b"\xff\xfe", "JSON"),
        (b"[]", "expected an object"),
        (b"{}", "schema"),
        (payload(schema="kerbwatch.inbox/9"), "kerbwatch.inbox/9|expected 'kerbwatch.inbox/1'"),
        (payload(case_id=7), "case_id: expected str"),
        (payload(named_by=None), "named_by: expected str"),
        (payload(since="absent"), "since: expected str"),
        (payload(since="yesterday"), "yesterday"),
        (payload(camera={"id": "x"}), "camera: expected an object with id, name"),
        (payload(clear_width_m="narrow"), "clear_width_m: expected float or int or NoneType"),
        (payload(verbs="accept"), "verbs: expected list"),
    ],
)
def test_a_malformed_push_is_reported_and_what_follows_is_read(bad: bytes, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        parse_push(bad)
    reader = InboxReader()
    item = reader.read("inbox/x", bad)
    assert isinstance(item, Unreadable)
    assert "inbox/x" in item.lines(Language.ZH)[0]
    assert isinstance(reader.read("inbox/x", payload()), Push)
