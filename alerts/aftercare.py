"""What becomes of cases by time: handled ones are verified, suspended ones come back."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from alerts.casebook import DEFAULT_POLICY, CasePolicy, Change
from alerts.cases import NO_VIOLATION, Case, CaseState
from alerts.errors import EvidenceError, StoreError
from alerts.evidence import EvidenceFolder, Saved
from alerts.health import CameraState, CameraStatus
from alerts.keeper import write_change
from alerts.looks import Looks
from alerts.messages import Writer
from alerts.registry import Registry, make_registry
from alerts.store.port import Store, Transaction
from alerts.verify import WAITING_STATES, Sight, due
from fences.clock import Clock
from fences.state import decode_state

_log = logging.getLogger(__name__)


class Aftercare:
    """Call :meth:`tend` about once a second.

    ``heard`` tells what a camera has last said of itself in this run. What was done is in the
    store, so nothing happens twice, also over a restart. With ``evidence`` and ``looks`` a case
    that is returned shows what its place looks like now.
    """

    def __init__(
        self,
        store: Store,
        writer: Writer,
        clock: Clock,
        heard: Callable[[str], CameraStatus | None],
        *,
        policy: CasePolicy = DEFAULT_POLICY,
        evidence: EvidenceFolder | None = None,
        looks: Looks | None = None,
        registry: Registry | None = None,
    ) -> None:
        self._store = store
        self._writer = writer
        self._clock = clock
        self._heard = heard
        self._policy = policy
        self._evidence = evidence
        self._looks = looks
        self._registry = registry or make_registry(store, clock)
        self._since_wall_ns = clock.wall_ns()  # of cameras that have said nothing yet

    def tend(self) -> tuple[Change, ...]:
        """Do what is due. Raises ``StoreError``; what could not be kept comes again."""
        changes: list[Change] = []
        try:
            for case in self._store.cases_in(WAITING_STATES):
                done = self._tend(case)
                self._registry.say(done)  # what is kept is told, whatever becomes of the next one
                changes += done
        except StoreError as error:
            self._registry.outage.lost("aftercare", error)
            raise
        self._registry.outage.back(
            "aftercare"
        )  # what could not be written would have been due again
        return tuple(changes)

    def _tend(self, case: Case) -> tuple[Change, ...]:
        due_now = self._due(case)
        if due_now is None:
            return ()
        ready, picture = self._look(due_now)
        if not ready:
            return ()
        sight = self._sight(case)
        step = partial(self._step, case_id=case.case_id, sight=sight, picture=picture)
        return self._registry.keeper.keep(step)

    def _step(
        self, transaction: Transaction, *, case_id: str, sight: Sight, picture: Saved | None
    ) -> tuple[Change, ...]:
        changes: list[Change] = []
        last = transaction.case(case_id)
        while last is not None:  # verified, and closed with it
            change = due(last, self._clock.wall_ns(), sight, self._policy)
            if change is None:
                break
            if picture is not None and change.case.state is CaseState.RETURNED:
                change = change.with_after_picture(picture.path).with_files(*picture.files)
            change = write_change(transaction, change, self._writer, self._clock)
            changes.append(change)
            last = change.case
        return tuple(changes)

    def _look(self, change: Change) -> tuple[bool, Saved | None]:
        """Whether there is nothing to wait for, and the picture of what still stands there."""
        if self._evidence is None or self._looks is None:
            return True, None
        if change.case.state is not CaseState.RETURNED:
            return True, None
        ready, image = self._looks.ask(change.case.camera_id, self._clock.monotonic_ns())
        if image is None:
            return ready, None
        try:
            return True, self._evidence.save_look(change.case, image)
        except EvidenceError as error:
            _log.error("%s", error)
            return True, None

    def _due(self, case: Case) -> Change | None:
        """What is due; whether something still stands there is asked only where it matters."""
        sight = replace(self._sight_of_camera(case), standing=True)
        now_ns = self._clock.wall_ns()
        change = due(case, now_ns, sight, self._policy)
        if change is None or change.case.state is not CaseState.RETURNED:
            return change
        return due(case, now_ns, self._sight(case), self._policy)

    def _sight(self, case: Case) -> Sight:
        return replace(self._sight_of_camera(case), standing=self._stands(case))

    def _sight_of_camera(self, case: Case) -> Sight:
        status = self._heard(case.camera_id)
        place = self._writer.directory.fence(case.camera_id, case.fence_id)
        return Sight(
            sees=status is not None and status.state is CameraState.ONLINE,
            since_wall_ns=self._since_wall_ns if status is None else status.since_wall_ns,
            standing=None,
            clear_after_ns=place.clear_after_ns.get(case.scenario_id, 0),
        )

    def _stands(self, case: Case) -> bool | None:
        """What the fence's last checkpoint says of the case's violation.

        A case that no camera has joined has none: whatever stands there then is what it is about,
        and a fence in which nothing does may never have seen it.
        """
        marks = self._store.checkpoints(case.camera_id)
        mark = next((one for one in marks if one.fence_id == case.fence_id), None)
        if mark is None:
            return None
        try:
            watch = decode_state(mark.codec).watch(case.scenario_id)
        except ValueError as error:
            _log.debug("state of %s/%s: %s", case.camera_id, case.fence_id, error)
            return None
        if case.violation == NO_VIOLATION:
            return None if watch.violation is None else True
        return watch.violation is not None and watch.violation.opened_ns == case.violation
