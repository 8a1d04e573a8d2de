"""Tells what was not told in its time: that a silence or snooze is over, and what is open still."""

from __future__ import annotations

from alerts.casebook import Change
from alerts.errors import StoreError
from alerts.messages import Writer
from alerts.registry import Registry, make_registry
from alerts.silencing import Silencing
from alerts.store.port import Store
from fences.clock import Clock


class Crier:
    """Call :meth:`tend` about once a second.

    That something was told is kept in the transaction of its message, so that it is told once,
    whatever restarts and other processes do.
    """

    def __init__(
        self, store: Store, writer: Writer, clock: Clock, *, registry: Registry | None = None
    ) -> None:
        self._store = store
        self._clock = clock
        self._silencing = Silencing(writer, clock)
        self._registry = registry or make_registry(store, clock)

    def tend(self) -> tuple[Change, ...]:
        """Do what is due. Raises ``StoreError``; what could not be kept comes again."""
        try:
            changes = self._end_silences()
        except StoreError as error:
            self._registry.outage.lost("crier", error)
            raise
        self._registry.outage.back("crier")
        self._registry.say(changes)
        return changes

    def _end_silences(self) -> tuple[Change, ...]:
        until_ns = self._store.next_silence_end()
        if until_ns is None or self._clock.wall_ns() < until_ns:
            return ()
        return self._registry.keeper.keep(self._silencing.end_due)
