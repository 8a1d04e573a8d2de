"""Deadlines over a real broker: told once, by the running service and the one after it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from alerts.duty.budget import parse_budget
from alerts.duty.deal import Terms, TermsRule
from alerts.duty.routing import Match
from alerts.intake import Batch
from alerts.mqtt.address import MqttAddress
from alerts.service import AlertOptions, AlertService
from fences.clock import SECOND_NS
from fences.event import EventKind
from kerbwatch.clock import SystemClock
from tests.alerts_kit import DIRECTORY, fence_event
from tests.duty_kit import PLAN

CLOCK = SystemClock()
SOON = Terms(accept=parse_budget("30 min"), handle=parse_budget("2 h"), again=parse_budget("1 h"))
PEOPLE = replace(DIRECTORY, duty=replace(PLAN, terms=(TermsRule(Match(), SOON),)))


@pytest.fixture
def start(mosquitto: Any, tmp_path: Path) -> Iterator[Callable[[], AlertService]]:
    made: list[AlertService] = []

    def service() -> AlertService:
        mqtt = MqttAddress("127.0.0.1", mosquitto.port)
        url = f"sqlite:///{tmp_path / 'kerbwatch.db'}"
        options = AlertOptions(url, tmp_path / "evidence", "0.0.1", mqtt)
        made.append(AlertService(options, PEOPLE, CLOCK))
        made[-1].start()
        return made[-1]

    yield service
    for one in made:
        one.stop(1.0)


def test_what_is_overdue_is_told_and_escalated_once_by_however_many_services(
    mosquitto: Any, start: Callable[[], AlertService], ears: Callable[[int], Any]
) -> None:
    ear = ears(mosquitto.port)
    service = start()
    # the accept deadline of a case of 29 min 58 s ago passes two seconds from now
    event = fence_event(EventKind.OPENED, 60)
    wall_ns = CLOCK.wall_ns() - (30 * 60 - 2) * SECOND_NS
    service.intake.receive(Batch("gate-3", 0, 0, (replace(event, wall_ns=wall_ns),)))
    (case,) = service.store.cases()
    push = json.loads(ear.wait_topics("/inbox/wenshao")[-1].payload)
    assert push["deadline_ms"] == (wall_ns + 2 * 3600 * SECOND_NS) // 1_000_000
    heard = ear.wait_for(lambda heard: any("escalate.1" in one.payload for one in heard))
    assert not any(one.topic.endswith("/inbox/centre") for one in heard)
    service.stop(1.0)
    again = start()
    assert again.deadlines.tend() == ()
    later = fence_event(EventKind.OPENED, 60, fence_id="strip")
    again.intake.receive(Batch("gate-3", 1, 1, (replace(later, wall_ns=CLOCK.wall_ns()),)))
    heard = ear.wait_for(lambda heard: any(".strip." in one.topic for one in heard))
    events = [json.loads(one.payload) for one in heard if one.topic.endswith("/events")]
    steps = [one["event_id"] for one in events if one["event_id"].startswith(case.case_id)]
    assert steps == [f"{case.case_id}.1.overdue.accept", f"{case.case_id}.1.escalate.1"]
    inbox = [json.loads(one.payload) for one in heard if one.topic.endswith("/inbox/duty-east")]
    assert [one["reason"] for one in inbox][:3] == [
        "dwell_reached",
        "overdue_accept",
        "escalate_accept",
    ]
