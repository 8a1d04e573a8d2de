"""What a plain subscriber sees of the service, over Mosquitto and over the embedded broker."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from alerts.health import CameraState
from alerts.inbox import Push, Unreadable
from alerts.intake import Batch
from alerts.messages import Message
from alerts.mqtt.address import MqttAddress
from alerts.mqtt.session import Session
from alerts.mqtt.subscriber import InboxListener
from alerts.service import AlertService
from alerts.texts import Language
from fences.event import EventKind, FenceEvent
from kerbwatch.clock import SystemClock
from tests.alerts_kit import TOPICS, fence_event

OPENED, UPDATED, CLEARED = (
    fence_event(EventKind.OPENED, 60),
    fence_event(EventKind.UPDATED, 70),
    fence_event(EventKind.CLEARED, 90),
)
Listen = Callable[[int], Any]
MakeService = Callable[[int | None], AlertService]


def batch(*events: FenceEvent) -> Batch:
    picture = np.full((60, 80, 3), 90, np.uint8)
    return Batch("gate-3", 0, 0, events, {"lane": "{}"}, picture)


@pytest.fixture(params=["mosquitto", "embedded"])
def running(
    request: pytest.FixtureRequest, services: MakeService
) -> tuple[AlertService, MqttAddress]:
    port = None
    if request.param == "mosquitto":
        port = request.getfixturevalue("mosquitto").port
    service = services(port)
    return service, service.start()


def test_a_case_is_told_from_its_opening_to_its_end(
    running: tuple[AlertService, MqttAddress], ears: Listen
) -> None:
    service, address = running
    ear = ears(address.port)
    ear.wait_topics("/status")
    service.intake.camera_status("gate-3", CameraState.ONLINE, 0)
    for event in (OPENED, UPDATED, CLEARED):
        service.intake.receive(batch(event))
    case_id = service.store.cases()[0].case_id
    heard = ear.wait_for(lambda said: said[-1].topic == TOPICS.inbox("wenshao") and len(said) > 9)
    told = [said for said in heard if said.topic != TOPICS.status]
    assert [said.topic for said in told] == [
        TOPICS.camera_status("gate-3"),
        TOPICS.events,
        TOPICS.case(case_id),
        TOPICS.inbox("duty-east"),
        TOPICS.inbox("wenshao"),
        TOPICS.events,
        TOPICS.case(case_id),
        TOPICS.events,
        TOPICS.case(case_id),
        TOPICS.inbox("duty-east"),
        TOPICS.inbox("wenshao"),
    ]
    events = [json.loads(said.payload) for said in told if said.topic == TOPICS.events]
    assert [event["kind"] for event in events] == ["new", "update", "end"]
    assert [event["seq"] for event in events] == [1, 2, 3]
    states = [said.payload for said in told if said.topic == TOPICS.case(case_id)]
    assert [json.loads(state)["version"] for state in states[:2]] == [1, 2]
    assert states[2] == ""


def test_who_comes_late_learns_what_is_open_and_nothing_else(
    running: tuple[AlertService, MqttAddress], ears: Listen
) -> None:
    service, address = running
    first = ears(address.port)
    service.intake.camera_status("gate-3", CameraState.COVERED, 0)
    service.intake.receive(batch(OPENED, fence_event(EventKind.OPENED, 60, fence_id="strip")))
    service.intake.receive(batch(CLEARED))
    first.wait_for(lambda heard: any("/cases/" in s.topic and not s.payload for s in heard))
    case = next(case for case in service.store.cases() if case.is_open)
    late = ears(address.port)
    expected = {TOPICS.status, TOPICS.camera_status("gate-3"), TOPICS.case(case.case_id)}
    heard = late.wait_for(lambda heard: {said.topic for said in heard} >= expected)
    assert {said.topic for said in heard if said.retained} == expected


def test_a_clean_stop_says_stopped_and_leaves_no_last_will(
    running: tuple[AlertService, MqttAddress], ears: Listen
) -> None:
    service, address = running
    ear = ears(address.port)
    ear.wait_topics("/status")
    service.intake.receive(batch(OPENED))
    left = service.stop(4.0)
    assert left.depth == 0
    said = [s for s in ear.wait_for(_stopped) if s.topic == TOPICS.status]
    assert [json.loads(s.payload)["state"] for s in said] == ["online", "stopped"]


def _stopped(heard: list[Any]) -> bool:
    return any(s.topic == TOPICS.status and '"stopped"' in s.payload for s in heard)


def test_what_time_does_while_the_service_stops_is_told_before_it_has(
    mosquitto: Any, services: MakeService, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = services(mosquitto.port)
    looks = threading.Event()

    def last_step() -> tuple[()]:
        looks.set()
        if service._stopping.wait(10) and not service.store.cases():
            service.intake.receive(batch(OPENED))
        return ()

    monkeypatch.setattr(service.deadlines, "tend", last_step)
    service.start()
    assert looks.wait(10)
    assert service.stop().depth == 0
    assert len(service.store.cases()) == 1


def test_a_recipient_gets_own_pushes_live_and_what_is_malformed_is_said(
    running: tuple[AlertService, MqttAddress],
) -> None:
    service, address = running
    clock = SystemClock()
    inbox = InboxListener(address, TOPICS, "duty-east", clock)
    inbox.start()
    assert inbox.connected.wait(10)
    stranger = Session(address, "stranger")
    stranger.open(clock)
    stranger.send(Message(TOPICS.inbox("duty-east"), "no json"))
    bad = inbox.get(10)
    assert isinstance(bad, Unreadable)
    service.intake.receive(batch(OPENED))
    push = inbox.get(10)
    assert isinstance(push, Push)
    assert push.lines(Language.ZH)[0] == "【新案卷】消防通道被占"
    stranger.close(clock)
    inbox.stop()
    assert list(inbox) == []


def test_stopping_with_the_broker_away_is_quick_and_keeps_the_queue_on_disk(
    services: MakeService, unused_port: int
) -> None:
    service = services(unused_port)
    service.start()
    service.intake.receive(batch(OPENED))
    clock = SystemClock()
    started_ns = clock.monotonic_ns()
    left = service.stop(4.0)
    assert (clock.monotonic_ns() - started_ns) / 1e9 < 4.5
    assert left.depth == 4
