"""What alerts remember: cases, their log, the outbox, checkpoints."""

from alerts.store.port import Checkpoint, Held, OutboxRow, Remembered, Store, Transaction, Truth

__all__ = ["Checkpoint", "Held", "OutboxRow", "Remembered", "Store", "Transaction", "Truth"]
