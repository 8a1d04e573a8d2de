"""Batches that wait are committed together, and each thread gets what is its own."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from alerts.together import Together
from benchmarks.processes import wait_for

THREADS = 6
DEADLINE_S = 20


class Works:
    """Notes what is done together; the first round waits until all others wait as well."""

    def __init__(self) -> None:
        self.rounds: list[list[int]] = []
        self.go = threading.Event()

    def __call__(self, items: Sequence[int]) -> list[str]:
        self.rounds.append(sorted(items))
        assert self.go.wait(DEADLINE_S)
        if 3 in items:
            raise ValueError(f"bad among {len(items)}")
        return [f"of {item}" for item in items]


def at_once(together: Together[int, str], works: Works, items: Sequence[int]) -> list[Future[str]]:
    """The first comes alone, all others while it works."""
    pool = ThreadPoolExecutor(THREADS)
    futures = [pool.submit(together.do, items[0])]
    wait_for("the first", lambda: bool(works.rounds), DEADLINE_S, every_s=0.001)
    futures += [pool.submit(together.do, item) for item in items[1:]]
    others = len(items) - 1
    wait_for("the others", lambda: len(together._waiting) == others, DEADLINE_S, every_s=0.001)
    works.go.set()
    pool.shutdown(wait=True)
    return futures


def test_those_that_wait_are_done_in_one_go_and_each_gets_its_own() -> None:
    works = Works()
    together = Together(works, threading.Lock())
    futures = at_once(together, works, [0, 1, 2, 4, 5])
    assert [future.result() for future in futures] == ["of 0", "of 1", "of 2", "of 4", "of 5"]
    assert works.rounds == [[0], [1, 2, 4, 5]]


def test_one_that_fails_fails_alone() -> None:
    works = Works()
    together = Together(works, threading.Lock())
    futures = at_once(together, works, [0, 1, 2, 3, 4])
    with pytest.raises(ValueError, match="bad among 1"):
        futures[3].result()
    assert [futures[n].result() for n in (0, 1, 2, 4)] == ["of 0", "of 1", "of 2", "of 4"]
    assert works.rounds[:2] == [[0], [1, 2, 3, 4]]
    assert sorted(works.rounds[2:]) == [[1], [2], [3], [4]]


def test_no_more_go_together_than_may() -> None:
    works = Works()
    together = Together(works, threading.Lock(), most=2)
    futures = at_once(together, works, [0, 1, 2, 4, 5])
    assert [future.result() for future in futures] == ["of 0", "of 1", "of 2", "of 4", "of 5"]
    assert max(map(len, works.rounds)) == 2


def test_one_whose_leader_was_killed_does_its_own_work() -> None:
    """As by Ctrl-C in the thread that had taken the others' work along."""
    works = Works()
    works.go.set()
    together = Together(works, threading.Lock())

    def broken(_items: Sequence[int]) -> list[str]:
        raise KeyboardInterrupt

    together._work = broken
    with pytest.raises(KeyboardInterrupt):
        together.do(0)
    together._work = works
    assert together.do(1) == "of 1"
