"""A process killed at any instruction leaves the same cases, none lost and none doubled."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from alerts.mqtt.broker import EmbeddedBroker
from alerts.store.sql import SqlStore
from tests.alerts_kit import TOPICS
from tests.conftest import ROOT

WRITER = Path(__file__).with_name("writer.py")
Listen = Callable[[int], Any]

KILLS = (
    "save:1",  # before the very first picture
    "put_case:2",  # the picture is there, the transaction has begun
    "add_transition:2",
    "add_message:6",  # amid the messages of a change
    "put_checkpoint:3",  # everything but the checkpoint
    "send:4",  # committed, not yet handed to the broker
    "mark_sent:2",  # acknowledged by the broker, not yet marked
    "add_message:1",
    "save:3",
)


def run(folder: Path, port: int, how: str = "") -> int:
    command = [sys.executable, str(WRITER), str(folder), str(port), how]
    return subprocess.run(command, cwd=ROOT, env=environment(), timeout=60, check=False).returncode


def environment() -> dict[str, str]:
    return {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"}


@pytest.fixture(params=["mosquitto", "embedded"])
def port(request: pytest.FixtureRequest) -> Iterator[int]:
    """A broker that outlives the service."""
    if request.param == "mosquitto":
        yield request.getfixturevalue("mosquitto").port
        return
    broker = EmbeddedBroker()
    yield broker.start()
    broker.stop()


def result(folder: Path) -> tuple[object, ...]:
    store = SqlStore(f"sqlite:///{folder / 'kerbwatch.db'}")
    cases = store.cases()
    logs = [store.history(case.case_id) for case in cases]
    left = store.queue().depth
    store.close()
    pictures = sorted(str(path.relative_to(folder)) for path in folder.rglob("*.jpg"))
    return cases, logs, left, pictures


def test_killed_again_and_again_the_cases_are_those_of_an_undisturbed_run(
    mosquitto: Any, ears: Listen, tmp_path: Path
) -> None:
    calm, rough = tmp_path / "calm", tmp_path / "rough"
    assert run(calm, mosquitto.port) == 0
    ear = ears(mosquitto.port)
    for how in KILLS:
        assert run(rough, mosquitto.port, how) == -signal.SIGKILL, f"{how} was not reached"
    assert run(rough, mosquitto.port) == 0
    assert result(rough) == result(calm)

    heard = ear.wait_for(lambda said: any('"stopped"' in s.payload for s in said))
    live = [s for s in heard if not s.retained]
    events = [json.loads(s.payload) for s in live if s.topic == TOPICS.events]
    first = {event["event_id"]: event for event in reversed(events)}
    in_order = sorted(first.values(), key=lambda event: event["seq"])
    assert [event["seq"] for event in in_order] == list(range(1, 37)), "none lost, none doubled"
    assert all(event == first[event["event_id"]] for event in events), "a repeat is the same"


def test_a_killed_process_is_told_by_its_last_will(port: int, ears: Listen, tmp_path: Path) -> None:
    ear = ears(port)
    command = [sys.executable, str(WRITER), str(tmp_path / "w"), str(port), "hold"]
    with subprocess.Popen(command, cwd=ROOT, env=environment(), stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"played\n"
        process.kill()
    heard = ear.wait_for(lambda said: any('"offline"' in s.payload for s in said))
    states = [json.loads(s.payload)["state"] for s in heard if s.topic == TOPICS.status]
    assert states == ["online", "offline"]
    late = ears(port)
    retained = late.wait_topics("/status")
    assert [json.loads(s.payload)["state"] for s in retained if s.topic == TOPICS.status] == [
        "offline"
    ]
