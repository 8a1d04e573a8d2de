"""What a store in memory holds, and one transaction on it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from alerts.cases import Case, CaseKey, Transition
from alerts.chain import Entry, Seal
from alerts.duty.quiet import KeptSilence, Silence
from alerts.errors import StoreError
from alerts.health import CameraStatus
from alerts.messages import Message
from alerts.pushing.course import Delivery
from alerts.pushing.letters import Letter
from alerts.store.port import Checkpoint, Held, OutboxRow, Remembered
from alerts.store.reads import Reads


@dataclass(slots=True)
class MemoryData:
    cases: dict[str, Case] = field(default_factory=dict)
    newest: dict[CaseKey, str] = field(default_factory=dict)
    log: list[Entry] = field(default_factory=list)
    heads: dict[str, str] = field(default_factory=dict)
    steps: dict[str, str] = field(default_factory=dict)
    held: list[Held] = field(default_factory=list)
    silences: list[KeptSilence] = field(default_factory=list)
    calm: str | None = None
    outbox: list[OutboxRow] = field(default_factory=list)
    sent: dict[int, int] = field(default_factory=dict)
    checkpoints: dict[tuple[str, str], Checkpoint] = field(default_factory=dict)
    cameras: dict[str, CameraStatus] = field(default_factory=dict)
    answers: dict[str, Remembered] = field(default_factory=dict)
    deliveries: dict[int, Delivery] = field(default_factory=dict)
    forgotten: set[str] = field(default_factory=set)
    last_delivery: int = 0
    seq: int = 0
    last_id: int = 0


class MemoryTransaction:
    """Works on a copy that the store takes over at commit."""

    def __init__(self, data: MemoryData) -> None:
        self._data = data

    def expect(self, reads: Collection[Reads]) -> None:
        """All of it is at hand."""

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

    def cases_of_storm(self, key: str) -> tuple[Case, ...]:
        return tuple(case for case in self._data.cases.values() if case.storm == key)

    def calm(self) -> str | None:
        return self._data.calm

    def put_calm(self, codec: str) -> None:
        self._data.calm = codec

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
