"""The closed loop over a real broker: people command, the camera verifies, all of it is told."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from alerts.casebook import CasePolicy
from alerts.counter import Counter
from alerts.evidence import EvidenceFolder
from alerts.health import CameraState
from alerts.intake import Batch
from alerts.messages import Message
from alerts.mqtt.address import MqttAddress
from alerts.mqtt.session import Session
from alerts.report_orders import MAX_PICTURE_BYTES
from alerts.service import AlertOptions, AlertService
from alerts.store.sql import SqlStore
from alerts.verbs import Verb
from fences.event import EventKind, FenceEvent
from kerbwatch.clock import SystemClock
from tests.alerts_kit import DIRECTORY, TOPICS, WRITER, fence_event, order

Listen = Callable[[int], Any]
CLOCK = SystemClock()


@pytest.fixture(params=["mosquitto", "embedded"])
def running(
    request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[tuple[AlertService, MqttAddress]]:
    mqtt = None
    if request.param == "mosquitto":
        mqtt = MqttAddress("127.0.0.1", request.getfixturevalue("mosquitto").port)
    policy = CasePolicy(verify_after_ns=100_000_000)
    url = f"sqlite:///{tmp_path / 'kerbwatch.db'}"
    options = AlertOptions(url, tmp_path / "evidence", "0.0.1", mqtt, policy=policy)
    service = AlertService(options, DIRECTORY, CLOCK)
    yield service, service.start()
    service.stop(1.0)


@pytest.fixture
def phone(running: tuple[AlertService, MqttAddress]) -> Iterator[Session]:
    session = Session(running[1], "phone")
    session.open(CLOCK)
    yield session
    session.close(CLOCK)


def now(kind: EventKind) -> FenceEvent:
    """An event of this moment: the service's own clock is the real one."""
    at_s = 60 if kind is EventKind.OPENED else 90
    event = fence_event(kind, at_s)
    offset_s = (CLOCK.wall_ns() - event.wall_ns) / 1e9
    return fence_event(kind, at_s, wall_offset_s=offset_s)


def see(service: AlertService, event: FenceEvent) -> None:
    picture = np.full((60, 80, 3), 90, np.uint8)
    service.intake.receive(Batch("gate-3", 0, 0, (event,), {}, picture))


def said(heard: list[Any], end: str) -> list[Any]:
    return [json.loads(one.payload) for one in heard if one.topic.endswith(end) and one.payload]


def command(phone: Session, case_id: str, verb: str, **body: Any) -> str:
    who = body.pop("who", "wenshao")
    told = {"request_id": f"r-{verb}-{len(body)}"} | body
    phone.send(Message(TOPICS.command(who, case_id, verb), json.dumps(told)))
    return f"{who}/{told['request_id']}"


def test_accept_handle_clear_is_verified_and_closed(
    running: tuple[AlertService, MqttAddress], ears: Listen, phone: Session
) -> None:
    service, address = running
    ear = ears(address.port)
    ear.wait_topics("/status")
    service.intake.camera_status("gate-3", CameraState.ONLINE, CLOCK.wall_ns())
    see(service, now(EventKind.OPENED))
    push = said(ear.wait_topics("/inbox/wenshao"), "/inbox/wenshao")[0]
    assert push["verbs"] == ["accept", "handle", "note", "snooze", "lift"]
    for number, verb in enumerate(("accept", "handle"), start=1):
        request = command(phone, push["case_id"], verb, version=number)
        result = said(ear.wait_topics(f"/result/{request}"), request)[0]
        assert (result["accepted"], result["version"]) == (True, number + 1)
    see(service, now(EventKind.CLEARED))
    heard = ear.wait_for(lambda heard: any('"kind":"end"' in one.payload for one in heard))
    heard = ear.wait_for(lambda heard: heard[-1].topic.endswith("/inbox/wenshao"))
    states = [event["case"]["state"] for event in said(heard, "/events")]
    assert states == ["opened", "accepted", "handled", "handled", "verified", "closed"]
    end = said(heard, "/events")[-1]["case"]
    assert end["verification"] == "verified"
    assert end["picture"] != end["after_picture"]
    assert Path(end["after_picture"]).is_file()
    retained = [one for one in heard if one.topic == TOPICS.case(push["case_id"])]
    assert retained[-1].payload == ""


