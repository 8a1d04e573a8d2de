"""A store in memory: for tests and dry runs. Same contract, nothing kept."""

from __future__ import annotations

import copy
import threading
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager

from alerts.cases import Case, CaseKey, CaseState, Transition
from alerts.chain import Trail
from alerts.duty.quiet import KeptSilence
from alerts.health import CameraStatus, QueueStats
from alerts.pushing.course import Delivery, PushStats, Standing
from alerts.retention import Kept, Kind, Usage
from alerts.store.memory_kept import kept_in, usage_in
from alerts.store.memory_transaction import MemoryData, MemoryTransaction
from alerts.store.pages import Wanted, page_of
from alerts.store.port import Checkpoint, OutboxRow, Truth

__all__ = ["MemoryStore", "MemoryTransaction"]


class MemoryStore:
    """:class:`alerts.store.port.Store` without a disk."""

    def __init__(self) -> None:
        self._data = MemoryData()
        self._lock = threading.RLock()

    @contextmanager
    def write(self) -> Iterator[MemoryTransaction]:
        with self._lock:
            draft = copy.deepcopy(self._data)
            yield MemoryTransaction(draft)
            self._data = draft

    def last_case(self, key: CaseKey) -> Case | None:
        with self._lock:
            return MemoryTransaction(self._data).last_case(key)

    def case(self, case_id: str) -> Case | None:
        with self._lock:
            return self._data.cases.get(case_id)

    def cases(self) -> tuple[Case, ...]:
        with self._lock:
            return tuple(self._data.cases.values())

    def cases_in(self, states: Collection[CaseState]) -> tuple[Case, ...]:
        return tuple(case for case in self.cases() if case.state in states)

    def page(self, wanted: Wanted, limit: int) -> tuple[Case, ...]:
        return page_of(reversed(self.cases()), wanted, limit)

    def history(self, case_id: str) -> tuple[Transition, ...]:
        with self._lock:
            return MemoryTransaction(self._data).history(case_id)

    def calm(self) -> str | None:
        with self._lock:
            return self._data.calm

    def trail(self, case_id: str) -> Trail | None:
        with self._lock:
            case = self._data.cases.get(case_id)
            if case is None:
                return None
            lines = tuple(line for line in self._data.log if line.transition.case_id == case_id)
            return Trail(case, self._data.heads.get(case_id), lines)

    def evidence_usage(self) -> Usage:
        return usage_in(self._kept().values())

    def oldest_evidence(self, kind: Kind, limit: int) -> tuple[Kept, ...]:
        there = (it for it, removed in self._kept().values() if not removed and not it.is_held)
        own = (it for it in there if it.kind is kind)
        return tuple(sorted(own, key=lambda it: (it.is_open, it.wall_ns, it.path)))[:limit]

    def removed_evidence(self, limit: int) -> tuple[str, ...]:
        gone = sorted(path for path, (_, removed) in self._kept().items() if removed)
        return tuple(path for path in gone if path not in self._data.forgotten)[:limit]

    def known_evidence(self, paths: Collection[str]) -> frozenset[str]:
        return frozenset(paths) & self._kept().keys() - self._data.forgotten

    def forget_evidence(self, paths: Collection[str]) -> None:
        self._data.forgotten.update(paths)

    def _kept(self) -> dict[str, tuple[Kept, bool]]:
        with self._lock:
            return kept_in(self._data.cases, self._data.log)

    def lost_ordinals(self) -> tuple[int, ...]:
        return ()

    def steps(self, case_id: str) -> frozenset[str]:
        with self._lock:
            return MemoryTransaction(self._data).steps(case_id)

    def open_versions(self) -> tuple[tuple[str, int], ...]:
        return tuple((case.case_id, case.version) for case in self.cases() if case.is_open)

    def open_counts(self) -> dict[tuple[str, str], int]:
        with self._lock:
            return Counter(it.key[:2] for it in self._data.cases.values() if it.is_open)

    def next_held(self) -> int | None:
        with self._lock:
            return min((one.until_wall_ns for one in self._data.held), default=None)

    def silences(self, *, running: bool) -> tuple[KeptSilence, ...]:
        with self._lock:
            return tuple(it for it in self._data.silences if it.over_wall_ns is None or not running)

    def next_silence_end(self) -> int | None:
        running = self.silences(running=True)
        return min((one.silence.until_wall_ns for one in running), default=None)

    def checkpoints(self, camera_id: str) -> tuple[Checkpoint, ...]:
        with self._lock:
            mine = (c for c in self._data.checkpoints.values() if c.camera_id == camera_id)
            return tuple(sorted(mine, key=lambda checkpoint: checkpoint.fence_id))

    def camera(self, camera_id: str) -> CameraStatus | None:
        with self._lock:
            return self._data.cameras.get(camera_id)

    def cameras(self) -> tuple[CameraStatus, ...]:
        with self._lock:
            return tuple(sorted(self._data.cameras.values(), key=lambda one: one.camera_id))

    def truth(self) -> Truth:
        with self._lock:
            pending = {row.message.topic for row in self._unsent() if row.message.retained}
            opened = tuple(case for case in self._data.cases.values() if case.is_open)
            return Truth(opened, self.cameras(), frozenset(pending))

    def unsent(self, after_id: int, limit: int) -> tuple[OutboxRow, ...]:
        with self._lock:
            return tuple(row for row in self._unsent() if row.id > after_id)[:limit]

    def mark_sent(self, ids: Collection[int], wall_ns: int) -> None:
        with self._lock:
            self._data.sent.update(dict.fromkeys(ids, wall_ns))

    def supersede_retained(self, wall_ns: int) -> int:
        with self._lock:
            retained = [row for row in self._unsent() if row.message.retained]
            newest = {row.message.topic: row.id for row in retained}
            old = [row.id for row in retained if row.id != newest[row.message.topic]]
            self.mark_sent(old, wall_ns)
            return len(old)

    def queue(self) -> QueueStats:
        with self._lock:
            waiting = self._unsent()
            return QueueStats(len(waiting), waiting[0].wall_ns if waiting else None)

    def prune_sent(self, keep: int) -> int:
        with self._lock:
            sent = [row.id for row in self._data.outbox if row.id in self._data.sent]
            old = set(sent[: max(0, len(sent) - keep)])
            self._data.outbox = [row for row in self._data.outbox if row.id not in old]
            return len(old)

    def forget_answers(self, keep: int) -> int:
        with self._lock:
            old = list(self._data.answers)[: max(0, len(self._data.answers) - keep)]
            for request_id in old:
                del self._data.answers[request_id]
            return len(old)

    def due_deliveries(
        self,
        now_wall_ns: int,
        back_wall_ns: int,
        after_id: int,
        limit: int,
        but: Collection[str],
    ) -> tuple[Delivery, ...]:
        with self._lock:
            due = (
                one
                for one in self._data.deliveries.values()
                if one.standing is Standing.WAITING
                and one.id > after_id
                and one.letter.recipient_id not in but
                and not now_wall_ns < one.due_wall_ns < back_wall_ns
            )
            return tuple(due)[:limit]

    def settle_deliveries(self, deliveries: Collection[Delivery]) -> None:
        with self._lock:
            known = self._data.deliveries
            known.update({one.id: one for one in deliveries if one.id in known})

    def deliveries(self, limit: int, *, done: bool = False) -> tuple[Delivery, ...]:
        with self._lock:
            wanted = [
                one
                for one in self._data.deliveries.values()
                if (one.standing is Standing.SENT) == done
            ]
            return tuple(reversed(wanted))[:limit]

    def push_stats(self) -> PushStats:
        with self._lock:
            ones = self._data.deliveries.values()
            waiting = [one.wall_ns for one in ones if one.standing is Standing.WAITING]
            dead = sum(one.standing is Standing.DEAD for one in ones)
            return PushStats(len(waiting), min(waiting, default=None), dead)

    def prune_deliveries(self, keep: int) -> int:
        with self._lock:
            old: list[int] = []
            for standing in (Standing.SENT, Standing.DEAD):
                ids = [id_ for id_, it in self._data.deliveries.items() if it.standing is standing]
                old += ids[: max(0, len(ids) - keep)]
            for id_ in old:
                del self._data.deliveries[id_]
            return len(old)

    def close(self) -> None:
        """Nothing to let go of."""

    def _unsent(self) -> list[OutboxRow]:
        return [row for row in self._data.outbox if row.id not in self._data.sent]
