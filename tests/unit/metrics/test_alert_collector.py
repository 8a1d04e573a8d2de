"""Outbox, cases, store and broker, as they are when somebody scrapes."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace

import pytest

from alerts.casebook import decide
from alerts.cases import Case, CaseState
from alerts.errors import StoreError
from alerts.health import QueueStats, Shortage
from alerts.messages import Message
from alerts.shortage import put_shortage
from alerts.store.memory import MemoryStore
from alerts.store.port import Truth
from fences.event import EventKind
from kerbwatch.metrics.alerts import AlertCollector
from tests.alerts_kit import FakeClock, fence_event
from tests.scrape_kit import Samples, samples_of

DEADLINE_S = 10.0


@dataclass
class Alerts:
    """The store and the broker in the hands of the test."""

    store: MemoryStore = field(default_factory=MemoryStore)
    clock: FakeClock = field(default_factory=FakeClock)
    problem: str | None = None

    def __post_init__(self) -> None:
        scenarios = ("blocked_fire_lane", "street_vending")
        self.collector = AlertCollector(self.store, lambda: self.problem, scenarios, self.clock)

    def scraped(self) -> Samples:
        return samples_of(self.collector)

    def put(self, *cases: Case) -> None:
        with self.store.write() as transaction:
            for case in cases:
                transaction.put_case(case)


def case(fence_id: str) -> Case:
    change = decide(None, fence_event(EventKind.OPENED, 60, fence_id=fence_id), ())
    assert change is not None
    return change.case


def test_messages_that_wait_are_told_with_the_age_of_the_oldest() -> None:
    alerts = Alerts()
    with alerts.store.write() as transaction:
        transaction.add_message(Message("t", "1"), alerts.clock.wall_ns())
        transaction.add_message(Message("t", "2"), alerts.clock.wall_ns())
    alerts.clock.pass_s(90)
    samples = alerts.scraped()
    assert samples["kerbwatch_outbox_depth", ()] == 2
    assert samples["kerbwatch_outbox_oldest_seconds", ()] == 90
    alerts.store.mark_sent([1, 2], alerts.clock.wall_ns())
    samples = alerts.scraped()
    assert samples["kerbwatch_outbox_depth", ()] == 0
    assert samples["kerbwatch_outbox_oldest_seconds", ()] == 0


def test_a_disk_that_is_full_for_good_is_told_until_it_is_over() -> None:
    alerts = Alerts()
    assert alerts.scraped()["kerbwatch_evidence_disk_full", ()] == 0
    for shortage, told in ((Shortage(1, 2, 3), 1), (None, 0)):
        with alerts.store.write() as transaction:
            put_shortage(transaction, shortage, 5)
        assert alerts.scraped()["kerbwatch_evidence_disk_full", ()] == told


def test_open_cases_are_told_by_scenario_and_closed_ones_are_not() -> None:
    alerts = Alerts()
    alerts.put(case("lane"), case("strip"), replace(case("third"), state=CaseState.CLOSED))
    samples = alerts.scraped()
    assert samples["kerbwatch_cases_open", ("blocked_fire_lane",)] == 2
    assert samples["kerbwatch_cases_open", ("street_vending",)] == 0, "watched for, none open"


@pytest.mark.parametrize(("problem", "up"), [(None, 1), ("refused", 0)])
def test_the_broker_is_up_while_there_is_a_connection(problem: str | None, up: int) -> None:
    assert Alerts(problem=problem).scraped()["kerbwatch_broker_up", ()] == up


class AwayStore(MemoryStore):
    away = True

    def truth(self) -> Truth:
        if self.away:
            raise StoreError("store_write", problem="server closed the connection")
        return super().truth()


def test_a_store_that_is_away_is_told_and_the_rest_is_left_out() -> None:
    """An old depth would look like a good one."""
    store = AwayStore()
    alerts = Alerts(store)
    assert alerts.scraped() == {("kerbwatch_store_up", ()): 0, ("kerbwatch_broker_up", ()): 1}
    store.away = False
    samples = alerts.scraped()
    assert samples["kerbwatch_store_up", ()] == 1
    assert samples["kerbwatch_outbox_depth", ()] == 0


class HangingStore(MemoryStore):
    """Answers the first time, then not before it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0
        self.hangs = threading.Event()
        self.let_go = threading.Event()

    def queue(self) -> QueueStats:
        self.asked += 1
        if self.asked > 1:
            self.hangs.set()
            assert self.let_go.wait(DEADLINE_S)
        return QueueStats(7, None)


def test_while_one_scrape_waits_for_the_store_others_get_what_was_known() -> None:
    store = HangingStore()
    alerts = Alerts(store)
    alerts.scraped()
    stuck = threading.Thread(target=alerts.collector.collect)
    stuck.start()
    assert store.hangs.wait(DEADLINE_S)
    assert alerts.scraped()["kerbwatch_outbox_depth", ()] == 7
    assert store.asked == 2, "nobody else asked"
    store.let_go.set()
    stuck.join(DEADLINE_S)
    assert not stuck.is_alive()
