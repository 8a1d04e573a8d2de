"""Whatever events come, in whatever order, how often and over however many restarts."""

from __future__ import annotations

from collections import Counter, defaultdict

from hypothesis import given
from hypothesis import strategies as st

from alerts.casebook import Change, NoticeKind, event_key
from alerts.cases import NEXT, CaseState
from alerts.memory import MemoryCaseBook
from fences.event import EventKind, FenceEvent
from tests.alerts_kit import DIRECTORY, fence_event

events = st.builds(
    fence_event,
    kind=st.sampled_from(EventKind),
    at_s=st.integers(0, 2000),
    violation_s=st.integers(0, 5).map(lambda number: number * 200.0),
    seq=st.integers(1, 4),
    fence_id=st.sampled_from(["lane", "strip"]),
    wall_offset_s=st.sampled_from([0.0, 0.0, 3600.0, -30.0]),
)


@st.composite
def lives(draw: st.DrawFn) -> list[FenceEvent]:
    """Violations as the step function gives them: opened, updated, cleared, in order."""
    told: list[FenceEvent] = []
    at_s = 0.0
    for _ in range(draw(st.integers(1, 5))):
        at_s += draw(st.integers(61, 900))
        opening_s = at_s
        updates = draw(st.integers(0, 2))
        kinds = [EventKind.OPENED, *[EventKind.UPDATED] * updates, EventKind.CLEARED]
        for seq, kind in enumerate(kinds, start=1):
            event = fence_event(kind, at_s, violation_s=opening_s, seq=seq, since_s=opening_s - 60)
            told.append(event)
            at_s += 10
    return told[: len(told) - draw(st.integers(0, 1))]  # the last one may still stand there


def play(told: list[FenceEvent]) -> tuple[MemoryCaseBook, list[Change]]:
    book = MemoryCaseBook(DIRECTORY)
    changes = [change for event in told if (change := book.apply(event)) is not None]
    return book, changes


@given(st.lists(events, max_size=40))
def test_at_most_one_case_is_open_per_fence_and_scenario(told: list[FenceEvent]) -> None:
    book = MemoryCaseBook(DIRECTORY)
    for event in told:
        book.apply(event)
        open_cases = Counter(case.key for case in book.cases if case.is_open)
        assert all(count == 1 for count in open_cases.values())


@given(st.lists(events, max_size=40))
def test_versions_grow_by_one_and_states_follow_the_table(told: list[FenceEvent]) -> None:
    _, changes = play(told)
    seen: dict[str, tuple[int, CaseState]] = {}
    for change in changes:
        version, state = seen.get(change.case.case_id, (0, CaseState.OPENED))
        assert change.case.version == change.transition.version == version + 1
        if version and change.case.state is not state:
            assert change.case.state in NEXT[state]
        seen[change.case.case_id] = (change.case.version, change.case.state)


@given(st.lists(events, max_size=40))
def test_every_new_has_its_end_or_the_case_is_still_open(told: list[FenceEvent]) -> None:
    book, changes = play(told)
    notices: defaultdict[str, list[NoticeKind]] = defaultdict(list)
    for change in changes:
        notices[change.case.case_id] += [notice.kind for notice in change.notices]
    for case in book.cases:
        told_of = [kind for kind in notices[case.case_id] if kind is not NoticeKind.UPDATE]
        expected = [NoticeKind.NEW, NoticeKind.END] * len(told_of)
        assert told_of == expected[: len(told_of)]
        assert case.is_open == (told_of[-1] is NoticeKind.NEW)


@given(lives(), st.data())
def test_events_that_come_again_after_a_restart_change_nothing(
    told: list[FenceEvent], data: st.DataObject
) -> None:
    """After a restart a camera goes on from its last checkpoint: a tail comes again."""
    once, changes = play(told)
    repeated: list[FenceEvent] = []
    for number, event in enumerate(told, start=1):
        repeated.append(event)
        back = data.draw(st.integers(0, number))
        repeated += told[number - back : number]
    again, repeated_changes = play(repeated)
    assert again.cases == once.cases
    assert repeated_changes == changes


@given(lives())
def test_every_violation_is_told_and_ends_as_it_ended(told: list[FenceEvent]) -> None:
    book, changes = play(told)
    assert [change.transition.event_id for change in changes] == [event_key(e) for e in told]
    assert any(case.is_open for case in book.cases) == (told[-1].kind is not EventKind.CLEARED)
