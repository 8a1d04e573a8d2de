from __future__ import annotations

from dataclasses import replace

import pytest

from alerts.cases import FINISHED, NEXT, CaseState, make_case_id
from fences.event import EventKind
from tests.alerts_kit import fence_event


def test_a_case_id_is_the_same_in_every_run_and_fit_for_topics_and_paths() -> None:
    event = fence_event(EventKind.OPENED, 60)
    case_id = make_case_id(event)
    assert case_id == make_case_id(replace(event))
    assert case_id.startswith("gate-3.lane.blocked_fire_lane.20260921T141420Z-")
    assert case_id.isascii()
    assert not set(case_id) & set("/+# \\")


@pytest.mark.parametrize(
    "other",
    [
        fence_event(EventKind.OPENED, 60, fence_id="strip"),
        fence_event(EventKind.OPENED, 60.001, violation_s=60.001),
        fence_event(EventKind.OPENED, 60, violation_s=59),
    ],
)
def test_two_violations_never_share_a_case_id(other: object) -> None:
    assert make_case_id(fence_event(EventKind.OPENED, 60)) != make_case_id(other)  # type: ignore[arg-type]


def test_every_state_has_a_way_on() -> None:
    assert set(NEXT) == set(CaseState)
    assert all(NEXT.values())


def test_every_state_can_be_reached_and_every_case_can_be_finished() -> None:
    reached = {CaseState.OPENED}
    while more := {after for state in reached for after in NEXT[state]} - reached:
        reached |= more
    assert reached == set(CaseState)
    for state in set(CaseState) - FINISHED:
        seen = {state}
        while more := {after for one in seen for after in NEXT[one]} - seen:
            seen |= more
        assert seen & FINISHED, state