def test_stale_unauthorised_and_malformed_commands_are_answered_and_change_nothing(
    running: tuple[AlertService, MqttAddress], ears: Listen, phone: Session
) -> None:
    service, address = running
    ear = ears(address.port)
    ear.wait_topics("/status")
    see(service, now(EventKind.OPENED))
    (case,) = service.store.cases()
    phone.send(Message(TOPICS.command("wenshao", case.case_id, "accept"), "no json"))
    phone.send(Message(TOPICS.command("wenshao", case.case_id, "accept"), '{"request_id": "../x"}'))
    sent: dict[str, tuple[str, dict[str, Any]]] = {
        "stale_version": ("accept", {"version": 9}),
        "not_yours": ("accept", {"who": "other-estate"}),
        "not_you": ("accept", {"by": "duty-east"}),
        "not_allowed": ("close", {}),
        "unknown_verb": ("shout", {}),
        "malformed": ("accept", {"x": 1}),
        "unknown_actor": ("accept", {"who": "nobody"}),
    }
    for code, (verb, body) in sent.items():
        command(phone, case.case_id, verb, request_id=code, **body)
    command(phone, "none", "accept", request_id="unknown_case")
    heard = ear.wait_topics(*(f"/{code}" for code in [*sent, "unknown_case"]))
    for code in [*sent, "unknown_case"]:
        (result,) = said(heard, f"/{code}")
        assert (result["accepted"], result["code"]) == (False, code)
    assert service.store.cases() == (case,)
    assert service.commands.unusable == {"no_json": 1, "no_request_id": 1}


def test_the_same_command_twice_is_answered_twice_and_done_once(
    running: tuple[AlertService, MqttAddress], ears: Listen, phone: Session
) -> None:
    service, address = running
    ear = ears(address.port)
    see(service, now(EventKind.OPENED))
    (case,) = service.store.cases()
    for _ in range(2):
        command(phone, case.case_id, "accept", request_id="r-1")
    heard = ear.wait_topics("/r-1", "/r-1")
    first, second = said(heard, "/r-1")
    assert first == second
    assert service.store.cases()[0].version == 2


def test_what_another_process_writes_is_told_within_two_seconds(
    running: tuple[AlertService, MqttAddress], ears: Listen, tmp_path: Path
) -> None:
    """As ``kerbwatch cases`` does: the service finds the rows in its outbox."""
    service, address = running
    ear = ears(address.port)
    see(service, now(EventKind.OPENED))
    (case,) = service.store.cases()
    ear.wait_topics(f"/cases/{case.case_id}")
    other = SqlStore(f"sqlite:///{tmp_path / 'kerbwatch.db'}")
    evidence = EvidenceFolder(tmp_path / "evidence", DIRECTORY)
    begun_ns = CLOCK.monotonic_ns()
    answer = Counter(other, WRITER, evidence, CLOCK).take(
        order(case, Verb.REJECT, at_wall_ns=CLOCK.wall_ns())
    )
    assert answer.done
    ear.wait_topics("/r-1")
    assert (CLOCK.monotonic_ns() - begun_ns) / 1e9 < 2.0
    other.close()
    retained = [one for one in ear.heard if one.topic == TOPICS.case(case.case_id)]
    assert [bool(one.payload) for one in retained] == [True, False]


def test_a_report_with_its_picture_opens_a_case_once_and_is_answered(
    running: tuple[AlertService, MqttAddress], ears: Listen, phone: Session, tmp_path: Path
) -> None:
    service, address = running
    ear = ears(address.port)
    place = {"camera": "gate-3", "fence": "lane", "scenario": "blocked_fire_lane"}
    picture = np.random.default_rng(1).integers(0, 255, (700, 600, 3)).astype(np.uint8)
    _, data = cv2.imencode(".jpg", picture)
    assert 200_000 < data.size < MAX_PICTURE_BYTES, "larger than any command may be"
    body = place | {"request_id": "n-1", "words": "楼道口有垃圾", "picture": ""}
    body["picture"] = b64encode(data.tobytes()).decode()

    report = Message(TOPICS.report("wenshao"), json.dumps(body))
    ear.wait_for(lambda heard: said(heard, "/status"))
    phone.send(report)
    phone.send(report)
    phone.send(Message(report.topic, json.dumps(body | {"request_id": "n-2"})))
    answers = "result/wenshao/n-1", "result/wenshao/n-1", "result/wenshao/n-2"
    heard = ear.wait_topics(*answers)
    first, again = said(heard, "result/wenshao/n-1")
    assert (first["accepted"], first["verb"], first["state"]) == (True, "report", "opened")
    assert again == first
    (other,) = said(heard, "result/wenshao/n-2")
    assert (other["code"], other["case_id"]) == ("already_open", first["case_id"])
    (case,) = service.store.cases()
    assert (case.case_id, case.reported_by) == (first["case_id"], "wenshao")
    assert case.picture is not None
    kept = cv2.imread(str(tmp_path / "evidence" / case.picture))
    assert kept is not None
    assert kept.shape == picture.shape
    (pushed,) = said(heard, "inbox/duty-east")
    assert (pushed["reason"], pushed["words"]) == ("reported", "楼道口有垃圾")
    assert pushed["picture"].endswith(case.picture)
    assert service.commands.unusable == {}
