"""Which cameras have been unwell, or well again, for long enough that somebody must hear of it."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from alerts.health import WELL_NS, CameraState, CameraStatus, HealthPlan
from alerts.healthbook import Finding


@dataclass(slots=True)
class _Patient:
    """A camera that was heard.

    Monotonic: ``unwell_ns``, since when its trouble goes on, and ``turned_ns``, when it last
    became well or unwell. ``told``: the state that was found last.
    """

    status: CameraStatus
    since_wall_ns: int
    unwell_ns: int | None
    turned_ns: int
    told: CameraState | None = None


class Patients:
    """Follows what cameras say of themselves. Safe to use from many threads.

    Only what is said in this run counts: until a camera has been heard, its case of an earlier
    run stays as it is. Trouble goes on through moments in which the camera is well for less than
    ``WELL_NS``, so that a stream that comes up once a minute is a case too.
    """

    def __init__(self) -> None:
        self._patients: dict[str, _Patient] = {}
        self._lock = threading.Lock()

    def note(self, status: CameraStatus, now_ns: int) -> None:
        """A camera says how it is; ``now_ns`` is monotonic."""
        with self._lock:
            self._note(status, now_ns)

    def _note(self, status: CameraStatus, now_ns: int) -> None:
        well = status.state is CameraState.ONLINE
        known = self._patients.get(status.camera_id)
        if known is None:
            unwell_ns = None if well else now_ns
            self._patients[status.camera_id] = _Patient(
                status, status.since_wall_ns, unwell_ns, now_ns
            )
            return
        was_well = known.status.state is CameraState.ONLINE
        recovered = was_well and now_ns - known.turned_ns >= WELL_NS
        if not well and (known.unwell_ns is None or recovered):
            known.unwell_ns, known.since_wall_ns = now_ns, status.since_wall_ns
        if well != was_well:
            known.turned_ns = now_ns
        known.status = status

    def status(self, camera_id: str) -> CameraStatus | None:
        """What a camera said last; None if it has said nothing."""
        with self._lock:
            known = self._patients.get(camera_id)
            return None if known is None else known.status

    def due(self, camera_id: str, plan: HealthPlan, now_ns: int, wall_ns: int) -> Finding | None:
        """What is to be told of a camera now, if it has not been told; see :meth:`told`."""
        with self._lock:
            return self._due(self._patients[camera_id], plan, now_ns, wall_ns)

    def _due(self, one: _Patient, plan: HealthPlan, now_ns: int, wall_ns: int) -> Finding | None:
        state = one.status.state
        if state is CameraState.ONLINE:
            lasted = now_ns - one.turned_ns >= WELL_NS
        else:
            lasted = one.unwell_ns is not None and now_ns - one.unwell_ns >= plan.after_ns
        if not lasted or one.told is state:
            return None
        return Finding(one.status.camera_id, state, one.since_wall_ns, wall_ns)

    def told(self, finding: Finding) -> None:
        """The finding has been kept."""
        with self._lock:
            self._patients[finding.camera_id].told = finding.state

    @property
    def camera_ids(self) -> tuple[str, ...]:
        """Who has said something."""
        with self._lock:
            return tuple(self._patients)
