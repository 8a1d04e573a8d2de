"""What makes a command stale, cell by cell, and what does not."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

from alerts.cases import CAMERA, CaseState, Transition
from alerts.clipped import CLIP_ADDED
from alerts.commands import RefusalCode
from alerts.duty.deadlines import StepKind
from alerts.duty.deal import Stage
from alerts.health import HealthReason
from alerts.holds import HOLD, RELEASE, REMOVED
from alerts.silences import SilenceReason
from alerts.staleness import decided_version, is_stale
from alerts.verbs import Verb
from alerts.verify import TimerReason
from fences.event import EventKind, Reason
from tests.alerts_kit import CLIP, fence_event
from tests.desk_kit import Desk, desk_with_case

STEPS = {f"{kind}_{stage}" for kind, stage in product(StepKind, Stage)}

SAME_STATE: dict[str, bool] = {
    **dict.fromkeys([Reason.PLACE_CLEAR, TimerReason.CANNOT_VERIFY], True),
    HealthReason.OTHER_TROUBLE: True,
    **dict.fromkeys(sorted(set(Reason) - {Reason.PLACE_CLEAR}), False),
    **dict.fromkeys(sorted(set(TimerReason) - {TimerReason.CANNOT_VERIFY}), False),
    **dict.fromkeys(sorted(set(HealthReason) - {HealthReason.OTHER_TROUBLE}), False),
    **dict.fromkeys([*sorted(STEPS), *SilenceReason, CLIP_ADDED, REMOVED, "of_tomorrow"], False),
}
"""Camera and time; those that are False here have another state or nothing that matters."""

BY_PEOPLE: dict[str, bool] = {
    **dict.fromkeys(sorted(set(Verb) - {Verb.SILENCE, Verb.SNOOZE, Verb.LIFT}), True),
    **dict.fromkeys([Verb.SILENCE, Verb.SNOOZE, Verb.LIFT, HOLD, RELEASE], False),
    "of_tomorrow": True,
}


def line(
    version: int,
    reason: str,
    state: CaseState = CaseState.ACCEPTED,
    actor: str = CAMERA,
) -> Transition:
    return Transition("c-1", version, state, actor, reason, version, version)


def log(*lines: Transition) -> list[Transition]:
    """A case that somebody has accepted in version 2, and then these."""
    first = line(1, Reason.DWELL_REACHED, CaseState.OPENED)
    accepted = line(2, Verb.ACCEPT, actor="duty-east")
    return [first, accepted, *(replace(it, version=3 + n) for n, it in enumerate(lines))]


@pytest.mark.parametrize("state", CaseState)
@pytest.mark.parametrize("reason", SAME_STATE)
def test_what_camera_and_time_do(reason: str, state: CaseState) -> None:
    """Another state always matters; else it is what is told of."""
    matters = SAME_STATE[reason] or state is not CaseState.ACCEPTED
    told = log(line(0, reason, state))
    assert is_stale(2, 3, told) == matters
    assert decided_version(told) == (3 if matters else 2)


@pytest.mark.parametrize("state", CaseState)
@pytest.mark.parametrize("reason", BY_PEOPLE)
def test_what_people_do(reason: str, state: CaseState) -> None:
    matters = BY_PEOPLE[reason] or state is not CaseState.ACCEPTED
    assert is_stale(2, 3, log(line(0, reason, state, "wenshao"))) == matters


@pytest.mark.parametrize("between", [(), (TimerReason.CANNOT_VERIFY,)])
def test_a_handled_place_that_is_taken_again_after_it_was_clear(between: tuple[str, ...]) -> None:
    handled = CaseState.HANDLED
    reasons = [Verb.HANDLE, Reason.GROWN, Reason.PLACE_CLEAR, *between, Reason.GROWN, Reason.GROWN]
    told = log(*(line(0, one, handled, "x" if one == Verb.HANDLE else CAMERA) for one in reasons))
    last = told[-1].version
    assert [is_stale(seen, last, told) for seen in (3, last - 2, last - 1, last)] == [
        True,
        True,
        False,
        False,
    ]
    assert not is_stale(3, 4, told[:4]), "it had never been clear"


def test_a_version_that_never_was_and_a_log_with_a_hole_are_stale() -> None:
    told = log(line(0, Reason.GROWN), line(0, Reason.GROWN))
    assert not is_stale(2, 4, told)
    assert is_stale(5, 4, told)
    assert is_stale(0, 4, told)
    assert is_stale(2, 4, [*told[:2], told[3]])
    assert is_stale(2, 4, ())
    assert not is_stale(4, 4, ())


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return desk_with_case(tmp_path)


def test_who_has_seen_fewer_things_standing_there_may_act_all_the_same(desk: Desk) -> None:
    for seq in range(2, 6):
        desk.see(fence_event(EventKind.UPDATED, 60 + seq, seq=seq))
    desk.intake.add_clip(desk.case.case_id, CLIP)
    assert desk.case.version == 6
    assert desk.order(Verb.ACCEPT, "wenshao", version=1).version == 7
    refused = desk.order(Verb.REJECT, version=6)
    assert refused.refusal is not None
    assert refused.refusal.code is RefusalCode.STALE_VERSION
    assert (refused.version, refused.state) == (7, CaseState.ACCEPTED)


def test_a_note_is_read_before_anything_is_decided_and_a_snooze_is_nobody_s_business(
    desk: Desk,
) -> None:
    until_ns = desk.clock.wall_ns() + 3600 * 10**9
    assert desk.order(Verb.SNOOZE, "wenshao", until_wall_ns=until_ns).done
    assert desk.order(Verb.NOTE, version=1).done
    refused = desk.order(Verb.ACCEPT, "wenshao", version=2)
    assert refused.refusal is not None
    assert refused.refusal.code is RefusalCode.STALE_VERSION
    assert desk.order(Verb.ACCEPT, "wenshao", version=3, request_id="r-2").done
