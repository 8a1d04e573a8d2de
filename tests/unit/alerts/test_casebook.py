from __future__ import annotations

from dataclasses import replace

import pytest

from alerts.casebook import Change, NoticeKind, decide
from alerts.cases import CAMERA, Case, CaseState
from alerts.clipped import CLIP_ADDED, with_clip
from fences.box import Box
from fences.event import PLACE, EventKind, FenceEvent
from tests.alerts_kit import CLIP, fence_event

PEOPLE = ("duty-east", "wenshao")
OPENED, UPDATED, CLEARED = EventKind.OPENED, EventKind.UPDATED, EventKind.CLEARED


def apply(*events: FenceEvent) -> tuple[Case | None, list[Change]]:
    case: Case | None = None
    changes = []
    for event in events:
        change = decide(case, event, PEOPLE)
        if change is not None:
            changes.append(change)
            case = change.case
    return case, changes


def kinds(changes: list[Change]) -> list[NoticeKind]:
    return [notice.kind for change in changes for notice in change.notices]


def test_a_violation_that_opens_becomes_a_case_with_all_that_people_need() -> None:
    case, changes = apply(fence_event(OPENED, 60))
    assert case is not None
    assert (case.state, case.version, case.recipients) == (CaseState.OPENED, 1, PEOPLE)
    assert case.opened_wall_ns - case.since_wall_ns == 60_000_000_000
    assert (case.labels, case.named_by, case.sightings) == (("vehicle",), "learned:vehicle", 1)
    assert case.box == Box(0.2, 0.4, 0.4, 0.8)
    assert kinds(changes) == [NoticeKind.NEW]


def test_every_change_says_who_when_why_and_which_version() -> None:
    _, changes = apply(fence_event(OPENED, 60), fence_event(CLEARED, 100))
    lines = [change.transition for change in changes]
    assert [(line.version, line.state, line.actor) for line in lines] == [
        (1, CaseState.OPENED, CAMERA),
        (2, CaseState.CLOSED, CAMERA),
    ]
    assert [line.reason for line in lines] == ["dwell_reached", "place_clear"]
    assert lines[1].wall_ns - lines[0].wall_ns == 40_000_000_000


def test_open_update_and_clear_are_told_as_new_update_and_end() -> None:
    case, changes = apply(
        fence_event(OPENED, 60), fence_event(UPDATED, 70, seq=2), fence_event(CLEARED, 90, seq=3)
    )
    assert case is not None
    assert kinds(changes) == [NoticeKind.NEW, NoticeKind.UPDATE, NoticeKind.END]
    assert (case.state, case.close_reason, case.version) == (CaseState.CLOSED, "self_cleared", 3)
    assert case.box is not None, "the end keeps the last place for the record"


def test_a_case_keeps_what_was_taken_when_something_last_stood_there() -> None:
    opened = fence_event(OPENED, 60, occupied_share=0.2, clear_width_m=2.5)
    updated = fence_event(UPDATED, 70, occupied_share=0.4, clear_width_m=1.2)
    cleared = fence_event(CLEARED, 90, occupied_share=0.0, clear_width_m=4.0)
    cases = [change.case for change in apply(opened, updated, cleared)[1]]
    told = [(case.occupied_share, case.clear_width_m) for case in cases]
    assert told == [(0.2, 2.5), (0.4, 1.2), (0.4, 1.2)]
    unmeasured, _ = apply(opened, fence_event(UPDATED, 70))
    assert unmeasured is not None
    assert (unmeasured.occupied_share, unmeasured.clear_width_m) == (None, None)


def test_an_update_spans_everything_that_stands_there() -> None:
    grown = fence_event(UPDATED, 70)
    second = replace(grown.sightings[0], occupant=2, box=Box(0.5, 0.3, 0.7, 0.6))
    case, _ = apply(fence_event(OPENED, 60), replace(grown, sightings=(*grown.sightings, second)))
    assert case is not None
    assert (case.box, case.sightings) == (Box(0.2, 0.3, 0.7, 0.8), 2)


@pytest.mark.parametrize(
    ("reason", "again"),
    [
        ("the same opening", fence_event(OPENED, 60)),
        ("the same update", fence_event(UPDATED, 70, seq=2)),
        ("an older update", fence_event(UPDATED, 65, seq=2)),
    ],
)
def test_the_same_or_an_older_event_changes_nothing(reason: str, again: FenceEvent) -> None:
    case, _ = apply(fence_event(OPENED, 60), fence_event(UPDATED, 70, seq=2))
    assert decide(case, again, PEOPLE) is None, reason


def test_an_end_that_comes_twice_ends_once() -> None:
    end = fence_event(CLEARED, 90)
    case, _ = apply(fence_event(OPENED, 60), end)
    assert decide(case, end, PEOPLE) is None


def test_an_old_opening_does_not_reopen_a_closed_case() -> None:
    case, _ = apply(fence_event(OPENED, 60), fence_event(CLEARED, 90))
    assert decide(case, fence_event(OPENED, 60), PEOPLE) is None


def test_a_clearing_without_a_case_is_nothing() -> None:
    assert decide(None, fence_event(CLEARED, 90), PEOPLE) is None


def test_a_clearing_of_another_violation_leaves_the_case_open() -> None:
    case, _ = apply(fence_event(OPENED, 60))
    assert decide(case, fence_event(CLEARED, 90, violation_s=10), PEOPLE) is None


