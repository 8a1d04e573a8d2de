"""How a camera stands: told to people and to the figures, logged once when lost, once when back."""

from __future__ import annotations

import threading

import structlog

from alerts.errors import StoreError
from alerts.health import CameraState
from alerts.intake import Intake
from fences.clock import SECOND_NS, Clock
from kerbwatch.metrics.book import Metrics

_log = structlog.get_logger(__name__)


class Standing:
    """One camera's; safe to use from its reader and from whoever looks.

    People are told of every new state and reason, the log only of a new state: a camera that
    is refused, then silent, then refused again is lost once.
    """

    def __init__(self, camera_id: str, intake: Intake, metrics: Metrics, clock: Clock) -> None:
        self._camera_id = camera_id
        self._intake = intake
        self._metrics = metrics
        self._clock = clock
        self._lock = threading.Lock()
        self._now: tuple[CameraState, str] | None = None
        self._told: tuple[CameraState, str] | None = None
        self._lost_ns: int | None = None
        self._since_wall_ns = 0
        self._beside = ""
        self._beside_lost_ns: int | None = None

    @property
    def state(self) -> CameraState | None:
        """The last that was told; None before the first."""
        return None if self._now is None else self._now[0]

    def tell(
        self,
        state: CameraState,
        wall_ns: int,
        reason: str = "",
        why: str = "",
        until_wall_ns: int | None = None,
    ) -> None:
        """The camera is in ``state`` since ``wall_ns``; ``why`` is for the log alone.

        The same again changes nothing, but what the store could not take is tried again.
        """
        with self._lock:
            self._tell(state, wall_ns, reason, why, until_wall_ns)

    def beside(self, reason: str, why: str = "") -> None:
        """How the camera's stream for evidence is; ``""``: well. Told as a reason while online."""
        with self._lock:
            if reason != self._beside:
                self._beside_turned(reason, why)
            self._metrics.evidence_source(self._camera_id, up=not reason)
            if self._now is not None and self._now[0] is CameraState.ONLINE:
                self._tell(CameraState.ONLINE, self._since_wall_ns, "", "", None)

    def _beside_turned(self, reason: str, why: str) -> None:
        before, self._beside = self._beside, reason
        now_ns, camera_id = self._clock.monotonic_ns(), self._camera_id
        if reason:
            self._metrics.restarted(camera_id, reason)
        if reason and not before:
            self._beside_lost_ns = now_ns
            _log.warning("evidence_source_lost", camera=camera_id, reason=reason, why=why)
        if not reason and self._beside_lost_ns is not None:
            lost_s = round((now_ns - self._beside_lost_ns) / SECOND_NS, 1)
            _log.info("evidence_source_back", camera=camera_id, lost_s=lost_s)

    def _tell(
        self, state: CameraState, wall_ns: int, reason: str, why: str, until_wall_ns: int | None
    ) -> None:
        if state is CameraState.ONLINE:
            reason = self._beside
            if self._now is not None and self._now[0] is state:
                wall_ns = self._since_wall_ns
        before, self._now = self._now, (state, reason)
        if before != self._now:
            self._metrics.stands(self._camera_id, state)
            if state is CameraState.OFFLINE:
                self._metrics.restarted(self._camera_id, reason)
        if before is None or before[0] is not state:
            self._since_wall_ns = wall_ns
            self._say(state, reason, why)
        if self._told == self._now:
            return
        try:
            self._intake.camera_status(self._camera_id, state, wall_ns, reason, until_wall_ns)
        except StoreError:  # the intake says so, once for all cameras
            self._told = None  # it has heard this all the same: going back is news too
            return
        self._told = self._now

    def _say(self, state: CameraState, reason: str, why: str) -> None:
        """``lost_s``: how long nobody could see through it, whatever it was in between."""
        now_ns = self._clock.monotonic_ns()
        if state is not CameraState.ONLINE:
            if self._lost_ns is None:
                self._lost_ns = now_ns
            _log.warning(f"camera_{state}", camera=self._camera_id, reason=reason, why=why)
            return
        lost_s = None if self._lost_ns is None else (now_ns - self._lost_ns) / SECOND_NS
        self._lost_ns = None
        facts = {} if lost_s is None else {"lost_s": round(lost_s, 1)}
        _log.info("camera_online", camera=self._camera_id, **facts)
