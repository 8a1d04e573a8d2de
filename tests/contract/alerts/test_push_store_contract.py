"""What every store must do with pushes: in memory, in a file, at a server."""

from __future__ import annotations

from dataclasses import replace

import pytest

from alerts.pushing.course import Delivery, PushStats, Standing, sent
from alerts.pushing.letters import Letter
from alerts.store import Store
from tests.push_kit import letter


def post(store: Store, *letters: Letter, at_ns: int = 100) -> None:
    with store.write() as transaction:
        for one in letters:
            transaction.add_letter(one, at_ns)


def due(
    store: Store, now_ns: int = 1000, after: int = 0, limit: int = 10, without: tuple[str, ...] = ()
) -> tuple[Delivery, ...]:
    return store.due_deliveries(now_ns, now_ns + 500, after, limit, without)


def numbers(found: tuple[Delivery, ...]) -> list[str]:
    return [one.letter.event_id for one in found]


def test_a_letter_is_due_at_once_and_comes_back_as_it_was(store: Store) -> None:
    written = letter(1, picture="gate-3/a.jpg")
    post(store, written)
    (one,) = due(store)
    assert one == Delivery(one.id, written, wall_ns=100, due_wall_ns=100)


def test_they_come_in_order_page_by_page_and_without_who_is_busy(store: Store) -> None:
    post(store, letter(1), letter(2, "wenshao"), letter(3), letter(4))
    first = due(store, limit=2)
    assert numbers(first) == ["e-1", "e-2"]
    assert numbers(due(store, after=first[-1].id)) == ["e-3", "e-4"]
    assert numbers(due(store, without=("wenshao", "x"))) == ["e-1", "e-3", "e-4"]


def test_what_is_put_off_is_not_due_unless_the_clock_was_set_back(store: Store) -> None:
    post(store, letter(1))
    (one,) = due(store)
    store.settle_deliveries(
        [replace(one, due_wall_ns=1200, tries=1, channel=1, round=2, via="x", problem="no")]
    )
    assert due(store) == ()
    (again,) = due(store, now_ns=1200)
    assert (again.tries, again.channel, again.round, again.problem) == (1, 1, 2, "no")
    assert numbers(due(store, now_ns=600)) == ["e-1"]


def test_what_arrived_or_is_dead_is_due_no_more_and_counted(store: Store) -> None:
    post(store, letter(1), letter(2), letter(3))
    post(store, letter(4), at_ns=200)
    first, second, _, _ = due(store)
    dead = replace(second, standing=Standing.DEAD, done_wall_ns=900, problem="no")
    store.settle_deliveries([sent(first, "fake", 900), dead])
    assert numbers(due(store)) == ["e-3", "e-4"]
    assert store.push_stats() == PushStats(2, 100, 1)
    assert numbers(store.deliveries(10)) == ["e-4", "e-3", "e-2"]
    assert numbers(store.deliveries(10, done=True)) == ["e-1"]
    assert numbers(store.deliveries(1)) == ["e-4"]


def test_old_ones_are_forgotten_and_what_waits_is_not(store: Store) -> None:
    post(store, *(letter(n) for n in range(1, 7)))
    found = due(store)
    done = [sent(one, "fake", 900) for one in found[:3]]
    dead = [replace(one, standing=Standing.DEAD) for one in found[3:5]]
    store.settle_deliveries([*done, *dead])
    assert store.prune_deliveries(1) == 3
    assert numbers(store.deliveries(10)) == ["e-6", "e-5"]
    assert numbers(store.deliveries(10, done=True)) == ["e-3"]
    store.settle_deliveries(done)  # those that are gone stay so
    assert numbers(store.deliveries(10, done=True)) == ["e-3"]
    assert store.push_stats() == PushStats(1, 100, 1)


def test_nothing_is_kept_of_a_transaction_that_fails(store: Store) -> None:
    def fail() -> None:
        with store.write() as transaction:
            transaction.add_letter(letter(1), 1)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert store.push_stats() == PushStats()
