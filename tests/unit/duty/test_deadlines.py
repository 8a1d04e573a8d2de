"""What is due about a case, when, and to whom."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from alerts.duty.budget import parse_budget
from alerts.duty.calendar import make_calendar
from alerts.duty.deadlines import Step, next_step, next_time, who_hears
from alerts.duty.deal import Deal, Extension, Stage, Terms, TermsRule, due_wall_ns, terms_of
from alerts.duty.rota import Rota, Team, make_shift
from alerts.duty.routing import Match, Severity, Subject

CALENDAR = make_calendar(zone="Asia/Shanghai")
ROTA = Rota(
    (
        Team("property", "物业", ("wu",)),
        Team("district", "片区", ("li", "wang"), (make_shift("Mon-Fri 08:00-18:00", ["li"]),)),
        Team(
            "centre", "监督中心", ("zhao", "qian"), (make_shift("Mon-Sun 00:00-24:00", ["zhao"]),)
        ),
    ),
    zone="Asia/Shanghai",
)
LADDER = (("property",), ("district",), ("centre",))
TERMS = Terms(
    accept=parse_budget("30 min"),
    handle=parse_budget("4 working h"),
    remind=(parse_budget("30 min"), parse_budget("10 min")),
)


def at(text: str) -> int:
    moment = datetime.fromisoformat(f"2026-09-{text}").replace(tzinfo=ZoneInfo("Asia/Shanghai"))
    return round(moment.timestamp()) * 10**9


DEAL = Deal("c1", 1, at("21 09:00"))  # a Monday


def drained(deal: Deal, now: str, terms: Terms = TERMS) -> tuple[list[Step], Deal]:
    """Everything that is due, and the case with that done."""
    steps = []
    while (step := next_step(deal, terms, LADDER, CALENDAR, ROTA, at(now))) is not None:
        steps.append(step)
        deal = replace(deal, fired=deal.fired | {step.key})
    return steps, deal


def told(deal: Deal, now: str) -> list[tuple[str, tuple[str, ...]]]:
    return [(step.key.removeprefix("c1.1."), step.told.people) for step in drained(deal, now)[0]]


def test_both_deadlines_run_from_the_opening() -> None:
    assert due_wall_ns(DEAL, TERMS, CALENDAR, Stage.ACCEPT) == at("21 09:30")
    assert due_wall_ns(DEAL, TERMS, CALENDAR, Stage.HANDLE) == at("21 14:30")


def test_a_case_that_nobody_accepts_is_reminded_of_told_overdue_and_climbs_the_ladder() -> None:
    assert told(DEAL, "21 09:19") == []
    assert told(DEAL, "21 09:20") == [("remind.accept.2", ("wu",))]
    assert told(DEAL, "21 09:30") == [("overdue.accept", ("wu",)), ("escalate.1", ("li",))]
    assert told(DEAL, "21 10:00") == [
        ("overdue.accept", ("wu",)),
        ("escalate.1", ("li",)),
        ("escalate.2", ("zhao",)),
    ]


def test_a_reminder_as_long_as_the_whole_time_is_none() -> None:
    """Half an hour before the end of half an hour."""
    keys = {step.key for step in drained(DEAL, "21 09:29")[0]}
    assert keys == {"c1.1.remind.accept.2"}


def test_an_accepted_case_is_reminded_of_before_its_handling_is_due() -> None:
    deal = replace(DEAL, accepted_wall_ns=at("21 09:10"), holder="wu")
    assert told(deal, "21 13:59") == []
    assert told(deal, "21 14:00") == [("remind.handle.1", ("wu",))]
    assert told(deal, "21 14:30") == [("overdue.handle", ("wu",)), ("escalate.1", ("li",))]


def test_a_reminder_that_comes_too_late_is_left_out_and_what_was_told_stays_told() -> None:
    steps, deal = drained(replace(DEAL, accepted_wall_ns=at("21 09:10")), "21 14:21")
    assert [step.key for step in steps] == ["c1.1.remind.handle.1", "c1.1.remind.handle.2"]
    late, _ = drained(deal, "21 15:00")
    assert [step.key for step in late] == ["c1.1.overdue.handle", "c1.1.escalate.1"]


def test_after_an_acceptance_the_ladder_goes_on_where_it_was() -> None:
    _, deal = drained(DEAL, "21 09:30")
    deal = replace(deal, accepted_wall_ns=at("21 09:40"), holder="wu")
    assert told(deal, "21 14:29")[-1][0] == "remind.handle.2"
    assert told(deal, "21 14:30") == [("overdue.handle", ("wu", "li")), ("escalate.2", ("zhao",))]


def test_an_acceptance_while_the_service_was_away_leaves_no_rung_out() -> None:
    deal = replace(DEAL, accepted_wall_ns=at("21 09:40"), holder="wu")
    assert told(deal, "21 09:45") == []
    keys = [key for key, _ in told(deal, "21 14:30")]
    assert keys == ["overdue.handle", "escalate.1", "escalate.2"]


def test_a_rung_with_nobody_on_duty_falls_to_the_next() -> None:
    deal = replace(DEAL, opened_wall_ns=at("21 22:00"))
    steps, after = drained(deal, "21 22:30")
    step = steps[-1]
    assert (step.key, step.told.people) == ("c1.1.escalate.2", ("zhao",))
    assert step.told.passed_over == (1,)
    assert drained(after, "22 07:00")[0] == []


def test_where_no_rung_has_anybody_all_of_the_last_are_told() -> None:
    assert who_hears((("district",),), 0, ROTA, at("21 22:00")).people == ("li", "wang")
    assert who_hears(LADDER[1:2] + LADDER[:1], 0, ROTA, at("21 22:00")).rung == 1


def test_suspended_time_does_not_count_and_a_suspended_case_is_never_due() -> None:
    held = replace(DEAL, suspended=((at("21 09:10"), None),))
    assert drained(held, "28 09:00")[0] == []
    assert due_wall_ns(held, TERMS, CALENDAR, Stage.ACCEPT) is None
    freed = replace(DEAL, suspended=((at("21 09:10"), at("22 09:10")),))
    assert due_wall_ns(freed, TERMS, CALENDAR, Stage.ACCEPT) == at("22 09:30")
    assert due_wall_ns(freed, TERMS, CALENDAR, Stage.HANDLE) == at("22 14:30")


def test_an_extension_moves_the_handling_deadline_and_reminds_anew() -> None:
    _, deal = drained(replace(DEAL, accepted_wall_ns=at("21 09:10"), holder="wu"), "21 14:20")
    deal = replace(deal, extension=Extension(at("21 14:25"), at("23 17:00")))
    assert due_wall_ns(deal, TERMS, CALENDAR, Stage.HANDLE) == at("23 17:00")
    assert told(deal, "21 15:00") == []
    reminded = told(deal, "23 16:30")
    assert reminded == [(f"remind.handle.1@{at('23 17:00') // 10**9}", ("wu",))]
    overdue = [key for key, _ in told(deal, "23 17:00")]
    assert overdue == [f"overdue.handle@{at('23 17:00') // 10**9}", "escalate.1"]


def test_time_suspended_after_an_extension_is_added_to_it() -> None:
    extension = Extension(at("21 14:00"), at("23 17:00"))
    pause = ((at("22 09:00"), at("22 10:00")),)
    deal = replace(DEAL, extension=extension, suspended=pause)
    assert due_wall_ns(deal, TERMS, CALENDAR, Stage.HANDLE) == at("23 18:00")


@pytest.mark.parametrize("facts", [{"handled_wall_ns": at("21 09:05")}, {"is_finished": True}])
def test_what_is_done_is_never_due(facts: dict[str, int]) -> None:
    assert drained(replace(DEAL, **facts), "28 09:00")[0] == []  # type: ignore[arg-type]


def test_a_second_opening_has_keys_of_its_own() -> None:
    _, deal = drained(DEAL, "21 10:00")
    again = replace(deal, opening=2, opened_wall_ns=at("22 09:00"))
    assert [step.key for step in drained(again, "22 09:30")[0]] == [
        "c1.2.overdue.accept",
        "c1.2.escalate.1",
    ]


def test_without_terms_nothing_is_ever_due() -> None:
    assert drained(DEAL, "30 09:00", Terms())[0] == []
    assert next_time(DEAL, Terms(), 3, CALENDAR, at("21 09:00")) is None


def test_the_next_time_is_known() -> None:
    assert next_time(DEAL, TERMS, 3, CALENDAR, at("21 09:00")) == at("21 09:20")
    assert next_time(DEAL, TERMS, 3, CALENDAR, at("21 09:20")) == at("21 09:30")


def test_rungs_may_have_their_own_interval() -> None:
    terms = replace(TERMS, again=parse_budget("5 min"))
    steps, _ = drained(DEAL, "21 09:35", terms)
    assert steps[-1].key == "c1.1.escalate.2"


def test_the_first_rule_that_matches_gives_the_terms() -> None:
    subject = Subject("gate-3", "lane", "crowd", None, Severity.NORMAL, at("21 09:00"))
    crowd = TermsRule(Match(scenarios=frozenset({"crowd"})), TERMS)
    severe = TermsRule(Match(severities=frozenset({Severity.SEVERE})), Terms())
    assert terms_of([severe, crowd], subject) == TERMS
    assert terms_of([severe], subject) == Terms()
