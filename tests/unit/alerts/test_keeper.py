"""Whoever writes shares a transaction with those who write at the same moment."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from alerts.keeper import Keeper
from alerts.messages import Message
from alerts.store.memory import MemoryStore
from alerts.store.port import Transaction
from benchmarks.processes import wait_for

DEADLINE_S = 20


class CountingStore(MemoryStore):
    """Counts its transactions."""

    def __init__(self) -> None:
        super().__init__()
        self.begun = 0

    def write(self) -> Any:
        self.begun += 1
        return super().write()


def said(name: str) -> Callable[[Transaction], str]:
    def work(transaction: Transaction) -> str:
        transaction.add_message(Message(name, ""), 1)
        return name

    return work


def failing(transaction: Transaction) -> None:
    transaction.add_message(Message("never", ""), 1)
    raise ValueError("bad")


def test_what_is_kept_may_have_no_result() -> None:
    keeper = Keeper(MemoryStore())
    assert keeper.keep(lambda _: None) is None
    assert keeper.keep(said("a")) == "a"


@pytest.mark.parametrize(("others", "transactions"), [([said("b"), said("c")], 2), ([failing], 3)])
def test_those_that_wait_go_together_and_one_that_fails_spoils_nothing(
    others: list[Callable[[Transaction], str | None]], transactions: int
) -> None:
    store, begun, go = CountingStore(), threading.Event(), threading.Event()
    keeper = Keeper(store)

    def first(transaction: Transaction) -> str:
        begun.set()
        assert go.wait(DEADLINE_S)
        return said("a")(transaction)

    with ThreadPoolExecutor(4) as pool:
        futures: list[Any] = [pool.submit(keeper.keep, first)]
        assert begun.wait(DEADLINE_S)
        futures += [pool.submit(keeper.keep, work) for work in others]
        waiting = keeper._together._waiting
        wait_for("the others", lambda: len(waiting) == len(others), DEADLINE_S, every_s=0.001)
        go.set()
    errors = [future.exception() for future in futures]
    topics = [row.message.topic for row in store.unsent(0, 99)]
    assert "never" not in topics
    assert [type(one) for one in errors if one is not None] == [ValueError] * others.count(failing)
    kept = [future.result() for future in futures if future.exception() is None]
    assert sorted(topics) == sorted(kept)
    assert store.begun <= transactions
