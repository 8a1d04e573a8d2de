"""One camera of the live service: a thread that watches it, for as long as the service runs."""

from __future__ import annotations

import threading

import numpy as np
import structlog

from alerts.errors import StoreError
from alerts.health import CameraState
from alerts.intake import Intake
from detector.engines.protocol import Engine
from detector.eyes import Eyes
from detector.frame import FrameSource
from detector.framing import Framing
from detector.sampling import Sampler
from detector.sources.address import parse_address
from detector.sources.errors import SourceError
from detector.sources.status import SourceState, SourceStatus
from detector.stream import run_stream
from fences.clock import SECOND_NS, Clock
from fences.guard import Guard
from fences.state import FenceState, decode_state
from kerbwatch.options import CameraOptions
from kerbwatch.wire.backgrounds import BackgroundFolder
from kerbwatch.wire.desk import Desk
from kerbwatch.wire.sources import live_source

_RETRY_S = (1.0, 2.0, 5.0, 10.0, 30.0)

_log = structlog.get_logger(__name__)


class CameraThread:
    """Watches one camera until :meth:`close`; whatever breaks is told, waited out and retried."""

    def __init__(
        self,
        camera: CameraOptions,
        engines: tuple[Engine, ...],
        intake: Intake,
        backgrounds: BackgroundFolder,
        clock: Clock,
        seed: int,
    ) -> None:
        self._camera = camera
        self._intake = intake
        self._clock = clock
        self._generator = np.random.default_rng(seed)
        fences = tuple(held.fence for held in camera.fences)
        guard = Guard(fences, _states(intake, camera.id))
        framing = Framing(backgrounds.load_view(camera.id, fences))
        eyes = Eyes(fences, engines, backgrounds.load(camera.id, guard.states), framing)
        self._guard = guard
        self._eyes = eyes
        self._desk = Desk(camera.id, intake, guard, eyes, backgrounds, self._say_view)
        self._closed = threading.Event()
        self._source: FrameSource | None = None
        self._told: tuple[CameraState, str] | None = None
        self._thread = threading.Thread(target=self._run, name=f"camera-{camera.id}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Ask the thread to end; returns at once."""
        self._closed.set()
        source = self._source
        if source is not None:
            source.close()

    def finish(self, timeout_s: float) -> None:
        """Wait for the thread, at most that long, and checkpoint."""
        self._thread.join(timeout_s)
        self._desk.checkpoint()

    def _run(self) -> None:
        failures = 0
        while not self._closed.is_set():
            started_ns = self._clock.monotonic_ns()
            try:
                self._watch()
            except SourceError as error:
                self._say_offline(str(error.fault), str(error))
            except Exception:  # noqa: BLE001  # one camera's trouble must not end the others
                self._say_offline("internal_error", "")
                _log.exception("camera_failed", camera=self._camera.id)
            if self._clock.monotonic_ns() - started_ns > _RETRY_S[-1] * SECOND_NS:
                failures = 0
            self._clock.wait(self._closed, _RETRY_S[min(failures, len(_RETRY_S) - 1)])
            failures += 1

    def _watch(self) -> None:
        self._source = live_source(
            parse_address(self._camera.url.reveal()),
            self._clock,
            self._generator,
            after_ns=1 + max((state.last_ns or 0) for state in self._guard.states.values()),
            on_status=self._say,
        )
        if self._closed.is_set():
            return
        sampler = Sampler(self._camera.every_ns)
        run_stream(self._source, sampler, self._eyes, self._guard, self._desk)

    def _say(self, status: SourceStatus) -> None:
        if status.state is SourceState.ONLINE:
            self._tell(CameraState.ONLINE, status.wall_ns, "", "")
        elif not self._closed.is_set():
            self._tell(CameraState.OFFLINE, status.wall_ns, str(status.fault or ""), status.detail)

    def _say_view(self, moved: bool, wall_ns: int) -> None:
        """A camera that looks elsewhere is online and of no use: people must turn it back."""
        if moved:
            self._tell(CameraState.MOVED, wall_ns, "", "")
        elif self._told is not None and self._told[0] is CameraState.MOVED:
            self._tell(CameraState.ONLINE, wall_ns, "", "")

    def _say_offline(self, reason: str, why: str) -> None:
        self._tell(CameraState.OFFLINE, self._clock.wall_ns(), reason, why)

    def _tell(self, state: CameraState, wall_ns: int, reason: str, why: str) -> None:
        """Only what is new: a retry that fails as before leaves ``since`` where it was."""
        if (state, reason) == self._told:
            return
        log = _log.info if state is CameraState.ONLINE else _log.warning
        log(f"camera_{state}", camera=self._camera.id, reason=reason, why=why)
        try:
            self._intake.camera_status(self._camera.id, state, wall_ns, reason)
        except StoreError as error:
            _log.error("store_away", camera=self._camera.id, problem=str(error))
        else:
            self._told = (state, reason)


def _states(intake: Intake, camera_id: str) -> dict[str, FenceState]:
    states: dict[str, FenceState] = {}
    for fence_id, mark in intake.load_checkpoints(camera_id).items():
        try:
            states[fence_id] = decode_state(mark.codec)
        except ValueError as error:
            _log.warning("state_unreadable", camera=camera_id, fence=fence_id, problem=str(error))
    return states
