"""A store with deadlines, everybody who writes to it, and a clock that can be stepped."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from alerts.aftercare import Aftercare
from alerts.answers import Answer
from alerts.cases import Case
from alerts.counter import Counter
from alerts.crier import Crier
from alerts.deadlines import Deadlines
from alerts.duty.budget import parse_budget
from alerts.duty.calendar import make_calendar
from alerts.duty.deal import Terms, TermsRule
from alerts.duty.plan import DutyPlan
from alerts.duty.rota import Rota, Team, make_shift
from alerts.duty.routing import Match, Route
from alerts.evidence import EvidenceFolder
from alerts.intake import Batch, Intake
from alerts.messages import Writer
from alerts.store.memory import MemoryStore
from alerts.store.port import Store
from alerts.verbs import Verb
from fences.clock import SECOND_NS
from fences.event import EventKind, FenceEvent
from tests.alerts_kit import DIRECTORY, TOPICS, FakeClock, fence_event, order

MINUTE_NS = 60 * SECOND_NS
TERMS = Terms(
    accept=parse_budget("30 min"),
    handle=parse_budget("2 h"),
    remind=(parse_budget("10 min"),),
    again=parse_budget("15 min"),
)
PLAN = DutyPlan(
    calendar=make_calendar(zone="Asia/Shanghai"),
    rota=Rota(
        (
            Team(
                "day",
                "白班",
                ("other-estate",),
                (make_shift("Mon-Fri 08:00-18:00", ["other-estate"]),),
            ),
        ),
        zone="Asia/Shanghai",
    ),
    routes=(Route(Match(), (("duty-east",), ("centre",)), fence_first=True),),
    terms=(TermsRule(Match(), TERMS),),
)
"""First the lane's own people, a property team and an officer; the officer; the centre."""


class SteppedClock(FakeClock):
    """Its wall time can be set to another one, as a wrong clock is."""

    step_s = 0.0

    def wall_ns(self) -> int:
        return super().wall_ns() + round(self.step_s * SECOND_NS)


@dataclass
class DutyDesk:
    """``restart`` forgets everything that is not in the store."""

    folder: Path
    plan: DutyPlan = PLAN
    store: Store = field(default_factory=MemoryStore)
    clock: SteppedClock = field(default_factory=SteppedClock)
    requests: int = 0

    def __post_init__(self) -> None:
        self.restart()

    def restart(self, plan: DutyPlan | None = None) -> None:
        self.plan = plan or self.plan
        directory = replace(DIRECTORY, duty=self.plan)
        writer = Writer(directory, TOPICS, "data/evidence")
        evidence = EvidenceFolder(self.folder, directory)
        self.intake = Intake(self.store, writer, evidence, self.clock)
        self.counter = Counter(self.store, writer, evidence, self.clock)
        self.aftercare = Aftercare(self.store, writer, self.clock, self.intake.heard)
        self.deadlines = Deadlines(self.store, writer, self.clock)
        self.crier = Crier(self.store, writer, self.clock)

    def see(self, kind: EventKind = EventKind.OPENED, **fields: Any) -> None:
        """An event of this moment."""
        self.receive(fence_event(kind, 60, **({"seq": None} | fields)))

    def receive(self, event: FenceEvent) -> None:
        now = replace(event, wall_ns=self.clock.wall_ns())
        self.intake.receive(Batch("gate-3", 0, 0, (now,)))

    def order(self, verb: Verb, actor: str = "duty-east", **fields: Any) -> Answer:
        self.requests += 1
        told = {"request_id": f"r-{self.requests}", "at_wall_ns": self.clock.wall_ns()} | fields
        return self.counter.take(order(self.case, verb, actor, **told))

    def pass_min(self, minutes: float) -> list[str]:
        """Let time pass, a minute at a time; the reasons of what was done."""
        done: list[str] = []
        for _ in range(round(minutes)):
            self.clock.pass_s(60)
            self.aftercare.tend()
            done += [change.transition.reason for change in self.deadlines.tend()]
            done += [change.transition.reason for change in self.crier.tend()]
        return done

    @property
    def case(self) -> Case:
        return self.store.cases()[-1]

    def said(self, end: str) -> list[Any]:
        messages = (row.message for row in self.store.unsent(0, 9999))
        return [json.loads(one.payload) for one in messages if one.topic.endswith(end)]

    def reasons(self, recipient: str) -> list[str]:
        return [push["reason"] for push in self.said(f"inbox/{recipient}")]
