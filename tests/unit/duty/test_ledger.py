"""The ledger: who did what when, in time or not, from the audit log alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from alerts.casebook import decide
from alerts.cases import Case, CaseState, Transition
from alerts.duty.areas import Area, make_area_map
from alerts.duty.budget import parse_budget
from alerts.duty.calendar import make_calendar
from alerts.duty.deal import Extension, Terms, TermsRule
from alerts.duty.ledger import LedgerRow, as_deal, openings, repeats, rows_of
from alerts.duty.plan import DutyPlan
from alerts.duty.rota import Rota, Team
from alerts.duty.routing import Match
from alerts.duty.statistics import By, figures
from fences.event import EventKind
from tests.alerts_kit import fence_event

MINUTE = 60 * 10**9
S = CaseState
PLAN = DutyPlan(
    calendar=make_calendar(zone="Asia/Shanghai"),
    rota=Rota((Team("squad", "中队", ("li",)),), zone="Asia/Shanghai"),
    areas=make_area_map([Area("north", "北", frozenset({"gate-3"}))]),
    terms=(TermsRule(Match(), Terms(accept=parse_budget("30 min"), handle=parse_budget("2 h"))),),
)


def at(text: str) -> int:
    moment = datetime.fromisoformat(f"2026-09-{text}").replace(tzinfo=ZoneInfo("Asia/Shanghai"))
    return round(moment.timestamp()) * 10**9


NOW = at("25 12:00")


def line(state: CaseState, when: str, actor: str = "li", reason: str = "") -> Transition:
    return Transition("c1", 1, state, actor, reason, at(when), 0)


def case() -> Case:
    change = decide(None, fence_event(EventKind.OPENED, 60.0), ("li", "wenshao"))
    assert change is not None
    return replace(change.case, case_id="c1")


def rows(*history: Transition, now: int = NOW) -> tuple[LedgerRow, ...]:
    return tuple(rows_of(case(), history, PLAN, now))


OPENED = line(S.OPENED, "21 09:00", "camera", "dwell_reached")
ACCEPTED = line(S.ACCEPTED, "21 09:20")
HANDLED = line(S.HANDLED, "21 10:30")
CLOSED = line(S.CLOSED, "21 10:40", "camera", "place_clear")


def test_every_stage_has_its_time_and_its_person() -> None:
    (row,) = rows(OPENED, ACCEPTED, HANDLED, CLOSED)
    assert (row.to_accept_ns, row.to_handle_ns) == (20 * MINUTE, 70 * MINUTE)
    assert (row.to_verify_ns, row.in_all_ns) == (10 * MINUTE, 100 * MINUTE)
    assert (row.accepted_in_time, row.in_time) == (True, True)
    assert row.handle_due_wall_ns == at("21 11:00")
    assert (row.subject.area_id, row.teams, row.hour) == ("north", ("squad",), 9)
    assert row.opening.accepted is not None
    assert row.opening.accepted.actor == "li"
    assert row.opening.end_reason == "place_clear"


def test_versions_that_only_tell_of_something_seen_change_nothing() -> None:
    again = [replace(it, wall_ns=it.wall_ns + MINUTE, actor="camera") for it in (OPENED, ACCEPTED)]
    assert rows(OPENED, again[0], ACCEPTED, again[1], HANDLED, CLOSED) == rows(
        OPENED, ACCEPTED, HANDLED, CLOSED
    )


def test_what_is_late_or_past_its_deadline_is_overdue_and_what_is_not_yet_is_neither() -> None:
    late = line(S.ACCEPTED, "21 09:31"), line(S.HANDLED, "21 11:01")
    (row,) = rows(OPENED, *late)
    assert (row.accepted_in_time, row.in_time) == (False, False)
    (row,) = rows(OPENED)
    assert (row.accepted_in_time, row.in_time) == (False, False)
    (row,) = rows(OPENED, now=at("21 09:10"))
    assert (row.accepted_in_time, row.in_time) == (None, None)


def test_a_violation_that_ends_by_itself_counts_by_its_end() -> None:
    (row,) = rows(OPENED, CLOSED)
    assert row.in_time
    assert row.accepted_in_time is False
    assert row.to_accept_ns is None


def test_a_returned_case_was_not_handled_until_it_was() -> None:
    returned = line(S.RETURNED, "21 10:40", "camera", "still_there")
    (row,) = rows(OPENED, ACCEPTED, HANDLED, returned)
    assert row.opening.handled is None
    assert (row.opening.returned, row.in_time) == (1, False)
    handled = line(S.HANDLED, "21 10:55")
    (row,) = rows(OPENED, ACCEPTED, HANDLED, returned, handled)
    assert row.in_time
    assert row.to_handle_ns == 95 * MINUTE


def test_a_rejected_case_is_neither_in_time_nor_overdue() -> None:
    (row,) = rows(OPENED, line(S.REJECTED, "21 15:00", reason="shadow"))
    assert row.in_time is None
    assert row.opening.end_reason == "shadow"


def test_a_suspended_case_has_no_deadline_until_it_goes_on() -> None:
    held = line(S.SUSPENDED, "21 09:30")
    (row,) = rows(OPENED, ACCEPTED, held)
    assert (row.handle_due_wall_ns, row.in_time) == (None, None)
    (row,) = rows(OPENED, ACCEPTED, held, line(S.HANDLED, "22 09:30"))
    assert row.handle_due_wall_ns == at("22 11:00")
    assert row.in_time


def test_an_extension_counts_where_the_log_says_until_when() -> None:
    extended, handled = line(S.EXTENDED, "21 10:00"), line(S.HANDLED, "21 15:00")
    (row,) = rows(OPENED, ACCEPTED, extended, handled)
    assert (row.opening.extended, row.in_time) == (1, False)
    told = replace(extended, until_wall_ns=at("21 16:00"))
    (row,) = rows(OPENED, ACCEPTED, told, handled)
    assert row.opening.extension == Extension(at("21 10:00"), at("21 16:00"))
    assert row.in_time


def test_a_reopened_case_is_a_row_of_its_own() -> None:
    first, second = rows(
        OPENED, ACCEPTED, HANDLED, CLOSED, line(S.REOPENED, "21 10:45", "camera"),
        line(S.ACCEPTED, "21 12:00"),
    )  # fmt: skip
    assert (first.opening.number, second.opening.number) == (1, 2)
    assert first.in_time
    assert second.opening.opened.wall_ns == at("21 10:45")
    assert second.accepted_in_time is False


def test_an_opening_is_a_deal_for_its_deadlines() -> None:
    (opening,) = openings([OPENED, ACCEPTED])
    deal = as_deal("c1", opening, frozenset({"k"}))
    assert (deal.opened_wall_ns, deal.accepted_wall_ns) == (at("21 09:00"), at("21 09:20"))
    assert (deal.holder, deal.fired, deal.is_finished) == ("li", frozenset({"k"}), False)


def test_the_figures_of_a_ledger_add_up() -> None:
    ledger = [
        *rows(OPENED, ACCEPTED, HANDLED, CLOSED),
        *rows(OPENED, line(S.ACCEPTED, "21 09:40"), line(S.HANDLED, "21 12:00"), CLOSED),
        *rows(line(S.OPENED, "22 22:00"), line(S.REJECTED, "22 22:10")),
    ]
    (north,) = figures(ledger, By.AREA)
    assert (north.key, north.opened, north.closed, north.rejected) == ("north", 3, 2, 1)
    assert (north.in_time, north.overdue, north.repeat_places) == (1, 1, 1)
    assert north.median_accept_ns == 30 * MINUTE
    assert [(it.key, it.opened) for it in figures(ledger, By.HOUR)] == [("09", 2), ("22", 1)]
    assert [it.key for it in figures(ledger, By.TEAM)] == ["squad"]
    assert repeats(ledger) == {("gate-3", "lane", "blocked_fire_lane"): 3}
    assert figures([], By.CAMERA) == ()
