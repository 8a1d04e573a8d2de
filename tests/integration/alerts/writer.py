"""A process to be killed: plays a fixed story into an alert service, from its checkpoint on.

``writer.py FOLDER PORT [METHOD:COUNT | hold]``: dies by SIGKILL just before the COUNT-th call
of METHOD, or stays until it is killed.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from alerts.evidence import EvidenceFolder
from alerts.intake import Batch
from alerts.mqtt.address import MqttAddress
from alerts.mqtt.session import Session
from alerts.service import AlertOptions, AlertService
from alerts.store.sql import SqlStore
from alerts.store.transaction import SqlTransaction
from fences.event import EventKind, FenceEvent
from kerbwatch.clock import SystemClock
from tests.alerts_kit import DIRECTORY, fence_event

OWNERS: dict[str, type] = {
    "save": EvidenceFolder,
    "put_case": SqlTransaction,
    "add_transition": SqlTransaction,
    "add_message": SqlTransaction,
    "put_checkpoint": SqlTransaction,
    "mark_sent": SqlStore,
    "send": Session,
}


def story() -> list[FenceEvent]:
    """Twelve violations of two fences, each opened, updated and cleared; two of them reopen."""
    told = []
    for number in range(12):
        at_s = 1000.0 * number if number % 4 else 1000.0 * number + 100
        fence_id = "lane" if number % 2 else "strip"
        for seq, kind in enumerate(EventKind, start=1):
            event = fence_event(
                kind, at_s + seq * 10, violation_s=at_s, seq=seq, fence_id=fence_id, since_s=at_s
            )
            told.append(event)
    return sorted(told, key=lambda event: event.media_ns)


def play(service: AlertService, pause: Callable[[], None]) -> None:
    """Hand the story in, one event a batch, from where the checkpoint says."""
    marks = service.intake.load_checkpoints("gate-3")
    begin = int(marks["lane"].codec) if "lane" in marks else 0
    picture = np.full((48, 64, 3), 100, np.uint8)
    for number, event in enumerate(story()[begin:], start=begin + 1):
        marks_now = {"lane": str(number), "strip": str(number)}
        batch = Batch("gate-3", event.media_ns, event.wall_ns, (event,), marks_now, picture)
        service.intake.receive(batch)
        pause()


def die_before(owner: type, method: str, count: int) -> None:
    original: Callable[..., Any] = getattr(owner, method)
    calls = [0]

    def counted(*args: Any, **more: Any) -> Any:
        calls[0] += 1
        if calls[0] == count:
            os.kill(os.getpid(), signal.SIGKILL)
        return original(*args, **more)

    setattr(owner, method, counted)


def main(folder: Path, port: int, how: str) -> None:
    if ":" in how:
        method, count = how.split(":")
        die_before(OWNERS[method], method, int(count))
    options = AlertOptions(
        f"sqlite:///{folder / 'kerbwatch.db'}",
        folder / "evidence",
        "0.0.1",
        MqttAddress("127.0.0.1", port),
    )
    service = AlertService(options, DIRECTORY, SystemClock())
    service.start()
    never = threading.Event()
    play(service, lambda: (never.wait(0.005), None)[1])
    sys.stdout.write("played\n")
    sys.stdout.flush()
    if how == "hold":
        never.wait()
    service.stop(10.0)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3] if len(sys.argv) > 3 else "")
