"""Deadlines of cases in service: who is told when, once, and until when there is time."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from alerts.cases import CaseState
from alerts.duty.deal import TermsRule
from alerts.duty.plan import DutyPlan
from alerts.duty.quiet import Passing, QuietHours
from alerts.duty.rota import Substitute
from alerts.duty.routing import Match, Route
from alerts.errors import StoreError
from alerts.verbs import Verb
from fences.event import EventKind
from fences.hours import parse_hours
from tests.alerts_kit import START_WALL_NS
from tests.duty_kit import MINUTE_NS, PLAN, TERMS, DutyDesk

ACCEPT = ["remind_accept", "overdue_accept", "escalate_accept", "escalate_accept"]
HANDLE = ["remind_handle", "overdue_handle"]


@pytest.fixture
def desk(tmp_path: Path) -> DutyDesk:
    made = DutyDesk(tmp_path)
    made.see()
    return made


def quiet(recipient: str = "wenshao", passing: Passing = Passing.SEVERE) -> DutyPlan:
    """They sleep until seven; the tests begin at 22:13."""
    hours = parse_hours(("Mon-Sun 20:00-07:00",), "Asia/Shanghai")
    return replace(PLAN, quiet=(QuietHours(recipient, hours, passing),))


def test_messages_carry_both_deadlines_until_they_have_been_met(desk: DutyDesk) -> None:
    push, case = desk.said("inbox/wenshao")[0], desk.said(desk.case.case_id)[0]
    accept_ms, handle_ms = (START_WALL_NS + it * MINUTE_NS for it in (30, 120))
    for body in (push, case):
        assert body["accept_deadline_ms"] == accept_ms // 1_000_000
        assert body["deadline_ms"] == handle_ms // 1_000_000
        assert body["accept_deadline"].startswith("2026-09-21T22:43:20")
    assert "接单时限：2026-09-21 22:43:20" in push["text"]["zh"]
    assert "处置时限：2026-09-22 00:13:20" in push["text"]["zh"]
    assert "Accept by: 2026-09-21 22:43:20" in push["text"]["en"]
    assert desk.order(Verb.ACCEPT, "wenshao").done
    push = desk.said("inbox/wenshao")[-1]
    assert (push["accept_deadline"], push["deadline_ms"]) == (None, handle_ms // 1_000_000)
    assert desk.order(Verb.HANDLE, "wenshao").done
    assert desk.said("inbox/wenshao")[-1]["deadline"] is None


def test_a_case_that_nobody_accepts_is_reminded_of_overdue_and_escalated_each_once(
    desk: DutyDesk,
) -> None:
    assert desk.pass_min(19) == []
    assert desk.pass_min(1) == ["remind_accept"]
    assert desk.pass_min(10) == ["overdue_accept", "escalate_accept"]
    assert desk.pass_min(15) == ["escalate_accept"]
    assert desk.pass_min(600) == HANDLE
    assert desk.reasons("wenshao") == ["dwell_reached", *ACCEPT[:2], HANDLE[1]]
    assert desk.reasons("centre") == ["escalate_accept", *HANDLE]
    lines = [line.reason for line in desk.store.history(desk.case.case_id)]
    assert lines == ["dwell_reached", *ACCEPT, *HANDLE]
    assert (desk.case.state, desk.case.version) == (CaseState.OPENED, len(lines))


def test_a_step_is_an_update_named_by_its_key_in_words_that_people_understand(
    desk: DutyDesk,
) -> None:
    desk.pass_min(45)
    push = desk.said("inbox/centre")[0]
    assert push["event_id"] == f"{desk.case.case_id}.1.escalate.2"
    assert (push["kind"], push["reason"], push["by"]) == ("update", "escalate_accept", None)
    assert push["text"]["zh"].startswith("【逾期未接单，升级处理】")
    assert push["text"]["en"].startswith("[Escalated: not accepted in time]")
    keys = [event["event_id"] for event in desk.said("/events")]
    assert len(keys) == len(set(keys)) == 5


def test_whoever_a_case_is_escalated_to_may_act_on_it_and_hears_its_end(tmp_path: Path) -> None:
    route = Route(Match(), (("duty-east",), ("other-estate",)))
    desk = DutyDesk(tmp_path, replace(PLAN, routes=(route,)))
    desk.see()
    assert desk.case.recipients == ("duty-east",)
    assert not desk.order(Verb.ACCEPT, "other-estate").done
    desk.pass_min(30)
    assert list(desk.case.recipients) == ["duty-east", "other-estate"]
    assert desk.order(Verb.ACCEPT, "other-estate").done
    desk.see(EventKind.CLEARED)
    assert desk.said("inbox/other-estate")[-1]["kind"] == "end"


def test_who_has_accepted_is_reminded_alone(desk: DutyDesk) -> None:
    desk.order(Verb.ACCEPT, "wenshao")
    assert desk.pass_min(110) == ["remind_handle"]
    assert desk.reasons("wenshao")[-1] == "remind_handle"
    assert desk.reasons("duty-east")[-1] == "accept"


def test_a_restart_tells_nothing_again_and_at_once_what_was_missed(desk: DutyDesk) -> None:
    assert desk.pass_min(20) == ["remind_accept"]
    desk.restart()
    assert desk.deadlines.tend() == ()
    desk.clock.pass_s(25 * 60)
    desk.restart()
    missed = [change.transition.reason for change in desk.deadlines.tend()]
    assert missed == ACCEPT[1:]
    desk.restart()
    assert desk.deadlines.tend() == ()


def test_a_clock_that_is_stepped_back_and_forth_tells_nothing_twice(desk: DutyDesk) -> None:
    told = desk.pass_min(31)
    for step_s in (-3600, 0, 3600, -3600, 3600):
        desk.clock.step_s = step_s
        told += desk.pass_min(1)
    assert told == ACCEPT
    assert len(set(step_keys(desk))) == len(step_keys(desk)) == len(ACCEPT)


def step_keys(desk: DutyDesk) -> list[str]:
    events = (event["event_id"] for event in desk.said("/events"))
    return [key for key in events if key.startswith(f"{desk.case.case_id}.1.")]


def test_what_cannot_be_kept_is_not_told_and_comes_again(
    desk: DutyDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full() -> Any:
        raise StoreError("store_write", problem="disk full")

    with monkeypatch.context() as filling:
        filling.setattr(desk.store, "write", full)
        with pytest.raises(StoreError):
            desk.pass_min(20)
    assert desk.reasons("wenshao") == ["dwell_reached"]
    assert [change.transition.reason for change in desk.deadlines.tend()] == ["remind_accept"]


def test_two_services_on_one_store_tell_it_once(desk: DutyDesk) -> None:
    other = desk.deadlines
    desk.restart()
    desk.clock.pass_s(31 * 60)
    told = [*desk.deadlines.tend(), *other.tend(), *desk.deadlines.tend()]
    assert [change.transition.reason for change in told] == ["overdue_accept", "escalate_accept"]


def test_an_extension_moves_the_deadline_and_its_reminders(desk: DutyDesk) -> None:
    desk.order(Verb.ACCEPT)
    until_ns = desk.clock.wall_ns() + 300 * MINUTE_NS
    assert desk.order(Verb.EXTEND, until_wall_ns=until_ns).done
    assert desk.case.handle_due_wall_ns == until_ns
    assert desk.pass_min(289) == []
    assert desk.pass_min(1) == ["remind_handle"]
    later_ns = until_ns + 60 * MINUTE_NS
    assert desk.order(Verb.EXTEND, until_wall_ns=later_ns).done, "officers may once more"
    assert desk.case.handle_due_wall_ns == later_ns
    assert desk.pass_min(59) == []
    assert desk.pass_min(11) == ["remind_handle", "overdue_handle", "escalate_handle"]


def test_suspended_time_does_not_count(desk: DutyDesk) -> None:
    desk.pass_min(10)
    until_ns = desk.clock.wall_ns() + 600 * MINUTE_NS
    assert desk.order(Verb.SUSPEND, until_wall_ns=until_ns).done
    assert desk.case.accept_due_wall_ns is None
    assert desk.pass_min(599) == []
    assert desk.pass_min(2) == []
    assert desk.case.state is CaseState.DISPATCHED
    assert desk.case.accept_due_wall_ns == START_WALL_NS + 630 * MINUTE_NS
    assert desk.pass_min(18) == ["remind_accept"]
    assert desk.pass_min(1) == ["overdue_accept", "escalate_accept"]


def test_a_case_that_ends_is_left_alone_and_reopened_it_begins_anew(desk: DutyDesk) -> None:
    desk.pass_min(35)
    assert "centre" not in desk.case.recipients
    assert desk.order(Verb.REJECT).done
    assert (desk.case.accept_due_wall_ns, desk.case.handle_due_wall_ns) == (None, None)
    assert desk.pass_min(200) == []
    assert desk.order(Verb.REOPEN).done
    assert desk.case.recipients == ("duty-east", "wenshao")
    assert desk.pass_min(31) == ["remind_accept", "overdue_accept", "escalate_accept"]
    assert f"{desk.case.case_id}.2.overdue.accept" in desk.store.steps(desk.case.case_id)


def test_with_nobody_of_the_first_rung_on_duty_the_next_one_is_told_and_climbed_from(
    tmp_path: Path,
) -> None:
    route = Route(Match(), (("day",), ("duty-east",), ("centre",)))
    desk = DutyDesk(tmp_path, replace(PLAN, routes=(route,)))
    desk.see()
    assert desk.case.recipients == ("duty-east",)
    assert desk.store.steps(desk.case.case_id) == {f"{desk.case.case_id}.1.first.1"}
    desk.pass_min(31)
    assert desk.reasons("centre") == ["escalate_accept"]


def test_who_stands_in_is_told_instead(tmp_path: Path) -> None:
    later_ns = START_WALL_NS + 600 * MINUTE_NS
    instead = Substitute("wenshao", "other-estate", START_WALL_NS, later_ns, "值班长")
    desk = DutyDesk(tmp_path, DutyPlan(rota=replace(PLAN.rota, substitutes=(instead,))))
    desk.see()
    assert desk.case.recipients == ("duty-east", "other-estate")


def test_what_is_told_in_quiet_hours_waits_for_their_end_in_order(tmp_path: Path) -> None:
    desk = DutyDesk(tmp_path, quiet())
    desk.see()
    assert desk.case.recipients == ("duty-east", "wenshao")
    desk.pass_min(31)
    assert desk.reasons("wenshao") == []
    assert desk.reasons("duty-east") == ["dwell_reached", *ACCEPT[:3]]
    desk.restart()
    desk.pass_min(494)
    assert desk.reasons("wenshao") == []
    desk.pass_min(2)  # 07:00
    assert desk.reasons("wenshao") == ["dwell_reached", *ACCEPT[:2], HANDLE[1]]
    assert desk.store.next_held() is None
    desk.restart()
    desk.pass_min(5)
    assert len(desk.reasons("wenshao")) == 4


def test_an_escalation_wakes_and_so_does_what_passes(tmp_path: Path) -> None:
    desk = DutyDesk(tmp_path, quiet("centre"))
    desk.see()
    desk.pass_min(45)
    assert desk.reasons("centre") == ["escalate_accept"]
    assert desk.store.next_held() is None


def test_quiet_hours_that_were_made_longer_meanwhile_hold_on(tmp_path: Path) -> None:
    desk = DutyDesk(tmp_path, quiet())
    desk.see()
    hours = parse_hours(("Mon-Sun 20:00-09:00",), "Asia/Shanghai")
    desk.restart(replace(PLAN, quiet=(QuietHours("wenshao", hours),)))
    desk.pass_min(10 * 60)
    assert desk.reasons("wenshao") == []
    desk.pass_min(60)
    assert desk.reasons("wenshao") == ["dwell_reached", *ACCEPT[:2], HANDLE[1]]


def test_with_nothing_configured_the_fence_s_people_are_told_and_nothing_is_ever_due(
    tmp_path: Path,
) -> None:
    desk = DutyDesk(tmp_path, DutyPlan())
    desk.see()
    assert desk.pass_min(2000) == []
    case = desk.case
    assert case.recipients == ("duty-east", "wenshao")
    assert (case.version, desk.store.steps(case.case_id)) == (1, frozenset())
    assert (case.accept_due_wall_ns, case.handle_due_wall_ns) == (None, None)
    assert desk.reasons("wenshao") == ["dwell_reached"]


def test_deadlines_that_are_no_longer_configured_are_no_longer_told(desk: DutyDesk) -> None:
    desk.restart(DutyPlan())
    desk.order(Verb.NOTE)
    assert desk.said("inbox/wenshao")[-1]["deadline"] is None
    assert desk.pass_min(200) == []


def test_deadlines_that_are_newly_configured_count_from_the_opening(tmp_path: Path) -> None:
    desk = DutyDesk(tmp_path, DutyPlan())
    desk.see()
    desk.clock.pass_s(31 * 60)
    desk.restart(DutyPlan(terms=(TermsRule(Match(), TERMS),)))
    assert [it.transition.reason for it in desk.deadlines.tend()] == ["overdue_accept"]
