"""Batches that wait are committed together, and each thread gets what is its own."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator, Sequence
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
    together = Together(works)
    futures = at_once(together, works, [0, 1, 2, 4, 5])
    assert [future.result() for future in futures] == ["of 0", "of 1", "of 2", "of 4", "of 5"]
    assert works.rounds == [[0], [1, 2, 4, 5]]


def test_one_that_fails_fails_alone() -> None:
    works = Works()
    together = Together(works)
    futures = at_once(together, works, [0, 1, 2, 3, 4])
    with pytest.raises(ValueError, match="bad among 1"):
        futures[3].result()
    assert [futures[n].result() for n in (0, 1, 2, 4)] == ["of 0", "of 1", "of 2", "of 4"]
    assert works.rounds[:2] == [[0], [1, 2, 3, 4]]
    assert sorted(works.rounds[2:]) == [[1], [2], [3], [4]]


def test_no_more_go_together_than_may() -> None:
    works = Works()
    together = Together(works, most=2)
    futures = at_once(together, works, [0, 1, 2, 4, 5])
    assert [future.result() for future in futures] == ["of 0", "of 1", "of 2", "of 4", "of 5"]
    assert max(map(len, works.rounds)) == 2


def test_one_whose_leader_was_killed_does_its_own_work() -> None:
    """As by Ctrl-C in the thread that had taken the others' work along."""
    works = Works()
    works.go.set()
    together = Together(works)

    def broken(_items: Sequence[int]) -> list[str]:
        raise KeyboardInterrupt

    together._work = broken
    with pytest.raises(KeyboardInterrupt):
        together.do(0)
    together._work = works
    assert together.do(1) == "of 1"


def test_threads_that_come_again_at_once_go_together_again() -> None:
    """Whoever is first waits for as many as last time, and is not always alone."""
    rounds: list[int] = []

    def work(items: Sequence[int]) -> list[int]:
        rounds.append(len(items))
        return list(items)

    together: Together[int, int] = Together(work, gather_s=DEADLINE_S)
    together._last = THREADS

    def hand_in(which: int) -> list[int]:
        return [together.do(which * 10 + n) for n in range(5)]

    with ThreadPoolExecutor(THREADS) as pool:
        handed = [pool.submit(hand_in, which) for which in range(THREADS)]
        assert [one.result(DEADLINE_S) for one in handed] == [
            list(range(which * 10, which * 10 + 5)) for which in range(THREADS)
        ]
    assert rounds == [THREADS] * 5


def test_one_that_comes_alone_waits_for_nobody() -> None:
    together: Together[int, int] = Together(list, gather_s=DEADLINE_S * 10)
    with ThreadPoolExecutor(1) as pool:
        assert [pool.submit(together.do, n).result(DEADLINE_S) for n in range(3)] == [0, 1, 2]


def test_those_whose_leader_was_killed_work_by_themselves() -> None:
    works = Works()
    together = Together(works)
    first = threading.Thread(target=together.do, args=(0,))
    first.start()
    wait_for("the first", lambda: bool(works.rounds), DEADLINE_S, every_s=0.001)
    with ThreadPoolExecutor(3) as pool:
        others = []
        for item in (1, 2, 4):
            others.append(pool.submit(together.do, item))
            wait_for("its turn", lambda: len(together._waiting) == len(others), DEADLINE_S)
        killed: list[bool] = []

        def broken(items: Sequence[int]) -> list[str]:
            if not killed:
                killed.append(True)
                raise KeyboardInterrupt
            return [f"of {item}" for item in items]

        together._work = broken
        works.go.set()
        with pytest.raises(KeyboardInterrupt):
            others[0].result(DEADLINE_S)
        assert [one.result(DEADLINE_S) for one in others[1:]] == ["of 2", "of 4"]
    first.join(DEADLINE_S)
    assert together.do(5) == "of 5"


@pytest.fixture
def interrupted() -> Iterator[threading.Event]:
    """``SIGUSR1`` interrupts this thread as Ctrl-C would; the test says so once it has."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGUSR1, interrupt)
    yield threading.Event()
    signal.signal(signal.SIGUSR1, before)


def test_one_that_is_interrupted_while_another_works_for_it_leaves_nothing_behind(
    interrupted: threading.Event,
) -> None:
    """Its group fails after that: nobody is there to try again with its item alone."""
    rounds: list[list[int]] = []
    go, main = threading.Event(), threading.get_ident()

    def work(items: Sequence[int]) -> list[int]:
        rounds.append(list(items))
        if items == [0]:
            assert go.wait(DEADLINE_S)
        if 2 in items:
            signal.pthread_kill(main, signal.SIGUSR1)
            assert interrupted.wait(DEADLINE_S)
            raise ValueError("the group")
        return list(items)

    together: Together[int, int] = Together(work)
    with ThreadPoolExecutor(3) as pool:
        first = pool.submit(together.do, 0)
        wait_for("the first", lambda: bool(rounds), DEADLINE_S, every_s=0.001)
        leader = pool.submit(together.do, 1)
        wait_for("the leader", lambda: len(together._waiting) == 1, DEADLINE_S, every_s=0.001)

        def let_go() -> None:
            wait_for("both", lambda: len(together._waiting) == 2, DEADLINE_S, every_s=0.001)
            go.set()

        pool.submit(let_go)
        with pytest.raises(KeyboardInterrupt):
            together.do(2)
        interrupted.set()
        assert [one.result(DEADLINE_S) for one in (first, leader)] == [0, 1]
        assert pool.submit(together.do, 3).result(DEADLINE_S) == 3
    assert rounds == [[0], [1, 2], [1], [3]]


@pytest.mark.usefixtures("interrupted")
def test_a_leader_that_is_interrupted_while_it_waits_for_others_leaves_the_work_to_them() -> None:
    together: Together[int, int] = Together(list, gather_s=DEADLINE_S)
    together._last = 2
    main = threading.get_ident()

    def interrupt() -> None:
        wait_for("the leader", lambda: together._wanted == 2, DEADLINE_S, every_s=0.001)
        signal.pthread_kill(main, signal.SIGUSR1)

    with ThreadPoolExecutor(1) as pool:
        pool.submit(interrupt)
        with pytest.raises(KeyboardInterrupt):
            together.do(0)
        together._last = 1
        assert pool.submit(together.do, 1).result(DEADLINE_S) == 1
