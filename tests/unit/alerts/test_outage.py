"""What goes away is logged once, and once when it is back, with the time in between."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import structlog

from alerts.errors import StoreError
from alerts.evidence import EvidenceFolder
from alerts.health import CameraState
from alerts.intake import Batch, Intake
from alerts.link import Acked, Connected, Lost, Signal
from alerts.messages import Message
from alerts.mqtt import publisher as publisher_module
from alerts.mqtt.address import MqttAddress
from alerts.mqtt.publisher import Publisher
from alerts.mqtt.session import Session
from alerts.outage import Outage
from alerts.outbox import Drainer, DrainOptions
from alerts.service import AlertOptions, AlertService
from alerts.store.memory import MemoryStore, MemoryTransaction
from alerts.store.port import OutboxRow
from fences.event import EventKind
from tests.alerts_kit import DIRECTORY, WRITER, FakeClock, FakeLink, fence_event

DEADLINE_S = 10.0


@pytest.fixture
def logs() -> Iterator[list[Any]]:
    with structlog.testing.capture_logs() as captured:
        yield captured


def lines(logs: list[Any]) -> list[tuple[str, float | None]]:
    """Event and, of a return, how long it was away."""
    return [(one["event"], one.get("away_s")) for one in logs]


def test_a_loss_and_a_return_are_a_line_each_however_often_it_is_tried(logs: list[Any]) -> None:
    clock = FakeClock()
    outage = Outage("store", clock, host="db")
    outage.back("intake")
    for _ in range(50):
        outage.lost("intake", "refused")
        clock.pass_s(2)
    outage.back("intake")
    outage.back("intake")
    assert lines(logs) == [("store_away", None), ("store_back", 100.0)]
    assert (logs[0]["problem"], logs[0]["host"], logs[0]["log_level"]) == ("refused", "db", "error")


def test_it_is_back_when_nobody_misses_it_any_more(logs: list[Any]) -> None:
    """Of a full disk one can read: that is no return for those who write."""
    clock = FakeClock()
    outage = Outage("store", clock)
    outage.lost("intake", "disk full")
    for _ in range(10):
        outage.lost("outbox", "disk full")
        clock.pass_s(1)
        outage.back("outbox")
    outage.back("intake")
    outage.lost("outbox", "disk full")
    assert lines(logs) == [("store_away", None), ("store_back", 10.0), ("store_away", None)]


class Store(MemoryStore):
    """Its disk is full for as long as the test wants; then one can still read."""

    def __init__(self) -> None:
        super().__init__()
        self.full = False
        self.away = False

    @contextmanager
    def write(self) -> Iterator[MemoryTransaction]:
        if self.full or self.away:
            raise StoreError("store_write", problem="disk full")
        with super().write() as transaction:
            yield transaction

    def unsent(self, after_id: int, limit: int) -> tuple[OutboxRow, ...]:
        if self.away:
            raise StoreError("store_write", problem="server closed the connection")
        return super().unsent(after_id, limit)


def batch(camera_id: str) -> Batch:
    return Batch(camera_id, 5, 6, (), {"lane": "{}"})


def try_all(intake: Intake, cameras: int = 20) -> None:
    """Every camera hands in its checkpoint, or keeps it."""
    for number in range(cameras):
        try:
            intake.receive(batch(f"camera-{number}"))
        except StoreError:
            continue


def test_a_full_disk_under_twenty_cameras_is_two_lines(tmp_path: Path, logs: list[Any]) -> None:
    store, clock = Store(), FakeClock()
    intake = Intake(store, WRITER, EvidenceFolder(tmp_path, DIRECTORY), clock)
    intake.camera_status("gate-3", CameraState.ONLINE, 7)
    store.full = True
    for _ in range(30):
        try_all(intake)
        intake.camera_status("gate-3", CameraState.ONLINE, 7)  # known: it is only read
        clock.pass_s(5)
    with pytest.raises(StoreError):
        intake.camera_status("gate-3", CameraState.OFFLINE, 8)
    store.full = False
    try_all(intake)
    assert lines(logs) == [("store_away", None), ("store_back", 150.0)]


def test_intake_and_outbox_of_a_service_lose_the_store_together(
    tmp_path: Path, logs: list[Any]
) -> None:
    store, clock = Store(), FakeClock()
    options = AlertOptions("", tmp_path, "1")
    service = AlertService(options, DIRECTORY, clock, store)
    service._drainer.post(Connected(FakeLink()))
    service._drainer._step_or_log()
    store.away = True
    for _ in range(5):
        service._drainer._step_or_log()
        try_all(service.intake)
        clock.pass_s(1)
    store.away = False
    try_all(service.intake)
    service._drainer._step_or_log()
    assert lines(logs) == [("store_away", None), ("store_back", 5.0)]


def test_without_a_line_the_outbox_cannot_tell_that_the_store_is_back(logs: list[Any]) -> None:
    store, clock = Store(), FakeClock()
    drainer = Drainer(store, WRITER, clock, DrainOptions(version="1"))
    link = FakeLink()
    drainer.post(Connected(link))
    drainer._step_or_log()
    store.away = True
    drainer._step_or_log()
    drainer.post(Lost(link))
    drainer._step_or_log()
    assert lines(logs) == [("store_away", None)]


def test_a_broker_that_never_acknowledges_is_complained_of_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Until one of them has."""
    store, clock = MemoryStore(), FakeClock()
    drainer = Drainer(store, WRITER, clock, DrainOptions(version="1"))

    def connect() -> FakeLink:
        link = FakeLink()
        drainer.post(Connected(link))
        drainer.step()
        return link

    for _ in range(5):
        connect()
        clock.pass_s(31)
        drainer.step()
    assert len(caplog.records) == 1
    link = connect()
    drainer.post(Acked(link, 1))
    drainer.step()
    connect()
    clock.pass_s(31)
    drainer.step()
    assert len(caplog.records) == 2