def test_a_second_opening_while_a_case_is_open_only_updates_it() -> None:
    case, changes = apply(fence_event(OPENED, 60), fence_event(OPENED, 80, violation_s=80))
    assert case is not None
    assert kinds(changes) == [NoticeKind.NEW, NoticeKind.UPDATE]
    assert case.case_id == changes[0].case.case_id
    closed = decide(case, fence_event(CLEARED, 100, violation_s=80), PEOPLE)
    assert closed is not None
    assert not closed.case.is_open


def test_a_violation_that_comes_back_soon_reopens_its_case() -> None:
    case, changes = apply(
        fence_event(OPENED, 60),
        fence_event(CLEARED, 100),
        fence_event(OPENED, 400, violation_s=400, since_s=340),
    )
    assert case is not None
    assert kinds(changes) == [NoticeKind.NEW, NoticeKind.END, NoticeKind.NEW]
    assert (case.state, case.version) == (CaseState.REOPENED, 3)
    assert case.case_id == changes[0].case.case_id
    assert (case.cleared_wall_ns, case.close_reason) == (None, None)


def test_a_violation_that_comes_back_late_is_a_new_case() -> None:
    case, changes = apply(
        fence_event(OPENED, 60),
        fence_event(CLEARED, 100),
        fence_event(OPENED, 461, violation_s=461, since_s=401),
    )
    assert case is not None
    assert (case.state, case.version) == (CaseState.OPENED, 1)
    assert case.case_id != changes[0].case.case_id


def test_a_media_clock_that_begins_again_does_not_hide_a_violation() -> None:
    """A file played again gives the same media times; only the wall clock has moved on."""
    case, changes = apply(
        fence_event(OPENED, 60),
        fence_event(CLEARED, 100),
        fence_event(OPENED, 60, wall_offset_s=3600),
        fence_event(CLEARED, 100, wall_offset_s=3600),
    )
    assert kinds(changes) == [NoticeKind.NEW, NoticeKind.END] * 2
    assert changes[0].case.case_id != changes[2].case.case_id
    assert case is not None
    assert not case.is_open


def test_an_update_whose_opening_was_lost_still_opens_a_case() -> None:
    case, changes = apply(fence_event(UPDATED, 70))
    assert case is not None
    assert kinds(changes) == [NoticeKind.NEW]


def test_what_a_person_has_finished_is_not_brought_back_by_an_update() -> None:
    case, _ = apply(fence_event(OPENED, 60))
    assert case is not None
    rejected = replace(case, state=CaseState.REJECTED)
    assert decide(rejected, fence_event(UPDATED, 70), PEOPLE) is None


def test_a_case_of_another_fence_is_refused() -> None:
    case, _ = apply(fence_event(OPENED, 60))
    with pytest.raises(ValueError, match="is not of"):
        decide(case, fence_event(OPENED, 60, fence_id="strip"), PEOPLE)


def test_a_picture_goes_into_the_case_and_into_what_people_are_told() -> None:
    _, changes = apply(fence_event(OPENED, 60))
    pictured = changes[0].with_picture("a/b.jpg")
    assert pictured.case.picture == "a/b.jpg"
    assert pictured.notices[0].case.picture == "a/b.jpg"


def test_the_evidence_stays_when_all_that_is_left_is_the_place() -> None:
    """A pile that somebody now stands at is still the pile that was found."""
    later = fence_event(UPDATED, 70, seq=2)
    (sighting,) = later.sightings
    later = replace(later, sightings=(replace(sighting, named_by=PLACE),))
    case, _ = apply(fence_event(OPENED, 60), later)
    assert case is not None
    assert (case.version, case.named_by, case.labels) == (2, "learned:vehicle", ("vehicle",))
    found, _ = apply(later)
    assert found is not None
    assert found.named_by == PLACE  # the case that knew more is lost
    beside = replace(later, sightings=(*later.sightings, replace(sighting, labels=("stall",))))
    joined, _ = apply(fence_event(OPENED, 60), beside)
    assert joined is not None
    assert (joined.named_by, joined.labels) == ("learned:vehicle", ("stall",))


def test_a_clip_makes_the_next_version_of_its_case_and_changes_nothing_else() -> None:
    case, _ = apply(fence_event(OPENED, 60))
    assert case is not None
    now_ns = case.updated_wall_ns + 10_000_000_000
    change = with_clip(case, CLIP, now_ns)
    assert change.case == replace(case, version=2, updated_wall_ns=now_ns, clip=CLIP)
    assert (change.transition.version, change.transition.reason) == (2, CLIP_ADDED)
    assert (change.transition.actor, change.transition.event_id) == (CAMERA, None)
    assert kinds([change]) == [NoticeKind.UPDATE]


def test_a_clip_comes_after_the_end_too_and_leaves_the_case_ended() -> None:
    case, _ = apply(fence_event(OPENED, 60), fence_event(CLEARED, 65))
    assert case is not None
    change = with_clip(case, CLIP, 0)
    assert (change.case.state, change.case.version) == (CaseState.CLOSED, 3)
    assert change.case.updated_wall_ns == case.updated_wall_ns, "a clock that was set back"


def test_what_comes_later_keeps_the_clip_and_a_reopening_waits_for_another() -> None:
    case, _ = apply(fence_event(OPENED, 60))
    assert case is not None
    closed = decide(with_clip(case, CLIP, 0).case, fence_event(CLEARED, 90), PEOPLE)
    assert closed is not None
    assert closed.case.clip == CLIP
    again = decide(closed.case, fence_event(OPENED, 120, violation_s=120), PEOPLE)
    assert again is not None
    assert again.case.state is CaseState.REOPENED
    assert again.case.clip is None
