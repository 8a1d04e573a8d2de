"""A store in memory: for tests and dry runs. Same contract, nothing kept."""

from __future__ import annotations

import copy
import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from alerts.cases import Case, CaseKey, CaseState, Transition
from alerts.chain import Entry, Seal, Trail
from alerts.duty.quiet import KeptSilence, Silence
from alerts.errors import StoreError
from alerts.health import CameraStatus, QueueStats
from alerts.messages import Message
from alerts.pushing.course import Delivery, PushStats, Standing
from alerts.pushing.letters import Letter
from alerts.store.port import Checkpoint, Held, OutboxRow, Remembered, Truth


@dataclass(slots=True)
class _Data:
    cases: dict[str, Case] = field(default_factory=dict)
    newest: dict[CaseKey, str] = field(default_factory=dict)
    log: list[Entry] = field(default_factory=list)
    heads: dict[str, str] = field(default_factory=dict)
    steps: dict[str, str] = field(default_factory=dict)
    held: list[Held] = field(default_factory=list)
    silences: list[KeptSilence] = field(default_factory=list)
    outbox: list[OutboxRow] = field(default_factory=list)
    sent: dict[int, int] = field(default_factory=dict)
    checkpoints: dict[tuple[str, str], Checkpoint] = field(default_factory=dict)
    cameras: dict[str, CameraStatus] = field(default_factory=dict)
    answers: dict[str, Remembered] = field(default_factory=dict)
    deliveries: dict[int, Delivery] = field(default_factory=dict)
    last_delivery: int = 0
    seq: int = 0
    last_id: int = 0


class MemoryTransaction:
    """Works on a copy that the store takes over at commit."""

    def __init__(self, data: _Data) -> None:
        self._data = data

    def last_case(self, key: CaseKey) -> Case | None:
        case_id = self._data.newest.get(key)
        return None if case_id is None else self._data.cases[case_id]

    def case(self, case_id: str) -> Case | None:
        return self._data.cases.get(case_id)

    def history(self, case_id: str) -> tuple[Transition, ...]:
        lines = (line.transition for line in self._data.log)
        return tuple(line for line in lines if line.case_id == case_id)

    def steps(self, case_id: str) -> frozenset[str]:
        return frozenset(key for key, case in self._data.steps.items() if case == case_id)

    def add_step(self, key: str, case_id: str, wall_ns: int) -> None:
        del wall_ns
        if key in self._data.steps:
            raise StoreError("store_write", problem=f"step {key} is there already")
        self._data.steps[key] = case_id

    def hold(self, held: Held) -> None:
        self._data.held.append(held)

    def take_held(self, now_wall_ns: int) -> tuple[Held, ...]:
        due = tuple(one for one in self._data.held if one.until_wall_ns <= now_wall_ns)
        self._data.held = [one for one in self._data.held if one.until_wall_ns > now_wall_ns]
        return tuple(sorted(due, key=lambda one: one.seq))

    def running_silences(self) -> tuple[KeptSilence, ...]:
        return tuple(one for one in self._data.silences if one.over_wall_ns is None)

    def add_silence(self, silence: Silence) -> KeptSilence:
        self._data.silences.append(KeptSilence(len(self._data.silences) + 1, silence))
        return self._data.silences[-1]

    def end_silence(self, number: int, wall_ns: int, lifted_by: str | None = None) -> None:
        kept = self._data.silences[number - 1]
        self._data.silences[number - 1] = KeptSilence(number, kept.silence, wall_ns, lifted_by)

    def open_cases(self, camera_id: str) -> tuple[Case, ...]:
        cases = self._data.cases.values()
        return tuple(case for case in cases if case.is_open and case.camera_id == camera_id)

    def has_event(self, event_key: str) -> bool:
        return any(line.transition.event_id == event_key for line in self._data.log)

    def next_seq(self) -> int:
        self._data.seq += 1
        return self._data.seq

    def put_case(self, case: Case) -> None:
        self._data.cases[case.case_id] = case
        self._data.newest[case.key] = case.case_id

    def head(self, case_id: str) -> str | None:
        return self._data.heads.get(case_id)

    def add_transition(self, transition: Transition, seal: Seal | None = None) -> None:
        self._data.log.append(Entry(transition, seal))
        if seal is not None:
            self._data.heads[transition.case_id] = seal.sha256

    def add_message(self, message: Message, wall_ns: int) -> None:
        self._data.last_id += 1
        self._data.outbox.append(OutboxRow(self._data.last_id, message, wall_ns))

    def add_letter(self, letter: Letter, wall_ns: int) -> None:
        self._data.last_delivery += 1
        id_ = self._data.last_delivery
        self._data.deliveries[id_] = Delivery(id_, letter, wall_ns, wall_ns)

    def remembered(self, request_id: str) -> Remembered | None:
        return self._data.answers.get(request_id)

    def remember(self, answer: Remembered) -> None:
        self._data.answers[answer.request_id] = answer

    def put_checkpoint(self, checkpoint: Checkpoint) -> None:
        self._data.checkpoints[(checkpoint.camera_id, checkpoint.fence_id)] = checkpoint

    def put_camera(self, status: CameraStatus) -> None:
        self._data.cameras[status.camera_id] = status


class MemoryStore:
    """:class:`alerts.store.port.Store` without a disk."""

    def __init__(self) -> None:
        self._data = _Data()
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

    def history(self, case_id: str) -> tuple[Transition, ...]:
        with self._lock:
            return MemoryTransaction(self._data).history(case_id)

    def trail(self, case_id: str) -> Trail | None:
        with self._lock:
            case = self._data.cases.get(case_id)
            if case is None:
                return None
            lines = tuple(line for line in self._data.log if line.transition.case_id == case_id)
            return Trail(case, self._data.heads.get(case_id), lines)

    def lost_ordinals(self) -> tuple[int, ...]:
        return ()

    def steps(self, case_id: str) -> frozenset[str]:
        with self._lock:
            return MemoryTransaction(self._data).steps(case_id)

    def open_versions(self) -> tuple[tuple[str, int], ...]:
        return tuple((case.case_id, case.version) for case in self.cases() if case.is_open)

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
        without: Collection[str],
    ) -> tuple[Delivery, ...]:
        with self._lock:
            due = (
                one
                for one in self._data.deliveries.values()
                if one.standing is Standing.WAITING
                and one.id > after_id
                and one.letter.recipient_id not in without
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
