"""Everybody who writes cases of one service: cameras, people and time, over one registry."""

from __future__ import annotations

from dataclasses import dataclass

from alerts.aftercare import Aftercare
from alerts.casebook import CasePolicy
from alerts.counter import Counter
from alerts.crier import Crier
from alerts.deadlines import Deadlines
from alerts.evidence import EvidenceFolder
from alerts.intake import Intake
from alerts.keeping import Keeping
from alerts.leftovers import Leftovers
from alerts.messages import Writer
from alerts.registry import Registry
from alerts.retention import Budgets
from alerts.store.port import Store
from fences.clock import Clock


@dataclass(frozen=True, slots=True)
class Clerks:
    """Cameras come to the ``intake``, people to the ``counter``; the others do what time brings."""

    intake: Intake
    counter: Counter
    aftercare: Aftercare
    deadlines: Deadlines
    crier: Crier
    keeping: Keeping
    leftovers: Leftovers

    def tend(self) -> None:
        """Do what is due; call it about once a second. Raises ``StoreError``."""
        self.intake.tend()
        self.aftercare.tend()
        self.deadlines.tend()
        self.crier.tend()
        self.keeping.tend()
        self.leftovers.tend()


def make_clerks(
    store: Store,
    writer: Writer,
    evidence: EvidenceFolder,
    clock: Clock,
    policy: CasePolicy,
    registry: Registry,
    budgets: Budgets,
) -> Clerks:
    """All of them, who know of each other what they must."""
    intake = Intake(store, writer, evidence, clock, policy=policy, registry=registry)
    aftercare = Aftercare(
        store,
        writer,
        clock,
        intake.heard,
        policy=policy,
        evidence=evidence,
        looks=intake.looks,
        registry=registry,
    )
    return Clerks(
        intake,
        Counter(store, writer, evidence, clock, registry=registry),
        aftercare,
        Deadlines(store, writer, clock, registry=registry),
        Crier(store, writer, clock, registry=registry),
        Keeping(store, writer, evidence.root, clock, budgets, registry=registry),
        Leftovers(store, evidence.root, clock, budgets),
    )
