"""From a case to a phone's service, over Apprise and HTTP, through a process that was killed."""

from __future__ import annotations

import base64
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np

from alerts.intake import Batch
from alerts.pushing.apprise_channel import AppriseChannel
from alerts.pushing.letters import PushPlan
from alerts.service import AlertOptions, AlertService
from fences.event import EventKind
from kerbwatch.clock import SystemClock
from tests.alerts_kit import DIRECTORY, fence_event
from tests.push_kit import DEADLINE_S, service

PLAN = PushPlan(frozenset({"duty-east"}), case_url="https://kerbwatch.example/cases")
CLOCK = SystemClock()
BATCH = Batch(
    "gate-3",
    0,
    0,
    (fence_event(EventKind.OPENED, 60),),
    picture=np.zeros((360, 640, 3), np.uint8),
)


def alert_service(folder: Path, *urls: str) -> AlertService:
    options = AlertOptions(
        store_url=f"sqlite:///{folder / 'kerbwatch.db'}",
        evidence_dir=folder / "evidence",
        version="1",
        pushing=PLAN,
    )
    channels = {"duty-east": [AppriseChannel(url) for url in urls]}
    return AlertService(options, DIRECTORY, CLOCK, channels=channels)


def until(condition: Callable[[], bool]) -> None:
    pause, end_ns = threading.Event(), CLOCK.monotonic_ns() + round(DEADLINE_S * 1e9)
    while not condition():
        assert CLOCK.monotonic_ns() < end_ns
        pause.wait(0.02)


def test_a_case_reaches_the_phone_with_its_picture_and_link_once(tmp_path: Path) -> None:
    with service() as phone:
        alerts = alert_service(tmp_path, phone.url())
        alerts.start()
        (change,) = alerts.intake.receive(BATCH)
        until(lambda: len(phone.heard) == 1 and alerts.store.push_stats().waiting == 0)
        assert alerts.running
        alerts.stop()
    (letter,) = phone.heard
    assert change.case.case_id in letter["message"]
    picture = base64.b64decode(letter["attachments"][0]["base64"])
    assert change.case.picture is not None
    assert picture == (tmp_path / "evidence" / change.case.picture).read_bytes()


def test_what_a_killed_process_had_not_pushed_is_pushed_by_the_next(tmp_path: Path) -> None:
    """The first one dies right after the case is on disk, before it has pushed anything."""
    code = (
        "import os, sys, pathlib\n"
        "sys.path.insert(0, os.getcwd())\n"
        "sys.path.insert(0, 'tests/integration/pushing')\n"
        "import test_push_service as t\n"
        "t.alert_service(pathlib.Path(sys.argv[1]), 'json://127.0.0.1:9').intake.receive(t.BATCH)\n"
        "os.kill(os.getpid(), 9)"
    )
    root = Path(__file__).resolve().parents[3]
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], cwd=root, capture_output=True, check=False
    )
    assert done.returncode == -9, done.stderr
    with service() as phone:
        alerts = alert_service(tmp_path, phone.url())
        alerts.start()
        until(lambda: len(phone.heard) == 1 and alerts.store.push_stats().waiting == 0)
        alerts.stop()


def test_a_channel_that_is_away_costs_nobody_the_inbox_and_the_letter_waits(
    tmp_path: Path,
) -> None:
    alerts = alert_service(tmp_path, "json://127.0.0.1:9/hunter2")
    alerts.start()
    alerts.intake.receive(BATCH)
    until(lambda: alerts.queue().depth == 0 and alerts.store.deliveries(1)[0].tries > 0)
    (waiting,) = alerts.store.deliveries(10)
    assert waiting.via == "json"
    assert waiting.problem is not None
    assert "hunter2" not in waiting.problem
    alerts.stop()
