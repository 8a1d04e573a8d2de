"""What is said to be asked for is answered as if it had not been said: in memory, file, server."""

from __future__ import annotations

from alerts.casebook import Change, decide
from alerts.chain import seal_of
from alerts.store import Store, Transaction
from alerts.store.reads import Reads
from fences.event import EventKind
from tests.alerts_kit import fence_event


def opened(fence_id: str) -> Change:
    change = decide(None, fence_event(EventKind.OPENED, 60, fence_id=fence_id), ("duty-east",))
    assert change is not None
    return change


def put(transaction: Transaction, change: Change) -> None:
    previous = transaction.head(change.case.case_id)
    transaction.put_case(change.case)
    seal = seal_of(previous, change.case, change.transition)
    transaction.add_transition(change.transition, seal)


def answers(transaction: Transaction, *changes: Change) -> list[object]:
    return [
        answer
        for change in changes
        for answer in (
            transaction.has_event(change.transition.event_id or ""),
            transaction.last_case(change.case.key),
            transaction.head(change.case.case_id),
        )
    ]


def expected(*changes: Change) -> list[Reads]:
    return [
        Reads((it.transition.event_id or "",), (it.case.key,), (it.case.case_id,)) for it in changes
    ]


def test_answers_are_the_same_for_what_is_there_and_what_is_not(store: Store) -> None:
    there, absent = opened("lane"), opened("gate")
    with store.write() as transaction:
        put(transaction, there)
    with store.write() as transaction:
        unsaid = answers(transaction, there, absent)
    with store.write() as transaction:
        transaction.expect(expected(there, absent))
        assert answers(transaction, there, absent) == unsaid
        assert transaction.next_seq() == 1
    assert unsaid[:2] == [True, there.case]
    assert unsaid[3:] == [False, None, None]


def test_what_is_written_after_it_was_read_counts(store: Store) -> None:
    change = opened("lane")
    with store.write() as transaction:
        transaction.expect(expected(change, change))
        put(transaction, change)
        known, newest, head = answers(transaction, change)
        assert (known, newest) == (True, change.case)
        assert head is not None
        transaction.open_cases(change.case.camera_id)  # everything is sent to the database
        assert answers(transaction, change) == [known, newest, head]
