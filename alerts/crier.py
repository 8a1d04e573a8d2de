"""Tells what was not told in its time: silences, snoozes and storms are over, this is open."""

from __future__ import annotations

from alerts.casebook import Change
from alerts.duty.calm import decode_calm, on_time
from alerts.errors import StoreError
from alerts.messages import Writer
from alerts.night import tell_end
from alerts.registry import Registry, make_registry
from alerts.silencing import Silencing
from alerts.store.port import Store, Transaction
from alerts.storms import NO_STORMS, ended
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
        self._writer = writer
        self._clock = clock
        self._silencing = Silencing(writer, clock)
        self._registry = registry or make_registry(store, clock)

    def tend(self) -> tuple[Change, ...]:
        """Do what is due. Raises ``StoreError``; what could not be kept comes again."""
        try:
            changes = self._end_silences()
            self._end_storms()
        except StoreError as error:
            self._registry.outage.lost("crier", error)
            raise
        self._registry.outage.back("crier")
        self._registry.say(changes)
        return changes

    def _end_storms(self) -> None:
        codec, rule = self._store.calm(), self._writer.directory.duty.storm
        now_ns = self._clock.wall_ns()
        _, over = on_time(decode_calm(codec), rule or NO_STORMS, now_ns)
        if over:
            self._registry.keeper.keep(self._tell_ends)
            self._registry.on_change()

    def _tell_ends(self, transaction: Transaction) -> None:
        now_ns = self._clock.wall_ns()
        for storm in ended(transaction, self._writer.directory.duty.storm, now_ns):
            tell_end(transaction, storm, self._writer, now_ns)

    def _end_silences(self) -> tuple[Change, ...]:
        until_ns = self._store.next_silence_end()
        if until_ns is None or self._clock.wall_ns() < until_ns:
            return ()
        return self._registry.keeper.keep(self._silencing.end_due)