def test_people_are_told_of_is_passed_on_once_it_is_on_disk(tmp_path: Path) -> None:
    store, told = Store(), []
    service = AlertService(
        AlertOptions("", tmp_path, "1"),
        DIRECTORY,
        FakeClock(),
        store,
        on_notice=lambda notice: told.append(notice.kind),
    )
    opened = replace(batch("gate-3"), events=(fence_event(EventKind.OPENED, 60),))
    store.full = True
    with pytest.raises(StoreError):
        service.intake.receive(opened)
    assert told == []
    store.full = False
    service.intake.receive(opened)
    service.intake.receive(opened)
    assert told == ["new"]


class FakeSession:
    """A connection that comes to stand, or not; ``script`` says which, one after another."""

    script: list[str]

    def __init__(self, _address: object, _client_id: str, **callbacks: Any) -> None:
        self._on_ack = callbacks["on_ack"]
        self.ended = threading.Event()

    def open(self, _clock: object) -> None:
        turn = self.script.pop(0) if self.script else "refused"
        if turn == "refused":
            raise ConnectionRefusedError(111, "Connection refused")
        self._turn = turn

    def subscribe(self, *_topics: str) -> None:
        if self._turn == "acks":
            self._on_ack(self, 1)
        self.ended.set()  # and it is lost again at once

    def send(self, _message: Message) -> int:
        return 1

    def close(self, *_: object) -> None:
        pass


class Ticks(FakeClock):
    """Ends the publisher after so many waits."""

    stop: Callable[[], None]

    def __init__(self, waits: int) -> None:
        super().__init__()
        self.left = waits

    def wait(self, event: threading.Event, seconds: float) -> bool:
        self.left -= 1
        if self.left == 0:
            self.stop()
        return super().wait(event, seconds)


def publish(monkeypatch: pytest.MonkeyPatch, script: list[str], waits: int) -> list[Signal]:
    """Let a publisher go through ``script`` and then be refused, until it has waited so often."""
    monkeypatch.setattr(FakeSession, "script", script, raising=False)
    monkeypatch.setattr(publisher_module, "Session", FakeSession)
    signals: list[Signal] = []
    clock = Ticks(waits)
    address = MqttAddress("broker", 1883)
    publisher = Publisher(address, WRITER, clock, signals.append, "1")
    clock.stop = publisher._stopping.set
    publisher._run()
    return signals


def test_a_broker_that_refuses_for_long_is_one_line(
    monkeypatch: pytest.MonkeyPatch, logs: list[Any]
) -> None:
    publish(monkeypatch, [], waits=40)
    assert lines(logs) == [("broker_away", None)]
    assert (logs[0]["host"], logs[0]["port"]) == ("broker", 1883)
    assert "refused" in logs[0]["problem"]


def test_a_broker_is_back_with_its_first_acknowledgement(
    monkeypatch: pytest.MonkeyPatch, logs: list[Any]
) -> None:
    """One that only lets us connect, again and again, is not."""
    script = ["refused", "refused", "deaf", "deaf", "deaf", "acks", "refused"]
    signals = publish(monkeypatch, script, waits=20)
    assert [event for event, _ in lines(logs)] == ["broker_away", "broker_back", "broker_away"]
    away_s = logs[1]["away_s"]
    assert away_s > 0.25 + 0.5
    assert sum(isinstance(it, Acked) for it in signals) == 1


def test_the_fake_session_has_what_the_real_one_has() -> None:
    for name in ("open", "subscribe", "send", "close"):
        assert callable(getattr(Session, name))
