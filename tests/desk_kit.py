"""A store with everybody who writes to it: cameras, people and time."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from alerts.aftercare import Aftercare
from alerts.answers import Answer
from alerts.cases import Case
from alerts.counter import Counter
from alerts.evidence import EvidenceFolder
from alerts.health import CameraState
from alerts.intake import Batch, Intake
from alerts.registry import make_registry
from alerts.reports import Report
from alerts.store.memory import MemoryStore
from alerts.verbs import Verb
from fences.event import EventKind, FenceEvent
from fences.state import FenceState, Violation, Watch, encode_state
from tests.alerts_kit import DIRECTORY, WRITER, FakeClock, fence_event, order

PICTURE = np.full((60, 80, 3), 90, np.uint8)
PLACE = ("gate-3", "lane", "blocked_fire_lane")


class Desk:
    """A store with everybody who writes to it."""

    def __init__(self, folder: Path) -> None:
        self.clock, self.store = FakeClock(), MemoryStore()
        self.evidence = EvidenceFolder(folder, DIRECTORY)
        self.woken = 0
        self.intake = Intake(self.store, WRITER, self.evidence, self.clock)
        registry = make_registry(self.store, self.clock, on_change=self._woken)
        self.counter = Counter(self.store, WRITER, self.evidence, self.clock, registry=registry)
        self.aftercare = Aftercare(self.store, WRITER, self.clock, self.intake.heard)

    def _woken(self) -> None:
        self.woken += 1

    def see(self, event: FenceEvent, *, stands: bool = True) -> None:
        violation = Violation(event.violation, 1, 0, (1,), 0, 0.1) if stands else None
        watch = Watch("blocked_fire_lane", violation=violation)
        marks = {"lane": encode_state(FenceState(watches=(watch,)))}
        self.intake.receive(Batch("gate-3", 0, 0, (event,), marks, PICTURE))

    def stand(self) -> None:
        """Let a violation stand in the lane that the store knows of by its checkpoint alone."""
        watch = Watch("blocked_fire_lane", violation=Violation(60 * 10**9, 1, 0, (1,), 0, 0.1))
        marks = {"lane": encode_state(FenceState(watches=(watch,)))}
        self.intake.receive(Batch("gate-3", 0, 0, (), marks))

    def order(self, verb: Verb, actor: str = "duty-east", **fields: Any) -> Answer:
        at_ns = self.clock.wall_ns()
        if verb in {Verb.EXTEND, Verb.SUSPEND}:
            fields.setdefault("until_wall_ns", at_ns + 3600 * 10**9)
        told = {"request_id": f"r-{at_ns}-{verb}-{actor}", "at_wall_ns": at_ns} | fields
        return self.counter.take(order(self.case, verb, actor, **told))

    def report(self, actor: str = "duty-east", **fields: Any) -> Answer:
        told: dict[str, Any] = {"words": "楼道口有建筑垃圾", "request_id": "n-1"} | fields
        camera_id, fence_id, scenario_id = told.pop("place", PLACE)
        told |= {"actor": actor, "at_wall_ns": self.clock.wall_ns()}
        return self.counter.take(Report(camera_id, fence_id, scenario_id, **told))

    @property
    def case(self) -> Case:
        return self.store.cases()[-1]

    def said(self, end: str) -> list[Any]:
        rows = self.store.unsent(0, 999)
        topics = [row.message for row in rows if row.message.topic.endswith(end)]
        return [json.loads(message.payload) for message in topics]


def desk_with_case(folder: Path) -> Desk:
    """Its camera sees, and has opened a case a minute ago."""
    made = Desk(folder)
    made.intake.camera_status("gate-3", CameraState.ONLINE, made.clock.wall_ns())
    made.see(fence_event(EventKind.OPENED, 60))
    made.clock.pass_s(60)
    return made
