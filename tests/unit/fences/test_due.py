"""When the next dwell will be over: whoever looks then tells of it at once."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fences.box import Box
from fences.due import due_ns
from fences.fence import Fence
from fences.guard import Guard
from fences.observation import Detection, Label, StepInput
from tests.fences_kit import THERE, blob, brief, fence, gap, look, looks, ns, play, rule, seen


def due_s(watched: Fence, *inputs: Iterable[StepInput]) -> float | None:
    state, _ = play(watched, [entry for part in inputs for entry in part])
    at_ns = due_ns(watched, state)
    return None if at_ns is None else at_ns / 1e9


@given(
    st.lists(st.integers(1, 3000), min_size=40, max_size=60),
    st.sampled_from([seen(), blob()]),
    st.integers(2, 20),
)
def test_a_look_when_it_is_due_opens_to_the_nanosecond_and_no_other_one_does(
    apart_ms: list[int], thing: Detection, dwell_s: int
) -> None:
    """However irregular the looks are, and without one it opens at the next of them."""
    guard, other = (Guard((fence(rule(dwell=dwell_s)),)) for _ in range(2))
    at_s, opened, late = 0.0, [], []
    for step_ms in apart_ms:
        due = guard.due_ns
        if due is not None and due < ns(at_s):
            opened += brief(guard.take(look(due / 1e9, thing)))
        opened += brief(guard.take(look(at_s, thing)))
        late += brief(other.take(look(at_s, thing)))
        at_s += step_ms / 1000
    if late:
        assert opened[:1] == [("opened", float(dwell_s))]
        assert late[0][1] >= dwell_s
        assert guard.due_ns is None, "nothing more is due while it is open"


def test_a_thing_is_due_after_its_dwell_and_the_first_of_two_before_the_other() -> None:
    two = looks(4, 6, seen(), seen(box=THERE))
    assert due_s(fence(), looks(0, 4, seen()), two) == 10.0
    assert due_s(fence(), looks(0, 4), two) == 14.0


def test_of_two_rules_the_sooner_counts_until_it_has_opened() -> None:
    watched = fence(rule(dwell=10), rule("street_vending", dwell=30))
    assert due_s(watched, looks(0, 5, seen(Label.STALL))) == 10.0
    assert due_s(watched, looks(0, 12, seen(Label.STALL))) == 30.0


def test_after_a_gap_that_is_too_long_it_is_due_a_dwell_after_that() -> None:
    watched = fence(rule(dwell=20, bridge=8))
    assert due_s(watched, looks(0, 10, seen()), [gap(9, 18), look(20, seen())]) == 38.0


@pytest.mark.parametrize(
    "nothing",
    [(), (seen(Label.PERSON),), (seen(score=0.3),), (seen(box=Box(0.4, 0.4, 0.41, 0.41)),)],
    ids=["nobody", "a person", "too uncertain", "too small"],
)
def test_nothing_is_due_where_nothing_stands_that_would_open_a_case(
    nothing: tuple[Detection, ...],
) -> None:
    assert due_s(fence(rule(min_area=0.001)), looks(0, 5, *nothing)) is None


def test_what_is_of_another_scenario_is_due_only_until_that_is_known() -> None:
    watched = fence(rule("street_vending"))
    assert due_s(watched, [look(0, seen())]) == 10.0
    assert due_s(watched, looks(0, 2, seen())) is None


def test_what_stood_there_at_the_start_is_never_due() -> None:
    assert due_s(fence(report_known=False), looks(0, 5, seen())) is None


def test_before_the_first_look_nothing_is_due() -> None:
    assert Guard((fence(),)).due_ns is None
