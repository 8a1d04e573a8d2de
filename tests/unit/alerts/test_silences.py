"""While something is silenced nobody is told of it, nothing is lost, and the end tells."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from alerts.answers import Answer
from alerts.commands import RefusalCode
from alerts.duty.quiet import QuietHours
from alerts.people import Role
from alerts.silences import LiftSilence, PlaceSilence
from alerts.store.memory import MemoryStore
from alerts.store.port import Store
from alerts.store.sql import SqlStore
from alerts.verbs import Verb
from fences.event import EventKind
from fences.hours import parse_hours
from tests.alerts_kit import PERSON
from tests.duty_kit import MINUTE_NS, PLAN, DutyDesk

HOUR_NS = 60 * MINUTE_NS


@pytest.fixture(params=["memory", "sqlite"])
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[DutyDesk]:
    makers: dict[str, Callable[[], Store]] = {
        "memory": MemoryStore,
        "sqlite": lambda: SqlStore(f"sqlite:///{tmp_path / 'kerbwatch.db'}"),
    }
    made = DutyDesk(tmp_path, store=makers[request.param]())
    yield made
    made.store.close()


def silence(desk: DutyDesk, hours: float = 3, actor: str = "duty-east", **fields: Any) -> Answer:
    until_ns = desk.clock.wall_ns() + round(hours * HOUR_NS)
    return desk.order(Verb.SILENCE, actor, until_wall_ns=until_ns, **fields)


def place(
    desk: DutyDesk,
    camera_id: str,
    fence_id: str | None,
    scenario_id: str | None,
    actor: str = "centre",
    words: str = "道路施工",
    until_wall_ns: int | None = None,
) -> Answer:
    now_ns = desk.clock.wall_ns()
    until_ns = now_ns + HOUR_NS if until_wall_ns is None else until_wall_ns
    desk.requests += 1
    where = (camera_id, fence_id, scenario_id)
    asked = PlaceSilence(*where, actor, f"p-{desk.requests}", now_ns, until_ns, words)
    return desk.counter.take(asked)


def code(answer: Answer) -> RefusalCode | None:
    return None if answer.refusal is None else answer.refusal.code


def test_while_a_place_is_silenced_nobody_is_told_and_the_end_tells_what_is_open(
    desk: DutyDesk,
) -> None:
    desk.see()
    assert silence(desk).done
    before = {one: desk.reasons(one) for one in ("duty-east", "wenshao", "centre")}
    assert before["wenshao"] == ["dwell_reached", "silence"]
    assert desk.said("inbox/wenshao")[-1]["until_ms"] is not None
    steps = desk.pass_min(179)
    assert {"remind_accept", "overdue_accept", "escalate_accept"} <= set(steps)
    assert {one: desk.reasons(one) for one in before} == before, "not even an escalation"
    assert "overdue_accept" in [event["reason"] for event in desk.said("events")]
    desk.restart()
    assert "silence_over" in desk.pass_min(2)
    assert desk.reasons("wenshao") == [*before["wenshao"], "silence_over"]
    assert desk.reasons("centre") == ["silence_over"], "who was told of it meanwhile"
    assert desk.store.history(desk.case.case_id)[-1].reason == "silence_over"
    (kept,) = desk.store.silences(running=False)
    assert desk.store.silences(running=True) == ()
    assert (kept.silence.author, kept.silence.reason) == ("duty-east", "有原因")
    assert (kept.lifted_by, kept.over_wall_ns) == (None, desk.clock.wall_ns() - MINUTE_NS)


def test_a_later_case_of_a_silenced_place_opens_unheard_and_one_beside_it_is_heard(
    desk: DutyDesk,
) -> None:
    assert place(desk, "gate-3", "lane", "blocked_fire_lane").done
    desk.see()
    desk.see(fence_id="strip")
    assert desk.said("inbox/wenshao") == []
    assert [one["case"]["fence"]["id"] for one in desk.said("events")] == ["lane", "strip"]
    assert [one["fence"]["id"] for one in desk.said("inbox/duty-east")] == ["strip"]
    desk.see(EventKind.CLEARED)
    desk.pass_min(61)
    assert desk.said("inbox/wenshao") == [], "nothing of it is open"


def test_a_silence_of_a_camera_is_of_all_its_fences_and_told_in_the_logs_of_its_cases(
    desk: DutyDesk,
) -> None:
    desk.see()
    assert place(desk, "gate-3", None, None).done
    desk.see(fence_id="strip")
    assert desk.reasons("duty-east") == ["dwell_reached"]
    (lane,) = (one for one in desk.store.cases() if one.fence_id == "lane")
    line = desk.store.history(lane.case_id)[-1]
    assert (line.reason, line.actor, line.words) == ("silence", "centre", "道路施工")
    assert line.until_wall_ns == desk.clock.wall_ns() + HOUR_NS
    desk.pass_min(61)
    assert desk.reasons("duty-east").count("silence_over") == 2


def test_a_snooze_is_one_persons_and_escalations_come_through(desk: DutyDesk) -> None:
    desk.see()
    until_ns = desk.clock.wall_ns() + 2 * HOUR_NS
    assert desk.order(Verb.SNOOZE, "duty-east", until_wall_ns=until_ns, words="").done
    assert desk.reasons("wenshao") == ["dwell_reached"], "it is nobody else's business"
    desk.pass_min(50)
    assert desk.reasons("wenshao") == ["dwell_reached", "remind_accept", "overdue_accept"]
    assert desk.reasons("duty-east") == ["dwell_reached", "escalate_accept"]
    desk.pass_min(75)
    assert desk.reasons("duty-east")[-1] == "snooze_over"
    assert "snooze_over" not in desk.reasons("wenshao")


def test_lifting_a_silence_tells_and_what_follows_is_heard(desk: DutyDesk) -> None:
    desk.see()
    assert code(desk.order(Verb.LIFT)) is RefusalCode.NOTHING_TO_LIFT
    assert silence(desk).done
    assert code(desk.order(Verb.LIFT, "wenshao")) is RefusalCode.NOTHING_TO_LIFT
    assert desk.order(Verb.LIFT, "centre", words="").done
    assert desk.reasons("wenshao") == ["dwell_reached", "silence", "lift"]
    (kept,) = desk.store.silences(running=False)
    assert (kept.lifted_by, kept.over_wall_ns) == ("centre", desk.clock.wall_ns())
    desk.pass_min(25)
    assert desk.reasons("wenshao")[-1] == "remind_accept"


def test_a_silence_is_lifted_by_its_number_by_whoever_may_have_one(desk: DutyDesk) -> None:
    desk.see()
    assert place(desk, "gate-3", None, None).done
    now_ns = desk.clock.wall_ns()
    assert code(desk.counter.take(LiftSilence(7, "centre", "a", now_ns))) is (
        RefusalCode.NOTHING_TO_LIFT
    )
    refused = desk.counter.take(LiftSilence(1, "wenshao", "b", now_ns))
    assert code(refused) is RefusalCode.NOT_ALLOWED
    done = desk.counter.take(LiftSilence(1, "duty-east", "c", now_ns, "已完工"))
    assert done.done
    assert desk.counter.take(LiftSilence(1, "duty-east", "c", now_ns, "已完工")) == done
    push = desk.said("inbox/wenshao")[-1]
    assert (push["reason"], push["words"], push["by"]["id"]) == ("lift", "已完工", "duty-east")


def test_another_silence_of_the_same_takes_its_place(desk: DutyDesk) -> None:
    desk.see()
    assert silence(desk, 1).done
    assert silence(desk, 4).done
    (held,) = desk.store.silences(running=True)
    assert held.number == 2
    assert "silence_over" not in desk.pass_min(120)
    assert "silence_over" in desk.pass_min(121)


@pytest.mark.parametrize("role", [role for role in Role if role in PERSON])
def test_who_may_silence_a_place_is_who_may_silence_a_case(desk: DutyDesk, role: Role) -> None:
    refused = code(place(desk, "gate-3", None, None, actor=PERSON[role].id))
    assert (refused is None) == (role is not Role.PROPERTY)


@pytest.mark.parametrize(
    ("where", "fields", "expected"),
    [
        (("gate-9", None, None), {}, RefusalCode.UNKNOWN_PLACE),
        (("gate-3", "lane", None), {}, RefusalCode.UNKNOWN_PLACE),
        (("gate-3", "lane", "street_vending"), {}, RefusalCode.UNKNOWN_PLACE),
        (("gate-3", None, None), {"words": " "}, RefusalCode.NEEDS_WORDS),
        (("gate-3", None, None), {"until_wall_ns": 1}, RefusalCode.UNTIL_PAST),
        (("gate-3", None, None), {"until_wall_ns": 2**62}, RefusalCode.UNTIL_TOO_FAR),
    ],
)
def test_a_silence_without_place_reason_or_end_is_refused(
    desk: DutyDesk,
    where: tuple[str, str | None, str | None],
    fields: dict[str, Any],
    expected: RefusalCode,
) -> None:
    assert code(place(desk, *where, **fields)) is expected
    assert desk.store.silences(running=False) == ()


def test_a_silence_of_days_extends_no_deadline(desk: DutyDesk) -> None:
    desk.see()
    assert desk.order(Verb.ACCEPT).done
    assert desk.order(Verb.EXTEND).done
    due_ns = desk.case.handle_due_wall_ns
    desk.clock.pass_s(60)
    assert silence(desk, 24 * 6).done
    assert desk.case.handle_due_wall_ns == due_ns


def test_what_was_held_for_the_morning_is_not_told_of_a_silenced_place(tmp_path: Path) -> None:
    night = QuietHours("wenshao", parse_hours(("Mon-Sun 22:00-07:00",), "Asia/Shanghai"))
    desk = DutyDesk(tmp_path, replace(PLAN, quiet=(night,)))
    desk.see()
    assert desk.store.next_held() is not None, "it is 22:13"
    assert silence(desk, 24).done
    desk.clock.pass_s(10 * 3600)
    desk.pass_min(2)
    assert desk.said("inbox/wenshao") == []
    assert desk.store.next_held() is None
