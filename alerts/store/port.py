"""What alerts need to remember, as a port: SQL in service, memory in tests."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from alerts.cases import Case, CaseKey, CaseState, Transition
from alerts.chain import Seal, Trail
from alerts.duty.quiet import KeptSilence, Silence
from alerts.health import CameraStatus, QueueStats
from alerts.messages import Message
from alerts.pushing.course import Delivery, PushStats
from alerts.pushing.letters import Letter
from alerts.retention import Kept, Kind, Usage
from alerts.store.reads import Reads


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The state of one fence, or without ``camera_id`` of the site, as its codec wrote it."""

    camera_id: str
    fence_id: str
    codec: str
    media_ns: int
    wall_ns: int


@dataclass(frozen=True, slots=True)
class Remembered:
    """The answer to a command. ``digest`` is of the command's content, ``answer`` JSON."""

    request_id: str
    digest: str
    answer: str
    wall_ns: int


@dataclass(frozen=True, slots=True)
class Held:
    """A push for one recipient that waits until ``until_wall_ns``.

    ``kind`` is of the news, ``seq`` of its notice: the order in which people are told.
    """

    case_id: str
    recipient: str
    kind: str
    message: Message
    seq: int
    until_wall_ns: int


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """A message on its way out. ``id`` grows in the order in which messages were written."""

    id: int
    message: Message
    wall_ns: int


@dataclass(frozen=True, slots=True)
class Truth:
    """What must be retained at the broker, all read at one moment.

    ``pending_topics`` have a retained message in the outbox that will say so itself.
    """

    open_cases: tuple[Case, ...]
    cameras: tuple[CameraStatus, ...]
    pending_topics: frozenset[str]


class Transaction(Protocol):
    """All or nothing. Reads see what was written before them in the same transaction."""

    def expect(self, reads: Collection[Reads]) -> None:
        """Said first of all: this will be asked for. It changes no answer, but may cost less."""
        ...

    def last_case(self, key: CaseKey) -> Case | None:
        """The newest case of a fence and scenario, open or not."""
        ...

    def case(self, case_id: str) -> Case | None: ...

    def history(self, case_id: str) -> tuple[Transition, ...]: ...

    def steps(self, case_id: str) -> frozenset[str]:
        """The keys of all steps that were taken because of a case's deadlines."""
        ...

    def add_step(self, key: str, case_id: str, wall_ns: int) -> None:
        """Keep that a step was taken. A key that is there already makes the transaction fail."""
        ...

    def hold(self, held: Held) -> None: ...

    def take_held(self, now_wall_ns: int) -> tuple[Held, ...]:
        """Take out what need not wait any longer, in the order of ``seq``."""
        ...

    def running_silences(self) -> tuple[KeptSilence, ...]:
        """Those that have not been ended, oldest first."""
        ...

    def add_silence(self, silence: Silence) -> KeptSilence: ...

    def end_silence(self, number: int, wall_ns: int, lifted_by: str | None = None) -> None: ...

    def open_cases(self, camera_id: str) -> tuple[Case, ...]:
        """Of one camera, in the order of their first opening."""
        ...

    def cases_of_storm(self, key: str) -> tuple[Case, ...]:
        """In the order of their first opening, open or not."""
        ...

    def calm(self) -> str | None:
        """What was last kept with :meth:`put_calm`."""
        ...

    def put_calm(self, codec: str) -> None: ...

    def has_event(self, event_key: str) -> bool:
        """Whether an event has already changed a case."""
        ...

    def next_seq(self) -> int:
        """The node's next sequence number, from 1, without gaps."""
        ...

    def put_case(self, case: Case) -> None:
        """Insert the case or replace the version before it."""
        ...

    def head(self, case_id: str) -> str | None:
        """The hash of the newest sealed entry in a case's log."""
        ...

    def add_transition(self, transition: Transition, seal: Seal | None = None) -> None:
        """A line of the log of a case put before it; its seal becomes the case's head."""
        ...

    def add_message(self, message: Message, wall_ns: int) -> None: ...

    def add_letter(self, letter: Letter, wall_ns: int) -> None:
        """A push that is to be delivered from now on."""
        ...

    def remembered(self, request_id: str) -> Remembered | None:
        """The answer that this request has had, if it is not forgotten."""
        ...

    def remember(self, answer: Remembered) -> None: ...

    def put_checkpoint(self, checkpoint: Checkpoint) -> None: ...

    def put_camera(self, status: CameraStatus) -> None: ...


