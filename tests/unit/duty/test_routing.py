"""The first route that matches gives the ladder; without one it is the fence's notify list."""

from __future__ import annotations

from dataclasses import replace

import pytest

from alerts.duty.routing import Match, Route, Severity, Subject, ladder_of
from fences.hours import parse_hours
from tests.alerts_kit import START_WALL_NS

LANE = Subject("gate-3", "lane", "blocked_fire_lane", "east", Severity.SEVERE, START_WALL_NS)
NOTIFY = ("wenshao",)
NIGHT = parse_hours(("Mon-Sun 20:00-06:00",), "Asia/Shanghai")  # the start is at 22:13
DAY = parse_hours(("Mon-Sun 06:00-20:00",), "Asia/Shanghai")
RUNGS = (("team-a",), ("officer", "team-b"))


def test_without_routes_it_is_as_it_always_was() -> None:
    assert ladder_of((), LANE, NOTIFY) == (NOTIFY,)
    assert ladder_of((), LANE, ()) == ((),)


def test_the_first_match_wins() -> None:
    routes = [
        Route(Match(areas=frozenset({"west"})), (("nobody",),)),
        Route(Match(areas=frozenset({"east"})), RUNGS),
        Route(Match(), (("late",),)),
    ]
    assert ladder_of(routes, LANE, NOTIFY) == RUNGS
    assert ladder_of(routes, replace(LANE, area_id=None), NOTIFY) == (("late",),)


@pytest.mark.parametrize(
    ("match", "holds"),
    [
        (Match(), True),
        (Match(scenarios=frozenset({"blocked_fire_lane", "crowd"})), True),
        (Match(scenarios=frozenset({"crowd"})), False),
        (Match(severities=frozenset({Severity.SEVERE})), True),
        (Match(severities=frozenset({Severity.MINOR, Severity.NORMAL})), False),
        (Match(hours=NIGHT), True),
        (Match(hours=DAY), False),
        (Match(areas=frozenset({"east"}), hours=DAY), False),
    ],
)
def test_every_condition_must_hold(match: Match, holds: bool) -> None:
    assert match.holds(LANE) is holds


def test_the_people_of_the_fence_may_be_the_lowest_rung() -> None:
    route = Route(Match(), RUNGS, fence_first=True)
    assert ladder_of([route], LANE, NOTIFY) == (NOTIFY, *RUNGS)
    assert ladder_of([route], LANE, ()) == RUNGS
