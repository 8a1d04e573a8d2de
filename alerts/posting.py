"""How a message is written: into the outbox, and as a letter for its recipient's channels."""

from __future__ import annotations

from alerts.messages import Message, Writer
from alerts.store.port import Transaction


def put_message(
    transaction: Transaction, message: Message, writer: Writer, now_wall_ns: int
) -> None:
    """Write a message; one for an inbox is pushed too, where its recipient has channels."""
    transaction.add_message(message, now_wall_ns)
    letter = writer.letter(message)
    if letter is not None:
        transaction.add_letter(letter, now_wall_ns)
