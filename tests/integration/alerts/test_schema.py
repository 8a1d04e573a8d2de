"""Every kind of message that a service publishes is as the generated schema says."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from alerts.cases import utc
from alerts.discovery import Discovery
from alerts.duty.budget import parse_budget
from alerts.duty.deal import Terms, TermsRule
from alerts.duty.routing import Match
from alerts.health import CameraState
from alerts.intake import Batch
from alerts.messages import Message
from alerts.mqtt.address import MqttAddress
from alerts.mqtt.session import Session
from alerts.schema import NAMES
from alerts.service import AlertOptions, AlertService
from fences.clock import SECOND_NS
from fences.event import EventKind
from kerbwatch.clock import SystemClock
from tests.alerts_kit import CLIP, DIRECTORY, TOPICS, fence_event
from tests.duty_kit import PLAN
from tests.schema_kit import kind_of

CLOCK = SystemClock()
SOON = Terms(accept=parse_budget("30 min"), handle=parse_budget("2 h"), again=parse_budget("1 h"))
PEOPLE = replace(DIRECTORY, duty=replace(PLAN, terms=(TermsRule(Match(), SOON),)))


def test_all_kinds_of_messages_are_as_their_schemas_say(
    mosquitto: Any, tmp_path: Path, ears: Callable[[int], Any]
) -> None:
    """``ears`` fails for any message that is not; this sees to it that all kinds come."""
    address = MqttAddress("127.0.0.1", mosquitto.port)
    ear = ears(mosquitto.port)
    options = AlertOptions(
        f"sqlite:///{tmp_path / 'a.db'}", tmp_path, "0.0.1", address, discovery=Discovery("0.0.1")
    )
    service = AlertService(options, PEOPLE, CLOCK)
    service.start()
    phone = Session(address, "phone")
    phone.open(CLOCK)
    wall_ns = CLOCK.wall_ns()
    service.intake.camera_status("gate-3", CameraState.ONLINE, wall_ns, "", wall_ns + SECOND_NS)
    late = replace(fence_event(EventKind.OPENED, 60), wall_ns=wall_ns - 1799 * SECOND_NS)
    picture = np.full((60, 80, 3), 90, np.uint8)
    service.intake.receive(Batch("gate-3", 0, 0, (late,), {}, picture))
    (case,) = service.store.cases()
    service.intake.add_clip(case.case_id, CLIP)
    ear.wait_for(lambda heard: any("escalate.1" in one.payload for one in heard))
    for number, verb in enumerate(("accept", "note", "extend", "handle", "fly")):
        body = {"request_id": f"r{number}", "words": "好" if verb != "accept" else None}
        body |= {"until": None if verb != "extend" else f"{_tomorrow()}"}
        phone.send(Message(TOPICS.command("duty-east", case.case_id, verb), json.dumps(body)))
    place = {"camera": "gate-3", "fence": "lane", "scenario": "blocked_fire_lane"}
    report = place | {"request_id": "r5", "words": "又有车"}
    phone.send(Message(TOPICS.report("duty-east"), json.dumps(report)))
    heard = ear.wait_topics(*(f"/r{number}" for number in range(6)))
    service.stop(2.0)
    phone.close(CLOCK)
    heard = ear.wait_for(lambda heard: '"stopped"' in heard[-1].payload)
    kinds = {kind_of(TOPICS.root, one.topic) for one in heard if one.payload}
    assert kinds == set(NAMES) - {"digest", "notice"}  # of which test_storm.py, test_room.py hear
    results = [json.loads(one.payload) for one in heard if "/result/" in one.topic]
    codes = [one["code"] for one in results]
    assert codes == [None, None, None, None, "unknown_verb", "already_open"]
    reasons = {json.loads(one.payload)["reason"] for one in heard if one.topic.endswith("/events")}
    told = {"dwell_reached", "clip_added", "overdue_accept", "escalate_accept"}
    assert reasons == told | {"accept", "note", "extend", "handle"}


def _tomorrow() -> str:

    return utc(CLOCK.wall_ns() + 3600 * 20 * SECOND_NS).isoformat()
