"""Cases of rules that the configuration no longer has: ended, for no camera will do it."""

from __future__ import annotations

from alerts.cases import Case, CaseKey
from alerts.health import CAMERA_HEALTH
from alerts.intake import Batch, Intake
from alerts.store.port import Store
from fences.clock import Clock
from fences.event import EventKind, FenceEvent, Reason
from fences.state import FenceState, encode_state
from kerbwatch.options import ServiceOptions


def retire_unwatched(
    store: Store, intake: Intake, options: ServiceOptions, clock: Clock
) -> tuple[Case, ...]:
    """End the open cases that nothing watches any more; returns them.

    A fence that is gone also forgets its state, so that it begins anew if it comes back.
    """
    watched = _watched(options)
    fences = {(camera_id, fence_id) for camera_id, fence_id, _ in watched}
    gone = tuple(case for case in store.truth().open_cases if case.key not in watched)
    for case in gone:
        forgotten = case.fence_id != "" and (case.camera_id, case.fence_id) not in fences
        states = {case.fence_id: encode_state(FenceState())} if forgotten else {}
        event = _ended(case, clock.wall_ns())
        intake.receive(
            Batch(case.camera_id, event.media_ns, event.wall_ns, (event,), checkpoints=states)
        )
    return gone


def _watched(options: ServiceOptions) -> frozenset[CaseKey]:
    streets = (
        (camera.id, held.id, rule.scenario.id)
        for camera in options.cameras
        for held in camera.fences
        for rule in held.fence.rules
    )
    return frozenset((*streets, *((camera.id, "", CAMERA_HEALTH) for camera in options.cameras)))


def _ended(case: Case, wall_ns: int) -> FenceEvent:
    return FenceEvent(
        kind=EventKind.CLEARED,
        reason=Reason.NO_LONGER_WATCHED,
        camera_id=case.camera_id,
        fence_id=case.fence_id,
        scenario_id=case.scenario_id,
        violation=case.violation,
        seq=case.seq + 1,
        media_ns=case.updated_media_ns,
        wall_ns=max(wall_ns, case.updated_wall_ns),
        since_ns=case.since_media_ns,
        sightings=(),
    )
