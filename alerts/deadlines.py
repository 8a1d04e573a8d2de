"""Deadlines in service: reminders, overdue notices and escalations, each once, and the mornings."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from alerts.casebook import Change
from alerts.dispatch import Facts, Reader, facts_of
from alerts.duty.deal import Deal
from alerts.duty.routing import Rung, Subject
from alerts.errors import StoreError
from alerts.keeper import write_change
from alerts.messages import Writer
from alerts.night import release
from alerts.registry import Registry, make_registry
from alerts.reminders import decide_step
from alerts.store.port import Store, Transaction
from fences.clock import Clock


@dataclass(frozen=True, slots=True)
class _Look:
    """A case was looked at in this version; nothing is due before ``again_wall_ns``, if ever."""

    version: int
    again_wall_ns: int | None

    def holds(self, version: int, now_wall_ns: int) -> bool:
        waits = self.again_wall_ns is None or now_wall_ns < self.again_wall_ns
        return self.version == version and waits


class Deadlines:
    """Call :meth:`tend` about once a second.

    The key of a step is kept in the transaction of its message, and asked for there, so that no
    step is told twice, whatever restarts, other processes and the clock do. What is remembered
    here only saves looks: by wall time, so that a clock that is stepped makes no difference.
    """

    def __init__(
        self,
        store: Store,
        writer: Writer,
        clock: Clock,
        *,
        registry: Registry | None = None,
    ) -> None:
        self._store = store
        self._writer = writer
        self._plan = writer.directory.duty
        self._clock = clock
        self._registry = registry or make_registry(store, clock)
        self._looks: dict[str, _Look] = {}

    def tend(self) -> tuple[Change, ...]:
        """Do what is due. Raises ``StoreError``; what could not be kept comes again."""
        changes: list[Change] = []
        try:
            self._release()
            for case_id, version in self._open_cases():
                done = self._tend(case_id, version)
                self._registry.say(done)  # what is kept is told, whatever becomes of the next one
                changes += done
        except StoreError as error:
            self._registry.outage.lost("deadlines", error)
            raise
        self._registry.outage.back("deadlines")
        return tuple(changes)

    def _open_cases(self) -> tuple[tuple[str, int], ...]:
        if not self._plan.terms:
            return ()
        opened = self._store.open_versions()
        still = {case_id for case_id, _ in opened}
        self._looks = {case_id: look for case_id, look in self._looks.items() if case_id in still}
        return opened

    def _tend(self, case_id: str, version: int) -> tuple[Change, ...]:
        now_ns = self._clock.wall_ns()
        look = self._looks.get(case_id)
        if look is not None and look.holds(version, now_ns):
            return ()
        facts = self._facts(self._store, case_id)
        changes: tuple[Change, ...] = ()
        if facts is not None and self._plan.next_step(*_asked(facts), now_ns) is not None:
            changes = self._registry.keeper.keep(partial(self._step, case_id=case_id))
        elif facts is not None:
            again_ns = self._plan.next_time(*_asked(facts), now_ns)
            self._looks[case_id] = _Look(version, again_ns)
        return changes

    def _step(self, transaction: Transaction, *, case_id: str) -> tuple[Change, ...]:
        """All that is due of one case; another process may have done it meanwhile."""
        now_ns = self._clock.wall_ns()
        changes: list[Change] = []
        while (case := transaction.case(case_id)) is not None:
            facts = self._facts(transaction, case_id)
            step = None if facts is None else self._plan.next_step(*_asked(facts), now_ns)
            if step is None:
                break
            change = decide_step(case, step, now_ns)
            transaction.add_step(step.key, case_id, now_ns)
            changes.append(write_change(transaction, change, self._writer, self._clock))
        return tuple(changes)

    def _facts(self, reader: Reader, case_id: str) -> Facts | None:
        case = reader.case(case_id)
        if case is None:
            return None
        history, fired = reader.history(case_id), reader.steps(case_id)
        return facts_of(case, history, self._writer.directory, fired)

    def _release(self) -> None:
        """What was held for the morning; also what is left of rules that are gone by now."""
        now_ns = self._clock.wall_ns()
        until_ns = self._store.next_held()
        if until_ns is None or now_ns < until_ns:
            return
        if self._registry.keeper.keep(lambda it: release(it, self._writer, now_ns)):
            self._registry.on_change()


def _asked(facts: Facts) -> tuple[Subject, Deal, Rung]:
    return facts.subject, facts.deal, facts.notify