class Store(Protocol):
    """Safe to use from several threads. Raises ``StoreError`` where the medium fails."""

    def write(self) -> AbstractContextManager[Transaction]:
        """Committed, and safe on disk, when the block ends; nothing if it raises."""
        ...

    def last_case(self, key: CaseKey) -> Case | None: ...

    def case(self, case_id: str) -> Case | None: ...

    def cases(self) -> tuple[Case, ...]:
        """Every case, in the order of their first opening."""
        ...

    def cases_in(self, states: Collection[CaseState]) -> tuple[Case, ...]:
        """The cases in one of these states, in the order of their first opening."""
        ...

    def history(self, case_id: str) -> tuple[Transition, ...]:
        """The audit log of a case, oldest first."""
        ...

    def steps(self, case_id: str) -> frozenset[str]:
        """The keys of all steps that were taken because of a case's deadlines."""
        ...

    def open_versions(self) -> tuple[tuple[str, int], ...]:
        """Id and version of every open case, in the order of their first opening."""
        ...

    def open_counts(self) -> Mapping[tuple[str, str], int]:
        """How many cases are open, by camera and fence; what has none is not in it."""
        ...

    def next_held(self) -> int | None:
        """When the first of what is held need not wait any longer; None: nothing is held."""
        ...

    def silences(self, *, running: bool) -> tuple[KeptSilence, ...]:
        """Those that have not been ended, or all, oldest first."""
        ...

    def next_silence_end(self) -> int | None:
        """When the first of the running ones is to end; None: there is none."""
        ...

    def calm(self) -> str | None:
        """What is known of new cases of late and of storms, as its codec wrote it."""
        ...

    def trail(self, case_id: str) -> Trail | None:
        """A case with its log and its seals, all read at one moment, as it lies in the store."""
        ...

    def evidence_usage(self) -> Usage:
        """How much evidence the log knows that is there."""
        ...

    def oldest_evidence(self, kind: Kind, limit: int) -> tuple[Kept, ...]:
        """Files of cases that are not held: of finished ones first, then the oldest first."""
        ...

    def removed_evidence(self, limit: int) -> tuple[str, ...]:
        """Paths that the log tells to be gone, and that may still be on the disk."""
        ...

    def known_evidence(self, paths: Collection[str]) -> frozenset[str]:
        """Those of them that a log names; not what it told to be gone, and is off the disk."""
        ...

    def forget_evidence(self, paths: Collection[str]) -> None:
        """They are off the disk."""
        ...

    def lost_ordinals(self) -> tuple[int, ...]:
        """Numbers that were given to cases, and that no case has now."""
        ...

    def checkpoints(self, camera_id: str) -> tuple[Checkpoint, ...]: ...

    def camera(self, camera_id: str) -> CameraStatus | None: ...
    def cameras(self) -> tuple[CameraStatus, ...]: ...

    def truth(self) -> Truth: ...

    def unsent(self, after_id: int, limit: int) -> tuple[OutboxRow, ...]:
        """Messages not yet acknowledged, with ``id > after_id``, in order."""
        ...

    def mark_sent(self, ids: Collection[int], wall_ns: int) -> None: ...

    def supersede_retained(self, wall_ns: int) -> int:
        """Take unsent retained messages out that a newer one of their topic replaces.

        Events and inbox messages are not retained and are never taken out. Returns how many.
        """
        ...

    def queue(self) -> QueueStats: ...

    def prune_sent(self, keep: int) -> int:
        """Forget sent messages but the newest ``keep``. Returns how many."""
        ...

    def forget_answers(self, keep: int) -> int:
        """Forget answers to commands but the newest ``keep``. Returns how many."""
        ...

    def due_deliveries(
        self, now_wall_ns: int, back_wall_ns: int, after_id: int, limit: int, but: Collection[str]
    ) -> tuple[Delivery, ...]:
        """Waiting ones with ``id > after_id`` in order, but those of recipients in ``but``.

        Due are those of up to ``now_wall_ns``, and those of ``back_wall_ns`` and later: nothing
        is put off for so long, so the clock was set back.
        """
        ...

    def settle_deliveries(self, deliveries: Collection[Delivery]) -> None:
        """Write down how far they are, all or none. Those that are gone stay so."""
        ...

    def deliveries(self, limit: int, *, done: bool = False) -> tuple[Delivery, ...]:
        """The newest, newest first: waiting and dead ones, or with ``done`` those that arrived."""
        ...

    def push_stats(self) -> PushStats: ...

    def prune_deliveries(self, keep: int) -> int:
        """Forget what has arrived or is dead but the newest ``keep`` of each. Returns how many."""
        ...

    def close(self) -> None: ...
