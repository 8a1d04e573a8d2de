"""Tells people when there is no room for evidence any more, once, and once when there is again."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from alerts.health import Shortage
from alerts.messages import Writer
from alerts.notices import ServiceNotice, guardians
from alerts.outage import Outage
from alerts.posting import put_message
from alerts.registry import Registry
from alerts.shortage import put_shortage, shortage_in
from alerts.store.port import Store, Transaction
from fences.clock import SECOND_NS, Clock

SETTLED_NS = 300 * SECOND_NS
"""How long there must be room until that is told: a disk on the edge is no news every minute."""


class RoomWatch:
    """For one thread. What was told is in the store, so nothing is told twice over a restart."""

    def __init__(self, store: Store, writer: Writer, clock: Clock, registry: Registry) -> None:
        self._store = store
        self._writer = writer
        self._clock = clock
        self._registry = registry
        self._disk = Outage("evidence_room", clock)
        self._room_since_ns: int | None = None

    def look(self, free_bytes: int, least_bytes: int, *, nothing_left: bool) -> None:
        """``nothing_left``: there is no evidence that may still go. Raises ``StoreError``."""
        known = shortage_in(self._store)
        if free_bytes >= least_bytes:
            self._disk.back("keeping")
            if known is not None and self._has_settled():
                self._tell(replace(known, free_bytes=free_bytes), ServiceNotice.DISK_ROOM)
            return
        self._room_since_ns = None
        if not (nothing_left or known):
            return
        self._disk.lost("keeping", f"{free_bytes // 1_000_000} MB free")
        if known is None:
            shortage = Shortage(self._clock.wall_ns(), free_bytes, least_bytes)
            self._tell(shortage, ServiceNotice.DISK_FULL)
        else:
            now = replace(known, free_bytes=free_bytes, least_free_bytes=least_bytes)
            if now != known:
                self._registry.keeper.keep(partial(self._put, shortage=now))

    def _has_settled(self) -> bool:
        now_ns = self._clock.monotonic_ns()
        if self._room_since_ns is None:
            self._room_since_ns = now_ns
        return now_ns - self._room_since_ns >= SETTLED_NS

    def _tell(self, shortage: Shortage, kind: ServiceNotice) -> None:
        self._registry.keeper.keep(partial(self._put_told, shortage=shortage, kind=kind))
        self._registry.on_change()

    def _put(self, transaction: Transaction, *, shortage: Shortage | None) -> None:
        put_shortage(transaction, shortage, self._clock.wall_ns())

    def _put_told(
        self, transaction: Transaction, *, shortage: Shortage, kind: ServiceNotice
    ) -> None:
        """With the state itself: told and known to be told are one."""
        now_ns = self._clock.wall_ns()
        self._put(transaction, shortage=shortage if kind is ServiceNotice.DISK_FULL else None)
        directory = self._writer.directory
        for recipient in directory.people(guardians(directory, now_ns)):
            message = self._writer.notice(kind, shortage, recipient, now_ns)
            put_message(transaction, message, self._writer, now_ns)
