"""A storm over a real broker: 200 cases at once are one message per recipient."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from alerts.duty.calm import StormRule
from alerts.duty.plan import DutyPlan
from alerts.intake import Batch
from alerts.mqtt.address import MqttAddress
from alerts.place import FencePlace
from alerts.service import AlertOptions, AlertService
from fences.clock import SECOND_NS
from fences.event import EventKind, FenceEvent
from kerbwatch.clock import SystemClock
from tests.alerts_kit import DIRECTORY, fence_event

CLOCK = SystemClock()
CASES, CAMERAS, BEFORE = 200, 20, 5
RULE = StormRule(camera_cases=None, site_cases=BEFORE, within_ns=8 * SECOND_NS)
PLACES = {
    (f"cam-{number % CAMERAS}", f"f{number}"): FencePlace(
        f"cam-{number % CAMERAS}", "街口", f"f{number}", "路段", ("duty-east", "wenshao")
    )
    for number in range(CASES)
}
PEOPLE = replace(DIRECTORY, fences=PLACES, duty=DutyPlan(storm=RULE))


def service(folder: Path, port: int) -> AlertService:
    url = f"sqlite:///{folder / 'kerbwatch.db'}"
    options = AlertOptions(url, folder / "evidence", "0.0.1", MqttAddress("127.0.0.1", port))
    made = AlertService(options, PEOPLE, CLOCK)
    made.start()
    return made


def batch(camera_id: str) -> Batch:
    events: list[FenceEvent] = []
    for camera, fence in PLACES:
        if camera == camera_id:
            event = fence_event(EventKind.OPENED, 60, camera_id=camera, fence_id=fence)
            events.append(replace(event, wall_ns=CLOCK.wall_ns()))
    return Batch(camera_id, 0, 0, tuple(events))


def test_200_cases_at_once_are_one_message_per_recipient_also_over_a_restart(
    mosquitto: Any, tmp_path: Path, ears: Callable[[int], Any]
) -> None:
    ear = ears(mosquitto.port)
    first = service(tmp_path, mosquitto.port)
    for number in range(CAMERAS // 2):
        first.intake.receive(batch(f"cam-{number}"))
    first.stop(2.0)  # in the middle of it
    second = service(tmp_path, mosquitto.port)
    for number in range(CAMERAS // 2, CAMERAS):
        second.intake.receive(batch(f"cam-{number}"))
    try:
        heard = ear.wait_for(lambda heard: sum("storm_over" in it.payload for it in heard) == 2)
    finally:
        second.stop(2.0)
    for recipient in ("duty-east", "wenshao"):
        inbox = [json.loads(it.payload) for it in heard if it.topic.endswith(f"inbox/{recipient}")]
        assert [one["kind"] for one in inbox] == ["new"] * BEFORE + ["storm", "storm_over"]
        assert (inbox[-1]["count"], inbox[-1]["open"]) == (CASES - BEFORE, CASES - BEFORE)
        assert inbox[-1]["cameras"] == CAMERAS
    events = [json.loads(it.payload) for it in heard if it.topic.endswith("/events")]
    assert len({one["case"]["case_id"] for one in events}) == CASES
    assert [one["seq"] for one in events] == list(range(1, CASES + 1))
