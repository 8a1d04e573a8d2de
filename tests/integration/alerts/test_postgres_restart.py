"""PostgreSQL killed in the middle of intake: batches wait, nothing is lost and nothing doubled."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from alerts.errors import StoreError
from alerts.intake import Batch
from alerts.mqtt.address import MqttAddress
from alerts.service import AlertOptions, AlertService
from benchmarks.postgres import PostgresServer
from fences.event import EventKind, FenceEvent
from kerbwatch.clock import SystemClock
from tests.alerts_kit import DIRECTORY, TOPICS, fence_event

Listen = Callable[[int], Any]
FENCES = ("lane", "strip")
LIVES = 40
"""Violations of each fence, far enough apart to be cases of their own."""

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
def service(postgres: PostgresServer, mosquitto: Any, tmp_path: Path) -> Iterator[AlertService]:
    mqtt = MqttAddress("127.0.0.1", mosquitto.port)
    options = AlertOptions(postgres.database(), tmp_path / "evidence", "0.0.1", mqtt)
    made = AlertService(options, DIRECTORY, SystemClock())
    yield made
    made.stop(timeout_s=2.0)


def story(fence_id: str) -> list[FenceEvent]:
    told = []
    for number in range(LIVES):
        at_s = 5000.0 * (number + 1)
        told.append(fence_event(EventKind.OPENED, at_s, violation_s=at_s, fence_id=fence_id))
        told.append(fence_event(EventKind.CLEARED, at_s + 60, violation_s=at_s, fence_id=fence_id))
    return told


class Street:
    """Hands a fence's story in as a camera's desk does: what is refused comes again."""

    def __init__(self, service: AlertService) -> None:
        self._service = service
        self._progress = threading.Condition()
        self.taken = 0
        self.refused = 0

    def play(self, fence_id: str) -> None:
        clock, never = SystemClock(), threading.Event()
        for number, event in enumerate(story(fence_id)):
            batch = Batch(
                "gate-3", event.media_ns, event.wall_ns, (event,), {fence_id: f"{number}"}
            )
            while not self._hand_in(batch):
                clock.wait(never, 0.05)

    def _hand_in(self, batch: Batch) -> bool:
        try:
            self._service.intake.receive(batch)
        except StoreError:
            with self._progress:
                self.refused += 1
                self._progress.notify_all()
            return False
        with self._progress:
            self.taken += 1
            self._progress.notify_all()
        return True

    def wait(self, what: Callable[[], bool]) -> None:
        with self._progress:
            assert self._progress.wait_for(what, 30)


def test_a_server_killed_amid_events_and_started_again_has_lost_and_doubled_nothing(
    service: AlertService, postgres: PostgresServer, mosquitto: Any, ears: Listen
) -> None:
    ear = ears(mosquitto.port)
    service.start()
    street = Street(service)
    with ThreadPoolExecutor(len(FENCES)) as pool:
        playing = [pool.submit(street.play, fence_id) for fence_id in FENCES]
        for killed_at in (10, 60, 110):
            street.wait(lambda killed_at=killed_at: street.taken >= killed_at)  # type: ignore[misc]
            refused = street.refused
            postgres.stop("immediate")
            try:
                street.wait(lambda refused=refused: street.refused > refused + 1)  # type: ignore[misc]
            finally:
                postgres.start()
        for one in playing:
            one.result(60)

    total = 2 * LIVES * len(FENCES)
    heard = ear.wait_for(lambda said: len(_events(said)) >= total)
    events = _events(heard)
    assert {event["seq"] for event in events.values()} == set(range(1, total + 1))
    cases = service.store.cases()
    assert len(cases) == LIVES * len(FENCES)
    assert {(case.version, case.is_open) for case in cases} == {(2, False)}
    for case in cases:
        assert [line.version for line in service.store.history(case.case_id)] == [1, 2]
    assert Counter(event["kind"] for event in events.values()) == {
        "new": total // 2,
        "end": total // 2,
    }
    marks = {mark.fence_id: mark.codec for mark in service.store.checkpoints("gate-3")}
    assert marks == dict.fromkeys(FENCES, str(2 * LIVES - 1))


def _events(said: list[Any]) -> dict[str, dict[str, Any]]:
    bodies = [json.loads(one.payload) for one in said if one.topic == TOPICS.events]
    found = {body["event_id"]: body for body in bodies}
    assert all(body == found[body["event_id"]] for body in bodies), "a repeat is the same"
    return found


def test_a_service_is_stopped_within_its_time_while_the_server_is_away(
    postgres: PostgresServer, tmp_path: Path, mosquitto: Any
) -> None:
    mqtt = MqttAddress("127.0.0.1", mosquitto.port)
    options = AlertOptions(postgres.database(), tmp_path / "evidence", "0.0.1", mqtt)
    made = AlertService(options, DIRECTORY, SystemClock())
    made.start()
    threads = made._threads.all
    postgres.stop()
    try:
        with pytest.raises(StoreError):
            made.stop(timeout_s=2.0)
    finally:
        postgres.start()
    assert not any(thread.is_alive() for thread in threads)
    assert made.stop().depth == 0, "asked again it tells what is left"
