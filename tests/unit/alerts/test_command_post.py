"""Commands on their way from the network's thread to the counter."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import structlog

from alerts.answers import Answer
from alerts.commands import Command
from alerts.counter import Counter
from alerts.link import Heard
from alerts.mqtt.commands import CommandPost
from alerts.orders import MAX_BYTES
from alerts.reception import Reception
from alerts.report_orders import MAX_REPORT_BYTES
from alerts.verbs import Verb
from benchmarks.processes import wait_for
from tests.alerts_kit import TOPICS, FakeLink
from tests.desk_kit import Desk, desk_with_case

DEADLINE_S = 20.0


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return desk_with_case(tmp_path)


@pytest.fixture
def post(desk: Desk) -> Iterator[CommandPost]:
    made = CommandPost(desk.counter, TOPICS, desk.clock, Reception(desk.counter, desk.evidence))
    yield made
    made.stop(DEADLINE_S)


def heard(desk: Desk, verb: str, body: bytes | dict[str, Any], *, retained: bool = False) -> Heard:
    payload = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Heard(FakeLink(), TOPICS.command("wenshao", desk.case.case_id, verb), payload, retained)


def note(request_id: str) -> dict[str, str]:
    return {"request_id": request_id, "words": "在路上"}


def test_what_is_no_command_is_left_to_others(post: CommandPost) -> None:
    assert not post.take(Heard(FakeLink(), TOPICS.status, b"{}", False))
    assert not post.take(Heard(FakeLink(), TOPICS.result("wenshao", "r-1"), b"{}", False))
    assert post._waiting.empty()


def test_a_command_that_the_broker_kept_counts_for_nothing(desk: Desk, post: CommandPost) -> None:
    assert post.take(heard(desk, "note", note("r-1"), retained=True))
    assert post._waiting.empty()
    assert post.unusable == {"retained": 1}


def test_what_is_too_big_is_not_even_kept_until_it_is_its_turn(
    desk: Desk, post: CommandPost
) -> None:
    assert post.take(heard(desk, "note", b"x" * (MAX_BYTES + 1)))
    assert post._waiting.empty()
    assert post.unusable == {"too_big": 1}


def test_reports_may_be_larger_and_all_that_waits_is_bounded_in_bytes(
    post: CommandPost,
) -> None:
    report = Heard(FakeLink(), TOPICS.report("wenshao"), b"x" * MAX_REPORT_BYTES, False)
    for _ in range(30):
        assert post.take(report)
    waiting = post._waiting.qsize()
    assert waiting * MAX_REPORT_BYTES <= 16 * 2**20 < (waiting + 1) * MAX_REPORT_BYTES
    assert post.unusable == {"too_many": 30 - waiting}
    assert post.take(Heard(FakeLink(), report.topic, b"x" * (MAX_REPORT_BYTES + 1), False))
    assert post.unusable["too_big"] == 1


def test_what_has_been_seen_to_makes_room(post: CommandPost) -> None:
    report = Heard(FakeLink(), TOPICS.report("wenshao"), b"x" * MAX_REPORT_BYTES, False)
    post.start()
    for number in range(1, 31):
        assert post.take(report)
        seen_to = partial(lambda count: post.unusable["no_json"] == count, number)
        wait_for("it", seen_to, DEADLINE_S, every_s=0.001)
    assert post.unusable == {"no_json": 30}


def test_one_command_that_fails_in_an_unforeseen_way_ends_no_other(
    desk: Desk, post: CommandPost, monkeypatch: pytest.MonkeyPatch
) -> None:
    take = Counter.take

    def broken(counter: Counter, command: Command) -> Answer:
        if command.request_id == "r-1":
            raise RuntimeError("nobody thought of it")
        return take(counter, command)

    monkeypatch.setattr(Counter, "take", broken)
    with structlog.testing.capture_logs() as logs:
        post.start()
        for request_id in ("r-1", "r-2"):
            assert post.take(heard(desk, Verb.NOTE.value, note(request_id)))
        wait_for(
            "the second", lambda: bool(desk.said("result/wenshao/r-2")), DEADLINE_S, every_s=0.01
        )
    assert post.running
    assert post.unusable == {"failed": 1}
    assert [line["event"] for line in logs] == ["command_unusable", "command_failed"]
    assert desk.said("result/wenshao/r-2")[0]["accepted"]
