"""A storm is one message per recipient and one at its end, whatever restarts."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from alerts.duty.calm import StormRule
from alerts.duty.plan import DutyPlan
from alerts.duty.quiet import Passing, QuietHours
from alerts.duty.routing import Severity
from alerts.inbox import Bulletin, InboxReader
from alerts.place import FencePlace
from alerts.pushing.letters import PushPlan
from alerts.store.memory import MemoryStore
from alerts.store.port import Store
from alerts.store.sql import SqlStore
from alerts.texts import Language
from fences.clock import SECOND_NS
from fences.event import EventKind
from fences.hours import parse_hours
from tests.alerts_kit import DIRECTORY, fence_event
from tests.duty_kit import PLAN, DutyDesk

RULE = StormRule(camera_cases=3, site_cases=None, within_ns=60 * SECOND_NS)
PLAIN = DutyPlan(storm=RULE)


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    makers: dict[str, Callable[[], Store]] = {
        "memory": MemoryStore,
        "sqlite": lambda: SqlStore(f"sqlite:///{tmp_path / 'kerbwatch.db'}"),
    }
    made = makers[request.param]()
    yield made
    made.close()


def burst(desk: DutyDesk, count: int, kind: EventKind = EventKind.OPENED, start: int = 0) -> None:
    for number in range(start, start + count):
        desk.receive(fence_event(kind, 60, fence_id=f"f{number}"))


def inbox(desk: DutyDesk, recipient: str = "duty-east") -> list[Any]:
    return desk.said(f"inbox/{recipient}")


def told(desk: DutyDesk) -> list[tuple[str, int, int]]:
    digests = [one for one in inbox(desk) if one["schema"] == "kerbwatch.digest/1"]
    return [(one["kind"], one["count"], one["open"]) for one in digests]


@pytest.fixture(autouse=True)
def everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every fence of the camera notifies the officer."""
    places = {
        ("gate-3", f"f{n}"): FencePlace("gate-3", "3号门", f"f{n}", f"{n}", ("duty-east",))
        for n in range(60)
    }
    fences = {**DIRECTORY.fences, **places}
    monkeypatch.setattr("tests.duty_kit.DIRECTORY", replace(DIRECTORY, fences=fences))


def test_a_storm_is_one_message_and_one_when_it_is_over(tmp_path: Path, store: Store) -> None:
    desk = DutyDesk(tmp_path, PLAIN, store)
    burst(desk, 40)
    assert len(inbox(desk)) == 3, "those before it was a storm"
    desk.clock.pass_s(3)
    desk.deadlines.tend()
    assert told(desk) == [("storm", 37, 37)]
    assert len(inbox(desk)) == 4
    assert len(desk.said("events")) == 40
    assert len({one["storm"] for one in (e["case"] for e in desk.said("events"))}) == 2
    burst(desk, 10, EventKind.CLEARED, start=20)
    burst(desk, 5, start=40)
    assert len(inbox(desk)) == 4
    desk.pass_min(3)
    assert told(desk)[1:] == [("storm_over", 42, 32)]
    assert len(inbox(desk)) == 5
    desk.pass_min(60)
    assert len(inbox(desk)) == 5, "what came later in it was told at its end"
    burst(desk, 1, start=50)
    assert inbox(desk)[-1]["fence"]["id"] == "f50", "a storm is over when it is over"


@pytest.mark.parametrize("moment", [1, 20, 40])
def test_a_restart_in_the_middle_neither_loses_nor_doubles(
    tmp_path: Path, store: Store, moment: int
) -> None:
    desk = DutyDesk(tmp_path, PLAIN, store)
    burst(desk, moment)
    desk.restart()
    burst(desk, 40 - moment, start=moment)
    desk.restart()
    desk.pass_min(1)
    desk.restart()
    desk.deadlines.tend()
    desk.crier.tend()
    assert told(desk)[0] == ("storm", 37, 37)
    desk.pass_min(5)
    desk.restart()
    desk.pass_min(40)
    assert [kind for kind, *_ in told(desk)] == ["storm", "storm_over"]


def test_reminders_of_a_storms_cases_start_no_second_one(tmp_path: Path, store: Store) -> None:
    desk = DutyDesk(tmp_path, replace(PLAN, storm=RULE), store)
    burst(desk, 8)
    done = desk.pass_min(60)
    assert {"remind_accept", "overdue_accept", "escalate_accept"} <= set(done)
    assert [kind for kind, *_ in told(desk)] == ["storm", "storm_over"]


def test_a_storm_that_goes_on_is_told_again_after_half_an_hour(tmp_path: Path) -> None:
    desk = DutyDesk(tmp_path, PLAIN)
    for number in range(50):
        burst(desk, 1, start=number)
        desk.clock.pass_s(15 if number < 4 else 50)
        desk.deadlines.tend()
        desk.crier.tend()
    assert [kind for kind, *_ in told(desk)] == ["storm"]
    assert inbox(desk)[-1]["kind"] == "storm"


def test_who_sleeps_is_told_of_the_storm_in_the_morning(tmp_path: Path) -> None:
    hours = parse_hours(("Mon-Sun 22:00-07:00",), "Asia/Shanghai")
    quiet = (QuietHours("duty-east", hours, Passing.SEVERE),)
    desk = DutyDesk(tmp_path, replace(PLAIN, quiet=quiet))
    burst(desk, 20)
    desk.pass_min(5)
    assert inbox(desk) == []
    desk.clock.pass_s(9 * 3600)
    desk.pass_min(1)
    assert told(desk) == [("storm", 17, 17), ("storm_over", 17, 17)]
    assert len(inbox(desk)) == 5, "the three before it and two of it"


def test_severe_cases_are_told_by_themselves_in_any_storm(tmp_path: Path) -> None:
    desk = DutyDesk(tmp_path, replace(PLAIN, severities={"blocked_fire_lane": Severity.SEVERE}))
    burst(desk, 9)
    assert [one["kind"] for one in inbox(desk)] == ["new"] * 9


def test_a_storm_whose_rule_is_gone_ends(tmp_path: Path) -> None:
    desk = DutyDesk(tmp_path, PLAIN)
    burst(desk, 9)
    desk.pass_min(0.5)
    desk.clock.pass_s(3)
    desk.deadlines.tend()
    desk.restart(DutyPlan())
    desk.crier.tend()
    assert [kind for kind, *_ in told(desk)] == ["storm", "storm_over"]


def test_the_message_says_how_many_and_where_in_both_languages(tmp_path: Path) -> None:
    desk = DutyDesk(tmp_path, PLAIN)
    burst(desk, 9)
    desk.clock.pass_s(3)
    desk.deadlines.tend()
    push = inbox(desk)[-1]
    assert [(it["camera"]["id"], it["count"]) for it in push["places"]] == [("gate-3", 6)]
    reader = InboxReader()
    payload = json.dumps(push).encode()
    read = reader.read("inbox/duty-east", payload)
    assert isinstance(read, Bulletin)
    assert read.lines(Language.EN)[0] == "[Many new cases] 6 at once"
    assert "6 个案卷" in read.lines(Language.ZH)[0]
    assert reader.read("inbox/duty-east", payload) is None
    plan = PushPlan(recipients=frozenset({"duty-east"}))
    letter = plan.bulletin(push)
    assert letter is not None
    assert letter.title == "【集中告警】同时新增 6 个案卷"
    assert PushPlan().bulletin(push) is None
