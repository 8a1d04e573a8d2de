"""Which channel a letter is tried over next, and when."""

from __future__ import annotations

from itertools import pairwise

from alerts.pushing.course import Delivery, Patience, Standing, failed, sent
from fences.clock import SECOND_NS
from tests.push_kit import letter

PATIENCE = Patience(give_up_ns=3600 * SECOND_NS)
NEW = Delivery(1, letter(), wall_ns=0, due_wall_ns=0)


def walk(channels: int, *, ailing: bool = False, most: int = 100) -> list[Delivery]:
    """All that a letter goes through while every channel fails, tried when it is due."""
    steps = [NEW]
    while steps[-1].standing is Standing.WAITING:
        last = steps[-1]
        now_ns = last.due_wall_ns
        steps.append(failed(last, channels, "x", "no", now_ns, PATIENCE, ailing=ailing))
        assert len(steps) < most
    return steps


def test_each_channel_is_tried_three_times_with_growing_waits_and_then_the_next() -> None:
    steps = walk(2)
    assert [one.channel for one in steps[:7]] == [0, 0, 0, 1, 1, 1, 0]
    assert [one.due_wall_ns // SECOND_NS for one in steps[:6]] == [0, 5, 20, 20, 25, 40]


def test_later_rounds_try_each_once_and_are_further_and_further_apart() -> None:
    rounds = [one for one in walk(2) if one.round]
    assert [one.channel for one in rounds[:6]] == [0, 1, 0, 1, 0, 1]
    begins = [one.due_wall_ns for one in rounds if one.channel == 0]
    gaps = [b - a for a, b in pairwise(begins)]
    assert gaps[:-1] == sorted(gaps[:-1])
    assert max(gaps) == PATIENCE.longest_wait_ns


def test_a_letter_is_dead_only_when_all_have_failed_for_too_long() -> None:
    last = walk(2)[-1]
    assert last.standing is Standing.DEAD
    assert last.channel == 1
    assert last.problem == "no"
    assert last.done_wall_ns is not None
    assert PATIENCE.give_up_ns <= last.done_wall_ns < PATIENCE.give_up_ns + 700 * SECOND_NS


def test_a_channel_that_has_been_failing_gives_way_at_once() -> None:
    assert [one.channel for one in walk(3, ailing=True)[:3]] == [0, 1, 2]


def test_without_a_channel_it_is_dead_at_once() -> None:
    assert failed(NEW, 0, None, "no_channel", 5, PATIENCE).standing is Standing.DEAD


def test_what_has_arrived_forgets_its_problem() -> None:
    tried = failed(NEW, 1, "fake", "no", 5, PATIENCE)
    done = sent(tried, "fake", 9)
    assert (done.standing, done.problem, done.done_wall_ns) == (Standing.SENT, None, 9)
