"""What Home Assistant is shown, at a real Mosquitto and at the embedded broker."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from alerts.acl import Users, mosquitto_acl
from alerts.discovery import Discovery, documents
from alerts.health import CameraState
from alerts.intake import Batch
from alerts.mqtt.address import MqttAddress
from alerts.mqtt.session import Session
from alerts.place import Directory, make_directory
from alerts.service import AlertOptions, AlertService
from fences.event import EventKind
from kerbwatch.clock import SystemClock
from tests.alerts_kit import DIRECTORY, TOPICS, fence_event
from tests.integration.alerts.conftest import open_to_the_broker
from tests.schema_kit import problems

CLOCK = SystemClock()
HERE = Discovery("0.0.1")
COUNT = TOPICS.camera_cases("gate-3")
SHOWN = {one.topic for one in documents(HERE, DIRECTORY, TOPICS)}
SMALLER = make_directory(
    DIRECTORY.site,
    DIRECTORY.recipients.values(),
    [one for key, one in DIRECTORY.fences.items() if key[1] != "strip"],
)
Start = Callable[..., tuple[AlertService, int]]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts services over one and the same store; gives the broker's port as well."""
    made: list[AlertService] = []

    def begin(
        mqtt: MqttAddress | None, discovery: Discovery | None, directory: Directory = DIRECTORY
    ) -> tuple[AlertService, int]:
        url = f"sqlite:///{tmp_path / 'kerbwatch.db'}"
        options = AlertOptions(url, tmp_path / "e", "0.0.1", mqtt, discovery=discovery)
        made.append(AlertService(options, directory, CLOCK))
        return made[-1], made[-1].start().port

    yield begin
    for service in made:
        service.stop(1.0)


def held(heard: list[Any]) -> dict[str, str]:
    """What the broker holds, after all that was heard."""
    topics = {one.topic: one.payload for one in heard}
    return {topic: body for topic, body in topics.items() if body}


def shown(heard: list[Any]) -> set[str]:
    return {topic for topic in held(heard) if topic.endswith("/config")}


def counts(heard: list[Any]) -> list[int]:
    return [json.loads(it.payload)["open_cases"] for it in heard if it.topic == COUNT]


def test_what_is_shown_comes_and_goes_with_the_configuration_at_mosquitto(
    mosquitto: Any, start: Start, ears: Callable[[int], Any]
) -> None:
    address = MqttAddress("127.0.0.1", mosquitto.port)
    ear = ears(mosquitto.port)
    service, _ = start(address, HERE)
    ear.wait_for(lambda heard: shown(heard) == SHOWN and COUNT in held(heard))
    service.stop(2.0)
    service, _ = start(address, HERE, SMALLER)
    less = {one for one in SHOWN if "strip" not in one}
    assert len(less) == len(SHOWN) - 1
    ear.wait_for(lambda heard: shown(heard) == less)
    service.stop(2.0)
    start(address, None)
    ear.wait_for(lambda heard: shown(heard) == set() and COUNT not in held(heard))
    late = ears(mosquitto.port)
    late.wait_topics("/status")
    assert {one.topic for one in late.heard} == {TOPICS.status}


def test_what_a_camera_said_of_itself_leaves_mosquitto_with_it(
    mosquitto: Any, start: Start, ears: Callable[[int], Any]
) -> None:
    address = MqttAddress("127.0.0.1", mosquitto.port)
    wide = replace(DIRECTORY, cameras={**DIRECTORY.cameras, "gate-4": "4号门"})
    here, left = TOPICS.camera_status("gate-3"), TOPICS.camera_status("gate-4")
    service, _ = start(address, None, wide)
    for camera_id in ("gate-3", "gate-4"):
        service.intake.camera_status(camera_id, CameraState.ONLINE, CLOCK.wall_ns())
    ear = ears(mosquitto.port)
    ear.wait_for(lambda heard: {here, left} <= held(heard).keys())
    service.stop(2.0)
    start(address, None)
    ear.wait_for(lambda heard: left not in held(heard))
    late = ears(mosquitto.port)
    late.wait_for(lambda heard: here in held(heard))
    assert left not in {one.topic for one in late.heard}


def test_what_is_shown_comes_back_to_a_broker_that_has_lost_it(
    mosquitto: Any, start: Start, ears: Callable[[int], Any]
) -> None:
    address = MqttAddress("127.0.0.1", mosquitto.port)
    start(address, HERE)
    ears(mosquitto.port).wait_for(lambda heard: shown(heard) == SHOWN)
    mosquitto.kill()
    mosquitto.start()
    ears(mosquitto.port).wait_for(lambda heard: shown(heard) == SHOWN and COUNT in held(heard))


def test_the_number_of_open_cases_follows_them_with_the_embedded_broker(
    start: Start, ears: Callable[[int], Any]
) -> None:
    service, port = start(None, HERE)
    ear = ears(port)
    ear.wait_for(lambda heard: shown(heard) == SHOWN and counts(heard) == [0])
    service.intake.receive(Batch("gate-3", 0, 0, (fence_event(EventKind.OPENED, 60),)))
    ear.wait_for(lambda heard: counts(heard) == [0, 1])
    service.intake.receive(Batch("gate-3", 0, 0, (fence_event(EventKind.CLEARED, 90),)))
    heard = ear.wait_for(lambda heard: counts(heard) == [0, 1, 0])
    assert json.loads(held(heard)[COUNT])["fences"] == {"lane": 0, "strip": 0}
    assert [one for it in heard for one in problems(TOPICS.root, it.topic, it.payload)] == []


class Nosy:
    """Asks for what Home Assistant asks for, and for everything of the site."""

    def __init__(self, address: MqttAddress) -> None:
        self.topics: set[str] = set()
        self.session = Session(
            address,
            f"of-{address.username}",
            on_message=lambda _, topic, __, ___: self.topics.add(topic),
        )
        self.session.open(CLOCK)
        self.session.subscribe("homeassistant/+/+/+/config", f"{TOPICS.root}/#")


def test_a_reader_of_the_generated_acl_sees_it_and_a_recipient_does_not(
    mosquitto: Any, tmp_path: Path, start: Start
) -> None:
    mosquitto.kill()
    users = Users("kerbwatch", ("wenshao",), ("ha",))
    acl = tmp_path / "acl"
    acl.write_text(mosquitto_acl(TOPICS, users, HERE.prefix))
    open_to_the_broker(tmp_path)
    mosquitto.more = f"allow_anonymous true\nacl_file {acl}\n"
    mosquitto.start()
    place = MqttAddress("127.0.0.1", mosquitto.port)
    place = replace(place, password="-")
    ha, team = Nosy(replace(place, username="ha")), Nosy(replace(place, username="wenshao"))
    service, _ = start(replace(place, username="kerbwatch"), HERE)
    service.intake.receive(Batch("gate-3", 0, 0, (fence_event(EventKind.OPENED, 60),)))
    inbox = TOPICS.inbox("wenshao")
    end_ns = CLOCK.monotonic_ns() + 15_000_000_000
    while not (ha.topics >= {*SHOWN, COUNT} and inbox in team.topics):
        assert CLOCK.monotonic_ns() < end_ns, (ha.topics, team.topics)
        CLOCK.wait(ha.session.ended, 0.02)
    assert team.topics == {inbox}
    for one in (ha, team):
        one.session.close(CLOCK)
