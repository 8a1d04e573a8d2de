"""The way in: batches of fence events, and how cameras are, from the cameras' threads.

Evidence first, then one transaction for case, log, outbox and checkpoint, of all batches that
wait at that moment, then the drainer is woken. Killed between any two of these, the batch comes
again from the last checkpoint and ends in the same cases: file names and case ids depend on the
events alone, and an event that is in the log counts no second time.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from alerts.casebook import (
    DEFAULT_POLICY,
    CasePolicy,
    Change,
    decide,
    event_key,
    key_of,
)
from alerts.cases import Case, CaseKey, Clip, make_case_id
from alerts.clipped import with_clip
from alerts.errors import EvidenceError, StoreError
from alerts.evidence import EvidenceFolder, Footage, Saved
from alerts.health import CameraState, CameraStatus
from alerts.healthbook import Finding, decide_health
from alerts.keeper import write_change
from alerts.looks import Looks
from alerts.messages import Writer
from alerts.patients import Patients
from alerts.picture import Image
from alerts.pictured import moment_of, pictured
from alerts.registry import Registry, make_registry
from alerts.store.port import Checkpoint, Store, Transaction
from alerts.store.reads import Reads
from fences.clock import Clock
from fences.event import EventKind, FenceEvent

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Batch:
    """What one camera has to say at one moment; all of it is remembered, or nothing.

    ``checkpoints`` are fence states as JSON by fence id, as they are *after* the events.
    ``picture`` (height × width × 3 BGR uint8) is the frame that the events were seen in.
    """

    camera_id: str
    media_ns: int
    wall_ns: int
    events: tuple[FenceEvent, ...] = ()
    checkpoints: Mapping[str, str] = field(default_factory=dict)
    picture: Image | None = None


class Intake:
    """Safe to call from many threads. Calls of one camera must come in order.

    ``registry``: of all who write to this store in this process. ``looks``: pictures that cameras
    are asked for.
    """

    def __init__(
        self,
        store: Store,
        writer: Writer,
        evidence: EvidenceFolder,
        clock: Clock,
        *,
        policy: CasePolicy = DEFAULT_POLICY,
        registry: Registry | None = None,
    ) -> None:
        self._store = store
        self._writer = writer
        self._evidence = evidence
        self._clock = clock
        self._policy = policy
        self._registry = registry or make_registry(store, clock)
        self._patients = Patients()
        self.looks = Looks()

    def receive(self, batch: Batch) -> tuple[Change, ...]:
        """Take a batch in. When it returns, everything is on disk.

        Returns what changed. Raises ``StoreError`` if it could not be kept; the same batch
        may be handed in again. A picture that cannot be written costs the case its picture,
        never the case.
        """
        with self._noting_loss():
            pictures = self._write_pictures(batch)
            changes = self._registry.keeper.keep(
                lambda it: self._take(it, batch, pictures), _reads_of(batch)
            )
        self._registry.outage.back("intake")
        self._registry.say(changes)
        return changes

    def _take(
        self, transaction: Transaction, batch: Batch, pictures: Mapping[str, Saved]
    ) -> tuple[Change, ...]:
        changes = tuple(
            change
            for event in batch.events
            if (change := self._apply(transaction, event, pictures)) is not None
        )
        for fence_id, codec in batch.checkpoints.items():
            mark = Checkpoint(batch.camera_id, fence_id, codec, batch.media_ns, batch.wall_ns)
            transaction.put_checkpoint(mark)
        return changes

    @contextmanager
    def _noting_loss(self) -> Iterator[None]:
        """Only a write that works says that the store is back: of a full disk one can read."""
        try:
            yield
        except StoreError as error:
            self._registry.outage.lost("intake", error)
            raise

    def camera_status(
        self,
        camera_id: str,
        state: CameraState,
        since_wall_ns: int,
        reason: str = "",
        until_wall_ns: int | None = None,
    ) -> None:
        """Say how a camera is; saying the same again changes nothing."""
        status = CameraStatus(camera_id, state, since_wall_ns, reason, until_wall_ns)
        with self._noting_loss():
            self._patients.note(status, self._clock.monotonic_ns())
            if self._store.camera(camera_id) == status:
                return
            self._registry.keeper.keep(lambda it: self._put_camera(it, status))
        self._registry.outage.back("intake")
        self._registry.on_change()

    def _put_camera(self, transaction: Transaction, status: CameraStatus) -> None:
        transaction.put_camera(status)
        transaction.add_message(self._writer.camera(status), self._clock.wall_ns())

    def tend(self) -> tuple[Change, ...]:
        """Open, change and end the health cases that are due now; call it about once a second.

        Returns what changed. Raises ``StoreError``; what could not be kept comes again.
        """
        with self._noting_loss():
            changes = tuple(
                change
                for camera_id in self._patients.camera_ids
                if (change := self._tend(camera_id)) is not None
            )
        if changes:
            self._registry.outage.back("intake")
        self._registry.say(changes)
        return changes

    def save_clip(self, case: Case, footage: Footage) -> Clip:
        """Write the clip of a case as it began; tell of it with :meth:`add_clip`.

        Takes as long as the disk does. Raises ``EvidenceError``.
        """
        return self._evidence.save_clip(case, footage)

    def add_clip(self, case_id: str, clip: Clip) -> Change | None:
        """Put a clip that was written into its case, and tell of it; open or not.

        None if there is no such case, or the clip is in it already. Raises ``StoreError``; it
        may be handed in again.
        """
        with self._noting_loss():
            change = self._registry.keeper.keep(lambda it: self._put_clip(it, case_id, clip))
        self._registry.outage.back("intake")
        self._registry.say(() if change is None else (change,))
        return change

    def _put_clip(self, transaction: Transaction, case_id: str, clip: Clip) -> Change | None:
        case = transaction.case(case_id)
        if case is None or case.clip == clip:  # in it: only the commit's answer was lost
            return None
        change = with_clip(case, clip, self._clock.wall_ns())
        return write_change(transaction, change, self._writer, self._clock)

    def heard(self, camera_id: str) -> CameraStatus | None:
        """What a camera last said of itself in this run; None if nothing yet."""
        return self._patients.status(camera_id)

    def load_checkpoints(self, camera_id: str) -> dict[str, Checkpoint]:
        """The last committed state of each fence of a camera, by fence id."""
        return {mark.fence_id: mark for mark in self._store.checkpoints(camera_id)}

    def _apply(
        self, transaction: Transaction, event: FenceEvent, pictures: Mapping[str, Saved]
    ) -> Change | None:
        if transaction.has_event(event_key(event)):
            return None
        last = transaction.last_case(key_of(event))
        change = decide(last, event, self._people(event), self._policy)
        if change is None:
            return None
        saved = pictures.get(event_key(event))
        if saved is not None:
            change = pictured(change, event, saved)
        return write_change(transaction, change, self._writer, self._clock)

    def _tend(self, camera_id: str) -> Change | None:
        plan = self._writer.directory.health_plan(camera_id)
        now_ns, wall_ns = self._clock.monotonic_ns(), self._clock.wall_ns()
        finding = self._patients.due(camera_id, plan, now_ns, wall_ns)
        if finding is None:
            return None
        change = self._registry.keeper.keep(lambda it: self._put_finding(it, finding, plan.notify))
        self._patients.told(finding)
        return change

    def _put_finding(
        self, transaction: Transaction, finding: Finding, recipients: tuple[str, ...]
    ) -> Change | None:
        last = transaction.last_case(finding.key)
        change = decide_health(last, finding, recipients, self._policy)
        if change is not None:
            change = write_change(transaction, change, self._writer, self._clock)
        return change

    def _people(self, event: FenceEvent) -> tuple[str, ...]:
        place = self._writer.directory.fence(event.camera_id, event.fence_id)
        return place.told(event.scenario_id)

    def _write_pictures(self, batch: Batch) -> dict[str, Saved]:
        """By event. Outside of the transaction: drawing and writing take their time."""
        pictures: dict[str, Saved] = {}
        if batch.picture is None:
            return pictures
        newest: dict[CaseKey, Case | None] = {}
        for event in batch.events:
            key = key_of(event)
            last = newest[key] if key in newest else self._store.last_case(key)
            change = decide(last, event, self._people(event), self._policy)
            newest[key] = last if change is None else change.case
            moment = None if change is None else moment_of(change, event)
            if change is None or moment is None:
                continue
            try:
                saved = self._evidence.save(change.case, event, batch.picture, moment)
            except EvidenceError as error:
                _log.error("%s", error)
            else:
                pictures[event_key(event)] = saved
                newest[key] = pictured(change, event, saved).case
        return pictures


def _reads_of(batch: Batch) -> Reads:
    """What every event asks for, and the cases that may begin."""
    return Reads(
        events=tuple(map(event_key, batch.events)),
        places=tuple(map(key_of, batch.events)),
        cases=tuple(make_case_id(it) for it in batch.events if it.kind is EventKind.OPENED),
    )
