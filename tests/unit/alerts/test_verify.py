from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from alerts.casebook import DEFAULT_POLICY, Change, NoticeKind, decide
from alerts.cases import CAMERA, Case, CaseState, Verification
from alerts.health import CAMERA_HEALTH
from alerts.verify import Sight, due
from fences.clock import SECOND_NS
from fences.event import EventKind, Reason
from tests.alerts_kit import START_WALL_NS, fence_event, new_case

WITHIN_S = DEFAULT_POLICY.verify_within_ns // SECOND_NS
SETTLE_S = DEFAULT_POLICY.verify_after_ns // SECOND_NS
SEES = Sight(sees=True, since_wall_ns=0, standing=True)
BLIND = Sight(sees=False, since_wall_ns=0, standing=True)


def at(seconds: float) -> int:
    return START_WALL_NS + round(seconds * SECOND_NS)


def handled(**fields: Any) -> Case:
    """Handled 100 s after the start."""
    told = {"handled_by": "wenshao", "handled_wall_ns": at(100), "updated_wall_ns": at(100)}
    waiting = {"state": CaseState.HANDLED, "verification": Verification.WAITING}
    return new_case(**(told | waiting | fields))


def after(case: Case, seconds: float, sight: Sight = SEES) -> Change | None:
    return due(case, at(seconds), sight, DEFAULT_POLICY)


def cleared(case: Case, at_s: float = 150) -> Case:
    change = decide(case, fence_event(EventKind.CLEARED, at_s), ())
    assert change is not None
    assert not change.notices[0].buzzes
    return change.case


def test_a_handled_case_that_clears_settles_is_verified_and_closed() -> None:
    case = cleared(handled())
    assert (case.state, case.verification) == (CaseState.HANDLED, Verification.SETTLING)
    assert after(case, 149 + SETTLE_S) is None
    verified = after(case, 150 + SETTLE_S)
    assert verified is not None
    assert (verified.case.state, verified.case.version) == (CaseState.VERIFIED, case.version + 1)
    closed = after(verified.case, 150 + SETTLE_S)
    assert closed is not None
    assert (closed.case.state, closed.case.close_reason) == (CaseState.CLOSED, "verified")
    assert (closed.transition.actor, closed.notices[0].kind) == (CAMERA, NoticeKind.END)
    assert after(closed.case, 9999) is None


def test_a_case_that_nobody_handled_clears_by_itself_and_says_so() -> None:
    for state in (CaseState.OPENED, CaseState.ACCEPTED, CaseState.SUSPENDED, CaseState.RETURNED):
        change = decide(new_case(state=state), fence_event(EventKind.CLEARED, 150), ())
        assert change is not None
        assert (change.case.state, change.case.close_reason) == (CaseState.CLOSED, "self_cleared")


def test_what_comes_back_while_it_settles_is_waited_for_again() -> None:
    case = cleared(handled())
    back = decide(case, fence_event(EventKind.OPENED, 160, violation_s=160), ())
    assert back is not None
    assert (back.case.state, back.case.verification) == (CaseState.HANDLED, Verification.WAITING)
    assert back.case.cleared_wall_ns is None
    assert after(back.case, 175) is None
    returned = after(back.case, 100 + WITHIN_S)
    assert returned is not None
    assert returned.case.state is CaseState.RETURNED


def test_what_still_stands_there_is_returned_in_time_and_once() -> None:
    assert after(handled(), 99 + WITHIN_S) is None
    change = after(handled(), 100 + WITHIN_S)
    assert change is not None
    assert (change.case.state, change.transition.reason) == (CaseState.RETURNED, "still_there")
    assert change.case.verification is Verification.STILL_THERE
    assert change.notices[0].buzzes
    assert after(change.case, 9999) is None


def test_a_fence_that_takes_long_to_call_a_place_clear_is_given_the_time() -> None:
    slow = Sight(sees=True, since_wall_ns=0, standing=True, clear_after_ns=300 * SECOND_NS)
    assert after(handled(), 100 + 599, slow) is None
    assert after(handled(), 100 + 600, slow) is not None


@pytest.mark.parametrize("standing", [None, False])
def test_a_fence_that_knows_nothing_of_it_cannot_verify(standing: bool | None) -> None:
    """As of a report that no camera has joined."""
    change = after(handled(), 100 + WITHIN_S, Sight(True, 0, standing))
    assert change is not None
    assert change.case.state is CaseState.HANDLED
    assert change.case.verification is Verification.CANNOT_VERIFY


def test_a_blind_camera_cannot_verify_and_that_is_told_once() -> None:
    assert after(handled(), 99 + WITHIN_S, BLIND) is None
    change = after(handled(), 100 + WITHIN_S, BLIND)
    assert change is not None
    assert (change.case.state, change.notices[0].buzzes) == (CaseState.HANDLED, True)
    assert after(change.case, 9999, BLIND) is None
    assert after(change.case, 9999, Sight(True, at(9990), standing=True)) is None
    returned = after(change.case, 9990 + WITHIN_S, Sight(True, at(9990), standing=True))
    assert returned is not None
    assert returned.case.state is CaseState.RETURNED


def test_a_camera_that_has_just_gone_is_given_a_moment() -> None:
    just_gone = Sight(sees=False, since_wall_ns=at(99 + WITHIN_S), standing=True)
    assert after(handled(), 100 + WITHIN_S, just_gone) is None


def test_a_blind_camera_verifies_nothing_even_if_it_was_clear_before() -> None:
    case = cleared(handled())
    assert after(case, 200, BLIND) is None
    told = after(case, 100 + WITHIN_S, BLIND)
    assert told is not None
    assert told.case.verification is Verification.CANNOT_VERIFY
    again = Sight(sees=True, since_wall_ns=at(1000), standing=False)
    assert after(told.case, 1000 + SETTLE_S - 1, again) is None
    verified = after(told.case, 1000 + SETTLE_S, again)
    assert verified is not None
    assert verified.case.state is CaseState.VERIFIED


def test_what_comes_back_after_nobody_could_verify_is_not_clear() -> None:
    told = after(cleared(handled()), 100 + WITHIN_S, BLIND)
    assert told is not None
    back = decide(told.case, fence_event(EventKind.OPENED, 500, violation_s=500), ())
    assert back is not None
    assert (back.case.cleared_wall_ns, back.case.verification) == (None, Verification.WAITING)


def test_hours_that_end_close_a_handled_case_too() -> None:
    ended = replace(fence_event(EventKind.CLEARED, 150), reason=Reason.HOURS_ENDED)
    change = decide(handled(), ended, ())
    assert change is not None
    assert (change.case.state, change.case.close_reason) == (CaseState.CLOSED, "hours_ended")


def test_a_suspended_case_comes_back_when_its_time_is_over() -> None:
    case = new_case(state=CaseState.SUSPENDED, suspended_until_wall_ns=at(500))
    assert after(case, 499) is None
    change = after(case, 500, BLIND)
    assert change is not None
    assert (change.case.state, change.transition.reason) == (
        CaseState.DISPATCHED,
        "suspension_over",
    )


def test_a_camera_s_own_case_is_not_verified_by_itself() -> None:
    assert after(handled(scenario_id=CAMERA_HEALTH), 9999) is None


@pytest.mark.parametrize("state", sorted(set(CaseState)))
def test_other_states_wait_for_people(state: CaseState) -> None:
    if state in {CaseState.HANDLED, CaseState.VERIFIED, CaseState.SUSPENDED}:
        return
    assert after(new_case(state=state), 999_999) is None
