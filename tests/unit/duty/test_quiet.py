"""Night rules and silences, cell by cell."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from alerts.duty.quiet import (
    Hearing,
    News,
    NewsKind,
    Passing,
    QuietHours,
    Silence,
    Verdict,
    hearings,
    told_now,
)
from alerts.duty.routing import Severity, Subject
from fences.hours import ALWAYS, parse_hours


def at(text: str) -> int:
    moment = datetime.fromisoformat(f"2026-09-{text}").replace(tzinfo=ZoneInfo("Asia/Shanghai"))
    return round(moment.timestamp()) * 10**9


NIGHT, NOON = at("21 23:00"), at("21 12:00")
HOURS = parse_hours(("Mon-Sun 22:00-07:00",), "Asia/Shanghai")
LANE = Subject("gate-3", "lane", "blocked_fire_lane", "east", Severity.NORMAL, NIGHT)
NEWS = News(NewsKind.NEW, "c1", LANE)


def of(kind: NewsKind, severity: Severity) -> News:
    return News(kind, "c1", replace(LANE, severity=severity))


@pytest.mark.parametrize("kind", NewsKind)
@pytest.mark.parametrize("severity", Severity)
@pytest.mark.parametrize("passing", Passing)
def test_at_night_only_what_may_gets_through_and_by_day_everything(
    kind: NewsKind, severity: Severity, passing: Passing
) -> None:
    rule = QuietHours("li", HOURS, passing)
    news = of(kind, severity)
    severe = passing is Passing.SEVERE and severity is Severity.SEVERE
    through = severe or kind is NewsKind.ESCALATE
    assert told_now(hearings(["li"], news, [rule], [], NIGHT)) == (("li",) if through else ())
    assert told_now(hearings(["li"], news, [rule], [], NOON)) == ("li",)


def test_somebody_else_is_told_and_it_is_known_when_the_quiet_ends() -> None:
    heard = hearings(["li", "wang"], NEWS, [QuietHours("li", HOURS)], [], NIGHT)
    assert heard == (
        Hearing("li", Verdict.QUIET_HOURS, at("22 07:00")),
        Hearing("wang", Verdict.TOLD),
    )


def test_quiet_hours_that_follow_each_other_end_with_the_last() -> None:
    late = parse_hours(("Tue 06:00-09:00",), "Asia/Shanghai")
    rules = [QuietHours("li", HOURS), QuietHours("li", late)]
    assert hearings(["li"], NEWS, rules, [], NIGHT)[0].until_wall_ns == at("22 09:00")


def test_quiet_hours_without_an_end_have_none() -> None:
    always = QuietHours("li", ALWAYS)
    whole = QuietHours("li", parse_hours(("Mon-Sun 00:00-24:00",), "Asia/Shanghai"))
    for rule in (always, whole):
        assert hearings(["li"], NEWS, [rule], [], NIGHT) == (
            Hearing("li", Verdict.QUIET_HOURS, None),
        )


SILENCE = Silence(at("21 22:00"), at("21 23:30"), "boss", "道路施工", camera_id="gate-3")


def test_a_silence_has_a_beginning_and_an_end_and_nobody_hears_in_between() -> None:
    for now, verdict in (
        (at("21 21:59"), Verdict.TOLD),
        (at("21 22:00"), Verdict.SILENCED),
        (at("21 23:29"), Verdict.SILENCED),
        (at("21 23:30"), Verdict.TOLD),
    ):
        heard = hearings(["li", "wang"], of(NewsKind.ESCALATE, Severity.SEVERE), [], [SILENCE], now)
        assert {it.verdict for it in heard} == {verdict}


@pytest.mark.parametrize(
    ("asked", "holds"),
    [
        ({}, True),
        ({"fence_id": "lane"}, True),
        ({"fence_id": "strip"}, False),
        ({"scenario_id": "blocked_fire_lane", "area_id": "east"}, True),
        ({"area_id": "west"}, False),
        ({"case_id": "c1"}, True),
        ({"case_id": "c2"}, False),
        ({"camera_id": "gate-4"}, False),
    ],
)
def test_a_silence_is_for_what_it_names(asked: dict[str, str], holds: bool) -> None:
    silence = replace(SILENCE, **asked)  # type: ignore[arg-type]
    assert silence.mutes(NEWS, "li", NIGHT) is holds


def test_a_snooze_is_for_one_and_an_escalation_reaches_them_all_the_same() -> None:
    snooze = Silence(at("21 22:00"), at("21 23:30"), "li", recipient="li", case_id="c1")
    assert told_now(hearings(["li", "wang"], NEWS, [], [snooze], NIGHT)) == ("wang",)
    escalation = of(NewsKind.ESCALATE, Severity.MINOR)
    assert told_now(hearings(["li"], escalation, [], [snooze], NIGHT)) == ("li",)


def test_the_longest_silence_says_when_it_ends() -> None:
    longer = replace(SILENCE, until_wall_ns=at("22 08:00"))
    heard = hearings(["li"], NEWS, [], [longer, SILENCE], NIGHT)
    assert heard[0].until_wall_ns == at("22 08:00")
