"""A broker that goes and comes back: nothing is lost, the order is kept."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from alerts.cases import Case, CaseState
from alerts.errors import BrokerError
from alerts.health import CameraState
from alerts.intake import Batch
from alerts.mqtt.broker import EmbeddedBroker
from alerts.service import AlertService
from chaos.broker import Wire
from fences.event import EventKind, FenceEvent
from tests.alerts_kit import TOPICS, fence_event

Listen = Callable[[int], Any]
MakeService = Callable[[int | None], AlertService]


@pytest.fixture
def wire(mosquitto: Any) -> Iterator[Wire]:
    made = Wire(mosquitto.port)
    yield made
    made.close()


def batch(*events: FenceEvent) -> Batch:
    return Batch("gate-3", 0, 0, events)


def lives(count: int, first: int = 0) -> list[FenceEvent]:
    """Violations far enough apart to be cases of their own; the last one stays open."""
    told = []
    for number in range(first, first + count):
        at_s = 5000.0 * (number + 1)
        told.append(fence_event(EventKind.OPENED, at_s, violation_s=at_s, seq=1))
        told.append(fence_event(EventKind.CLEARED, at_s + 60, violation_s=at_s, seq=2))
    return told[:-1]


def seqs(heard: list[Any]) -> list[int]:
    return [json.loads(s.payload)["seq"] for s in heard if s.topic == TOPICS.events]


def test_a_broker_killed_and_started_again_learns_everything_in_order(
    mosquitto: Any, wire: Wire, services: MakeService, ears: Listen
) -> None:
    service = services(wire.port)
    service.start()
    before = ears(mosquitto.port)
    service.intake.camera_status("gate-3", CameraState.ONLINE, 0)
    story = lives(20)
    for event in story[:6]:
        service.intake.receive(batch(event))
    before.wait_for(lambda heard: len(seqs(heard)) >= 6)

    wire.cut()
    mosquitto.kill()
    for event in story[6:]:
        service.intake.receive(batch(event))
    assert service.queue().depth > 60
    mosquitto.start()  # with nothing kept
    after = ears(mosquitto.port)
    wire.mend()

    heard = after.wait_for(lambda heard: len(story) in seqs(heard))  # the last one
    told = seqs(heard)
    assert sorted(set(told)) == list(range(min(told), len(story) + 1))
    assert set(seqs(before.heard)) | set(told) == set(range(1, len(story) + 1)), "nothing lost"
    assert told == sorted(told), "in order"
    late = ears(mosquitto.port)
    open_case = next(case for case in service.store.cases() if case.is_open)
    expected = {TOPICS.status, TOPICS.camera_status("gate-3"), TOPICS.case(open_case.case_id)}
    late.wait_for(lambda heard: {s.topic for s in heard} >= expected)
    assert {s.topic for s in late.heard if s.retained} == expected


def test_a_case_that_closed_while_the_service_had_no_memory_of_it_is_cleared(
    mosquitto: Any, services: MakeService, ears: Listen
) -> None:
    """As after a store that was replaced: the broker still retains what nobody stands for."""
    ear = ears(mosquitto.port)
    first = services(mosquitto.port)
    first.start()
    first.intake.receive(batch(fence_event(EventKind.OPENED, 60)))
    ear.wait_topics("/events", "/wenshao")
    first.stop()
    case = first.store.cases()[0]
    with first.store.write() as transaction:
        transaction.put_case(_closed(case))
    first.store.close()
    services(mosquitto.port).start()
    ear.wait_for(lambda heard: any(_cleared(s, case.case_id) for s in heard))


def _closed(case: Case) -> Case:
    return replace(case, state=CaseState.CLOSED, version=case.version + 1)


def _cleared(said: Any, case_id: str) -> bool:
    return bool(said.topic == TOPICS.case(case_id) and said.payload == "")


def test_an_embedded_broker_that_starts_empty_is_told_what_is_open(
    services: MakeService, ears: Listen
) -> None:
    first = services(None)
    first.start()
    first.intake.receive(batch(fence_event(EventKind.OPENED, 60)))
    case_id = first.store.cases()[0].case_id
    first.stop()
    ear = ears(services(None).start().port)
    ear.wait_for(lambda heard: any(s.topic == TOPICS.case(case_id) and s.payload for s in heard))


def test_what_is_taken_in_before_the_start_is_told_after_it(
    services: MakeService, ears: Listen, mosquitto: Any
) -> None:
    service = services(mosquitto.port)
    service.intake.receive(batch(fence_event(EventKind.OPENED, 60)))
    ear = ears(mosquitto.port)
    service.start()
    heard = ear.wait_topics("/status", "/events", "/inbox/wenshao")
    assert seqs(heard) == [1]


def test_a_taken_port_is_one_clear_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(BrokerError, match=f"127.0.0.1:{port}.*in use"):
            EmbeddedBroker(port=port).start()


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "example.org"])
def test_the_embedded_broker_listens_to_this_machine_only(host: str) -> None:
    with pytest.raises(BrokerError, match="loopback"):
        EmbeddedBroker(host).start()
