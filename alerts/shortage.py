"""That the disk is full although nothing is left that may go: kept in the store, over restarts."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import Protocol

from alerts.health import Shortage
from alerts.store.port import Checkpoint, Transaction

SITE = ""
"""In place of a camera: kept of the site itself."""

NAME = "evidence_room"


class Kept(Protocol):
    """What is asked of a store."""

    def checkpoints(self, camera_id: str) -> tuple[Checkpoint, ...]: ...


def shortage_in(store: Kept) -> Shortage | None:
    """The one that goes on; None: there is none. Raises ``StoreError``."""
    return decode_shortages(it.codec for it in store.checkpoints(SITE) if it.fence_id == NAME)


def decode_shortages(codecs: Iterable[str]) -> Shortage | None:
    """What was kept, if anything was."""
    said = [json.loads(codec) for codec in codecs]
    return Shortage(**said[0]) if said and said[0] is not None else None


def put_shortage(transaction: Transaction, shortage: Shortage | None, wall_ns: int) -> None:
    """None: it is over."""
    said = None if shortage is None else asdict(shortage)
    transaction.put_checkpoint(Checkpoint(SITE, NAME, json.dumps(said), 0, wall_ns))
