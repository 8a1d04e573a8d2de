"""A store that a test may break, and the commands that look after it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import text
from typer.testing import CliRunner

from alerts.evidence import EvidenceFolder
from alerts.intake import Batch, Intake
from alerts.store.engine import connect
from alerts.store.sql import SqlStore
from fences.event import EventKind, FenceEvent
from kerbwatch.cli.app import app
from tests.alerts_kit import DIRECTORY, WRITER, FakeClock, fence_event

CONFIG = """
site: {{id: linzi, timezone: Asia/Shanghai}}
store: {{url: "{url}"}}
cameras:
  - id: gate-3
    url: clip.mp4
    fences:
      - id: lane
        polygon: [[0.1, 0.5], [0.5, 0.5], [0.6, 0.9]]
        scenarios: {{blocked_fire_lane: {{}}}}
        see: [obstruction]
"""
OPENED, CLEARED = fence_event(EventKind.OPENED, 60), fence_event(EventKind.CLEARED, 90)
NEXT = fence_event(EventKind.OPENED, 5000, violation_s=5000)


@dataclass(frozen=True)
class Place:
    """A database that the test may break, and a folder."""

    url: str
    folder: Path

    def take_in(self, *events: FenceEvent) -> None:
        store = SqlStore(self.url)
        intake = Intake(store, WRITER, EvidenceFolder(self.folder, DIRECTORY), FakeClock())
        intake.receive(Batch("gate-3", 0, 0, events, {"lane": "{}"}))
        store.close()

    def run(self, statement: str) -> None:
        engine = connect(self.url)
        with engine.begin() as connection:
            connection.execute(text(statement))
        engine.dispose()

    def cases(self) -> tuple[tuple[int, bool], ...]:
        store = SqlStore(self.url)
        found = tuple((case.version, case.is_open) for case in store.cases())
        store.close()
        return found

    def command(self, *arguments: str | Path) -> tuple[int, Any]:
        config = self.folder / "streams.yaml"
        config.write_text(CONFIG.format(url=self.url), encoding="utf-8")
        whole = ["store", *map(str, arguments), "-c", str(config), "--json"]
        done = CliRunner().invoke(app, whole)
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done.exit_code, json.loads(done.stdout)
