"""Takes evidence away whose time is over, and holds what must stay.

The log first, then the disk: killed between the two, the file is taken off at the next start, and
``kerbwatch evidence verify`` never misses one that nobody told of.
"""

from __future__ import annotations

import logging
import shutil
from collections import defaultdict
from collections.abc import Callable
from functools import partial
from pathlib import Path, PurePosixPath

from alerts.casebook import Change
from alerts.cases import Case
from alerts.errors import StoreError
from alerts.files import EvidenceFile
from alerts.holds import with_hold, with_release, without
from alerts.keeper import write_change
from alerts.messages import Writer
from alerts.registry import Registry, make_registry
from alerts.retention import NO_BUDGET, Budgets, Kept, Kind, choose
from alerts.roomwatch import RoomWatch
from alerts.store.port import Store, Transaction
from fences.clock import SECOND_NS, Clock

_log = logging.getLogger(__name__)

EVERY_NS = 60 * SECOND_NS
AT_ONCE = 200
"""Files of one kind that a run takes at most: others wait for the same thread."""


def free_bytes(root: Path) -> int:
    """Of the disk that the folder is on, or will be."""
    there = next((one for one in (root, *root.parents) if one.exists()), Path("/"))
    return shutil.disk_usage(there).free


class Keeping:
    """Call :meth:`tend` as often as you like. ``room``: how many bytes are free on the disk."""

    def __init__(
        self,
        store: Store,
        writer: Writer,
        root: Path,
        clock: Clock,
        budgets: Budgets,
        *,
        registry: Registry | None = None,
        room: Callable[[], int] | None = None,
    ) -> None:
        self._store = store
        self._writer = writer
        self._root = root
        self._clock = clock
        self._budgets = budgets
        self._registry = registry or make_registry(store, clock)
        self._room = room or partial(free_bytes, root)
        self._watch = RoomWatch(store, writer, clock, self._registry)
        self._due_ns = 0

    def tend(self) -> int:
        """Once a minute, what is due. Returns how many files went. Raises ``StoreError``."""
        now_ns = self._clock.monotonic_ns()
        if now_ns < self._due_ns:
            return 0
        self._due_ns = now_ns + EVERY_NS
        try:
            self._sweep()
            chosen = self.due()
            gone = self.remove(chosen)
            if gone:
                _log.info("evidence_removed: %d file(s)", gone)
            self._watch.look(self._room(), self._budgets.least_free_bytes, nothing_left=not chosen)
        except StoreError as error:
            self._registry.outage.lost("keeping", error)
            raise
        self._registry.outage.back("keeping")
        return gone

    def due(self, limit: int = AT_ONCE) -> tuple[Kept, ...]:
        """What would go now. Raises ``StoreError``."""
        free = self._room()
        full = free < self._budgets.least_free_bytes
        if not (full or any(budget != NO_BUDGET for budget in self._budgets.of.values())):
            return ()  # nothing is asked of a store that may be large
        kinds = (Kind.PICTURES, Kind.CLIPS)
        files = [it for kind in kinds for it in self._store.oldest_evidence(kind, limit)]
        now_ns = self._clock.wall_ns()
        return choose(files, self._store.evidence_usage(), self._budgets, now_ns, free)

    def remove(self, chosen: tuple[Kept, ...]) -> int:
        """Tell of it in the log, then take it off the disk. Returns how many files went."""
        cases: dict[str, list[Kept]] = defaultdict(list)
        for it in chosen:
            cases[it.case_id].append(it)
        for case_id, files in cases.items():
            work = partial(self._without, case_id=case_id, files=files)
            self._say(self._registry.keeper.keep(work))
        return self._sweep()

    def hold(self, case_id: str, actor: str, words: str) -> Change | None:
        """None: it is held already, or there is no such case. Raises ``StoreError``."""
        return self._held(case_id, partial(with_hold, actor=actor, words=words))

    def release(self, case_id: str, actor: str, words: str) -> Change | None:
        """None: nothing holds it. Raises ``StoreError``."""
        return self._held(case_id, partial(with_release, actor=actor, words=words))

    def _held(self, case_id: str, decide: Callable[..., Change | None]) -> Change | None:
        def work(transaction: Transaction) -> Change | None:
            case = transaction.case(case_id)
            change = None if case is None else decide(case, wall_ns=self._clock.wall_ns())
            return None if change is None else self._write(transaction, change)

        change = self._registry.keeper.keep(work)
        self._say(change)
        return change

    def _without(
        self, transaction: Transaction, *, case_id: str, files: list[Kept]
    ) -> Change | None:
        case = transaction.case(case_id)
        if case is None or not _may_go(case, files):
            return None
        gone = [EvidenceFile(it.path, it.sha256, it.size_bytes) for it in files]
        return self._write(transaction, without(case, gone, self._clock.wall_ns()))

    def _say(self, change: Change | None) -> None:
        self._registry.say(() if change is None else (change,))

    def _write(self, transaction: Transaction, change: Change) -> Change:
        return write_change(transaction, change, self._writer, self._clock)

    def _sweep(self) -> int:
        """Take off the disk what the log tells to be gone."""
        done: list[str] = []
        for path in self._store.removed_evidence(2 * AT_ONCE):
            if ".." in PurePosixPath(path).parts or path.startswith("/"):
                continue
            try:
                (self._root / path).unlink(missing_ok=True)
            except OSError as error:
                _log.error("evidence_removed: %s: %s", path, error.strerror)
            else:
                done.append(path)
        self._store.forget_evidence(done)
        return len(done)


def _may_go(case: Case, files: list[Kept]) -> bool:
    """It may have been held, or reopened, since it was looked at."""
    return case.held_by is None and case.is_open is files[0].is_open
