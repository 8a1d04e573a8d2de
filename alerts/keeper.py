"""How changes are kept, and all that waits at one moment in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from alerts.casebook import Change
from alerts.chain import seal_of
from alerts.dispatch import dispatched
from alerts.messages import Writer
from alerts.night import hushed
from alerts.posting import put_message
from alerts.store.port import Store, Transaction
from alerts.store.reads import NO_READS, Reads
from alerts.storms import stormed
from alerts.together import Together
from fences.clock import Clock

Result = TypeVar("Result")
Work = Callable[[Transaction], Any]


@dataclass(frozen=True, slots=True)
class _Task:
    work: Work
    reads: Reads


class Keeper:
    """Safe to call from many threads; batches of cameras, commands and steps of time share it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._together: Together[_Task, Any] = Together(self._keep)

    def keep(self, work: Callable[[Transaction], Result], reads: Reads = NO_READS) -> Result:
        """What ``work`` returns, once what it wrote is on disk.

        ``reads``: what it is known to ask for; that of all who wait is read at once.
        It is done again from its beginning if that of somebody else has failed beside it, so it
        may change nothing but the transaction. Raises ``StoreError``, and what ``work`` raises.
        """
        result: Result = self._together.do(_Task(work, reads))
        return result

    def _keep(self, waiting: Sequence[_Task]) -> list[Any]:
        """In one transaction: a commit costs the disk the same for all of them."""
        with self._store.write() as transaction:
            transaction.expect([task.reads for task in waiting])
            return [task.work(transaction) for task in waiting]


def write_change(transaction: Transaction, change: Change, writer: Writer, clock: Clock) -> Change:
    """Write all that a change is worth; it counts once the transaction is committed.

    Returns the change as it was written: who is told, and until when there is time, is decided
    here, whoever has brought it.
    """
    now_ns = clock.wall_ns()
    change, step = dispatched(transaction, change, writer.directory, now_ns)
    change, together = stormed(transaction, change, writer.directory, now_ns)
    transaction.put_case(change.case)
    previous = transaction.head(change.case.case_id)
    seal = seal_of(previous, change.case, change.transition, change.files)
    transaction.add_transition(change.transition, seal)
    if step is not None:
        transaction.add_step(step, change.case.case_id, now_ns)
    seqs = tuple(transaction.next_seq() for _ in change.notices)
    change = hushed(transaction, change, seqs, writer, now_ns, together)
    for message in writer.change(change, seqs):
        put_message(transaction, message, writer, now_ns)
    return change
