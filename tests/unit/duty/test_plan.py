"""Everything together; with nothing configured it is as it always was."""

from __future__ import annotations

from dataclasses import replace

import pytest

from alerts.duty.areas import Area, make_area_map
from alerts.duty.budget import parse_budget
from alerts.duty.calendar import make_calendar
from alerts.duty.deal import Deal, Stage, Terms, TermsRule
from alerts.duty.plan import DutyPlan
from alerts.duty.rota import Rota, Team, make_shift
from alerts.duty.routing import Match, Route, Severity
from tests.alerts_kit import START_WALL_NS  # a Monday, 22:13:20 in Shanghai

MINUTE = 60 * 10**9
NOTIFY = ("duty-east", "wenshao")
PLAN = DutyPlan(
    calendar=make_calendar(zone="Asia/Shanghai"),
    rota=Rota(
        (Team("day", "白班", ("li",), (make_shift("Mon-Fri 08:00-18:00", ["li"]),)),),
        zone="Asia/Shanghai",
    ),
    areas=make_area_map([Area("east", "东", frozenset({"gate-3"}))]),
    routes=(Route(Match(areas=frozenset({"east"})), (("day",), ("centre",), ("boss",))),),
    terms=(TermsRule(Match(), Terms(accept=parse_budget("30 min"))),),
    severities={"blocked_fire_lane": Severity.SEVERE},
)


@pytest.mark.parametrize("notify", [NOTIFY, ("duty-east",), ()])
def test_with_nothing_configured_the_recipients_of_the_fence_are_told_and_nothing_is_due(
    notify: tuple[str, ...],
) -> None:
    plan = DutyPlan()
    subject = plan.subject("gate-3", "lane", "blocked_fire_lane", START_WALL_NS)
    deal = Deal("c1", 1, START_WALL_NS)
    assert plan.first_told(subject, notify, START_WALL_NS).people == notify
    assert plan.next_step(subject, deal, notify, START_WALL_NS + 10**9 * 86_400 * 365) is None
    assert plan.due_wall_ns(subject, deal, Stage.HANDLE) is None


def test_a_case_at_night_goes_to_the_rung_that_is_on_duty_and_on_from_there() -> None:
    subject = PLAN.subject("gate-3", "lane", "blocked_fire_lane", START_WALL_NS)
    assert (subject.area_id, subject.severity) == ("east", Severity.SEVERE)
    told = PLAN.first_told(subject, NOTIFY, START_WALL_NS)
    assert (told.rung, told.people, told.passed_over) == (1, ("centre",), (0,))
    deal = Deal("c1", 1, START_WALL_NS, fired=frozenset({"c1.1.first.1"}))
    due = START_WALL_NS + 30 * MINUTE
    assert PLAN.due_wall_ns(subject, deal, Stage.ACCEPT) == due
    assert PLAN.next_time(subject, deal, NOTIFY, START_WALL_NS) == due
    step = PLAN.next_step(subject, deal, NOTIFY, due)
    assert step is not None
    assert (step.key, step.told.people) == ("c1.1.overdue.accept", ("li", "centre"))
    deal = replace(deal, fired=deal.fired | {step.key})
    step = PLAN.next_step(subject, deal, NOTIFY, due)
    assert step is not None
    assert (step.key, step.told.people) == ("c1.1.escalate.2", ("boss",))


def test_a_case_elsewhere_stays_with_the_recipients_of_its_fence() -> None:
    subject = PLAN.subject("gate-4", "lane", "crowd", START_WALL_NS)
    assert PLAN.ladder(subject, NOTIFY) == (NOTIFY,)
    assert subject.severity is Severity.NORMAL
