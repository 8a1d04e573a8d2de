"""While nobody looks nothing is missed, nothing is clear, and only short gaps are bridged."""

from __future__ import annotations

import pytest

from fences.observation import StepInput
from fences.state import FenceState
from fences.step import step
from tests.fences_kit import brief, events_of, fence, gap, look, looks, play, rule, seen, tick

WATCHED = fence(rule(dwell=20, clear_after=6, bridge=8))


def blinds(begin: float, end: float) -> list[StepInput]:
    return [look(at, blind=("lane",)) for at in range(int(begin), int(end))]


@pytest.mark.parametrize("away", [[gap(9, 17)], blinds(10, 18), [gap(9, 13), gap(13, 17)]])
def test_a_dwell_goes_on_over_a_short_gap(away: list[StepInput]) -> None:
    told = events_of(WATCHED, looks(0, 10, seen()), away, looks(18, 30, seen()))
    assert brief(told) == [("opened", 20.0)]


@pytest.mark.parametrize(
    "away",
    [[gap(9, 18)], blinds(10, 20), [gap(9, 14), gap(14, 18)], [gap(9, 14), *blinds(15, 19)]],
    ids=["gap", "blind looks", "two gaps in a row", "gap and blind looks"],
)
def test_a_dwell_starts_again_after_a_longer_gap(away: list[StepInput]) -> None:
    told = events_of(WATCHED, looks(0, 10, seen()), away, looks(20, 60, seen()))
    opened = brief(told)[0][1]
    assert 37.0 <= opened <= 40.0


def test_a_look_between_two_gaps_makes_them_two() -> None:
    told = events_of(
        WATCHED,
        looks(0, 5, seen()),
        [gap(4, 10), look(10, seen()), gap(10, 16)],
        looks(16, 30, seen()),
    )
    assert brief(told) == [("opened", 20.0)]


@pytest.mark.parametrize("hours", [1, 12])
def test_the_length_of_a_gap_does_not_delay_what_stands_after_it(hours: int) -> None:
    back = 3600.0 * hours
    told = events_of(WATCHED, looks(0, 10, seen()), [gap(9, back)], looks(back, back + 40, seen()))
    assert brief(told) == [("opened", back + 20.0)]


@pytest.mark.parametrize("away", [[gap(17, 21)], []], ids=["a gap", "silence"])
def test_nothing_opens_on_a_look_that_does_not_see_it(away: list[StepInput]) -> None:
    patient = fence(rule(dwell=20, bridge=30))
    begin = 21.0 if away else 30.0
    told = events_of(patient, looks(0, 18, seen()), away, looks(begin, begin + 20))
    assert told == []


@pytest.mark.parametrize(
    "away", [[gap(22, 600)], [*blinds(23, 600), gap(599, 600)]], ids=["gap", "blind"]
)
def test_a_gap_never_clears_and_is_no_part_of_clear_after(away: list[StepInput]) -> None:
    told = events_of(WATCHED, looks(0, 21, seen()), looks(21, 23), away, looks(600, 620))
    assert [kind for kind, _ in brief(told)] == ["opened", "cleared"]
    assert 603.0 <= brief(told)[1][1] <= 605.0  # 6 s of seeing it free, 2 s of them before


def test_looks_too_far_apart_leave_a_gap() -> None:
    told = events_of(WATCHED, looks(0, 21, seen()), looks(21, 23), [look(40)], looks(41, 60))
    assert [kind for kind, _ in brief(told)] == ["opened", "cleared"]
    assert brief(told)[1][1] == 44.0


def test_looks_at_the_greatest_interval_are_no_gap() -> None:
    slow = looks(0, 100, seen(), every=10)
    told = events_of(fence(rule(dwell=20, grace=25, bridge=2)), slow)
    assert brief(told) == [("opened", 20.0)]


def test_a_gap_before_the_first_look_says_nothing() -> None:
    assert play(WATCHED, [gap(0, 500)])[0] == FenceState()


def test_a_gap_that_ends_before_the_last_look_says_nothing() -> None:
    state, _ = play(WATCHED, looks(0, 10, seen()))
    assert play(WATCHED, [gap(2, 5)], state)[0] == state


def test_a_thing_seen_at_time_zero_keeps_its_edges_over_a_gap() -> None:
    """Its learned box must not be replaced, as if no learned detector had ever seen it."""
    state, _ = play(WATCHED, [look(0, seen()), gap(0, 7)])
    assert state.occupants[0].unlearned_ns == 0


def test_time_that_runs_backwards_is_refused() -> None:
    state, _ = play(WATCHED, looks(0, 10, seen()))
    for late in (look(8, seen()), tick(8)):
        with pytest.raises(ValueError, match="backwards, from 9000000000 to 8000000000"):
            step(WATCHED, state, late)


def test_another_fences_blindness_is_not_ours() -> None:
    inputs = [look(at, seen(), blind=("strip",)) for at in range(30)]
    assert brief(events_of(WATCHED, inputs)) == [("opened", 20.0)]
