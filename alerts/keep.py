"""How a change is kept: case, line of the log and messages, in the caller's transaction."""

from __future__ import annotations

from alerts.casebook import Change
from alerts.messages import Writer
from alerts.store.port import Transaction
from fences.clock import Clock


def write_change(transaction: Transaction, change: Change, writer: Writer, clock: Clock) -> None:
    """Write all that a change is worth; it counts once the transaction is committed."""
    transaction.put_case(change.case)
    transaction.add_transition(change.transition)
    seqs = tuple(transaction.next_seq() for _ in change.notices)
    for message in writer.change(change, seqs):
        transaction.add_message(message, clock.wall_ns())
