"""One camera of the live service: a thread that reads it, for as long as the service runs.

The thread only reads, and decodes what is wanted; looking is done by the lookers that all cameras
share (``detector/lookers.py``), so that no camera waits for another one's network.
"""

from __future__ import annotations

import threading
import zlib
from dataclasses import dataclass
from functools import partial

import numpy as np
import structlog

from alerts.cases import Case
from alerts.health import QUARANTINED, CameraState
from alerts.intake import Intake
from detector.frame import Image
from detector.health.trouble import Trouble
from detector.lookers import Look, Seat
from detector.sampling import Sampler
from detector.sources.address import parse_address
from detector.sources.errors import Fault, SourceError
from detector.sources.status import SourceState, SourceStatus
from detector.stream import Watch
from fences.clock import SECOND_NS, Clock
from fences.guard import Guard
from fences.observation import Tick
from fences.state import FenceState, decode_state
from kerbwatch.looking.eyes import Watched
from kerbwatch.looking.station import Station
from kerbwatch.metrics.book import Metrics
from kerbwatch.node.book import Held
from kerbwatch.options import CameraOptions
from kerbwatch.wire.clips import ClipWriter, Take
from kerbwatch.wire.counted import LookCounter
from kerbwatch.wire.desk import Desk
from kerbwatch.wire.evidence_source import EvidenceSource
from kerbwatch.wire.quarantine import Quarantine
from kerbwatch.wire.reader import Reader
from kerbwatch.wire.sources import LiveFrames, Reading, live_source
from kerbwatch.wire.standing import Standing
from kerbwatch.wire.turn import Turns
from kerbwatch.wire.whereabouts import working_for

TICK_S = 30
"""How often hours are minded at a camera that gives no pictures."""

_RETRY_S = (1.0, 2.0, 5.0, 10.0, 30.0)

_LAST_LOOK_S = 1.0
"""How long a camera that starts again, or ends, waits for the look it is in the middle of."""

_EVIDENCE_STOP_S = 0.3
"""How long a camera that ends waits for its reader of evidence, on top of its own."""

_GOLDEN = 0.6180339887498949
"""Multiples of it, without their whole part, spread evenly however many they are."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Shared:
    """What all cameras of a node share."""

    intake: Intake
    stations: tuple[Station, ...]
    turns: Turns
    metrics: Metrics
    clock: Clock
    quarantine: Quarantine
    clips: ClipWriter

    @property
    def waiting(self) -> int:
        """Cameras whose frames wait for a look."""
        return sum(station.lookers.waiting for station in self.stations)


class CameraThread:
    """Watches one camera until :meth:`close`; whatever breaks is told, waited out and retried."""

    def __init__(
        self, camera: CameraOptions, shared: Shared, station: Station, number: int
    ) -> None:
        self._camera = camera
        self._shared = shared
        self._lookers = station.lookers
        self._clock = shared.clock
        self._generator = np.random.default_rng(_seed(camera.id))
        fences = tuple(held.fence for held in camera.fences)
        guard = Guard(fences, _states(shared.intake, camera.id))
        address = parse_address(camera.url.reveal())
        eyes = station.open_eyes(
            Watched(camera.id, fences, address.is_live),
            partial(shared.metrics.inferred, camera.id),
        )
        self._ring = shared.clips.ring() if address.is_stream else None
        phase = number * _GOLDEN % 1
        self._desk = Desk(
            camera.id,
            shared.intake,
            guard,
            eyes,
            self._say_view,
            self._want_clip,
            phase,
            self._better,
        )
        self._sampler = Sampler(camera.every_ns, camera.idle_ns, phase)
        self._guard = guard
        self._seat = Seat(
            camera.id,
            Watch(self._sampler, eyes, guard, self._desk),
            on_failure=self._failed,
            on_look=self._looked,
            around=lambda look: working_for(camera.id, look),
            cost_ns=None if eyes.cost_ns is None else lambda: eyes.cost_ns or 0,
        )
        self._counter = LookCounter(
            self._sampler, eyes, self._seat.latest, shared.metrics, self._clock
        )
        self._standing = Standing(camera.id, shared.intake, shared.metrics, self._clock)
        self._evidence = self._evidence_source()
        self._turn = shared.turns.of(partial(shared.metrics.decoded, camera.id))
        self._closed = threading.Event()
        self._source: LiveFrames | None = None
        self._broken: Exception | None = None
        self._reader = Reader(f"camera-{camera.id}", self._run)

    def start(self) -> None:
        self._reader.start()
        if self._evidence is not None:
            self._evidence.start()

    def close(self) -> None:
        """Ask the thread to end; returns at once."""
        self._closed.set()
        for source in (self._source, self._evidence):
            if source is not None:
                source.close()

    def tick(self) -> None:
        """Let time pass for fences that have not been looked at for a while."""
        wall_ns = self._clock.wall_ns()
        last_ns = max((state.last_ns or 0) for state in self._guard.states.values())
        if wall_ns - last_ns > self._sampler.interval_ns + TICK_S * SECOND_NS:
            self._seat.latest.put(Tick(wall_ns, wall_ns), self._clock.monotonic_ns())
            self._lookers.offer(self._seat)

    def check(self) -> None:
        """To be called every second or so: a reader that does not come back is left behind."""
        if self._evidence is not None:
            self._evidence.check()
        source = self._source
        if source is not None and source.hung and not self._closed.is_set():
            self._say_offline(str(Fault.HUNG), "data came, but no end of it")
            self._reader.leave(source.close)

    def finish(self, timeout_s: float) -> None:
        """Wait for the thread and for the look it has asked for, at most that long each."""
        self._reader.join(timeout_s)
        if self._evidence is not None:
            self._evidence.finish(min(timeout_s, _EVIDENCE_STOP_S))
        self._lookers.idle(self._seat, min(timeout_s, _LAST_LOOK_S))
        self._desk.checkpoint()

    def _evidence_source(self) -> EvidenceSource | None:
        camera, shared = self._camera, self._shared
        if camera.evidence_url is None:
            return None
        shared.metrics.evidence_source(camera.id, up=False)
        return EvidenceSource(
            camera.id,
            parse_address(camera.evidence_url.reveal()),
            camera.access,
            shared.clips.evidence_ring(),
            self._clock,
            shared.quarantine,
            self._standing.beside,
        )

    def _run(self) -> None:
        self._shared.quarantine.sit_out(self._camera.id, self._closed, self._say_held)
        failures = 0
        while not self._closed.is_set() and self._reader.current:
            started_ns = self._clock.monotonic_ns()
            try:
                working_for(self._camera.id, self._read)
            except SourceError as error:
                self._say_offline(str(error.fault), str(error))
            except Exception:  # noqa: BLE001  # one camera's trouble must not end the others
                self._say_offline("internal_error", "")
                _log.exception("camera_failed", camera=self._camera.id)
            if self._clock.monotonic_ns() - started_ns > _RETRY_S[-1] * SECOND_NS:
                failures = 0
            self._clock.wait(self._closed, _RETRY_S[min(failures, len(_RETRY_S) - 1)])
            failures += 1

    def _read(self) -> None:
        """Read until the source ends; raises what broke it, or a look at it."""
        lookers, seat = self._lookers, self._seat
        lookers.idle(seat, _LAST_LOOK_S)  # it moves the states that the new source begins after
        self._broken = None
        last_ns = max((state.last_ns or 0) for state in self._guard.states.values())
        source = self._source = live_source(
            parse_address(self._camera.url.reveal()),
            Reading(
                self._clock,
                self._generator,
                self._sampler,
                self._turn,
                self._say,
                self._ring,
                self._camera.access,
            ),
            after_ns=1 + last_ns,
        )
        if self._closed.is_set():
            return
        for item in source:
            if self._broken is not None:
                raise self._broken
            seat.latest.put(item, self._clock.monotonic_ns())
            lookers.offer(seat)

    def _want_clip(self, case: Case) -> None:
        takes = [] if self._ring is None else [Take(self._ring, case.updated_media_ns)]
        if self._evidence is not None:
            takes.insert(0, self._evidence.at(case.updated_wall_ns))
        if takes and self._shared.clips.wanted:
            self._shared.clips.want(takes, case)

    def _better(self, wall_ns: int) -> Image | None:
        """The picture of the stream for evidence, if there is one and it has one."""
        if self._evidence is None:
            return None
        picture = self._evidence.picture(wall_ns)
        self._shared.metrics.evidence_picture(self._camera.id, better=picture is not None)
        return picture

    def _failed(self, error: Exception) -> None:
        """A look broke: the reader starts the camera again, as after any other trouble."""
        self._broken = error

    def _looked(self, look: Look) -> None:
        self._counter.looked(look)
        self._shared.metrics.waiting(self._shared.waiting)

    def _say(self, status: SourceStatus) -> None:
        if status.state is SourceState.ONLINE:
            self._standing.tell(CameraState.ONLINE, status.wall_ns)
        elif not self._closed.is_set():
            self._lost(status.wall_ns, str(status.fault or ""), status.detail)

    def _say_view(self, trouble: Trouble | None, wall_ns: int) -> None:
        """A camera that is unwell is online and of no use: people must see to it."""
        if self._standing.state not in {None, CameraState.OFFLINE}:
            state = CameraState.ONLINE if trouble is None else CameraState(trouble.value)
            self._standing.tell(state, wall_ns)

    def _say_offline(self, reason: str, why: str) -> None:
        self._lost(self._clock.wall_ns(), reason, why)

    def _say_held(self, held: Held) -> None:
        until_ns = held.until_wall_ns
        self._standing.tell(
            CameraState.OFFLINE, held.since_wall_ns, QUARANTINED, until_wall_ns=until_ns
        )

    def _lost(self, wall_ns: int, reason: str, why: str) -> None:
        self._counter.begin_anew()
        self._standing.tell(CameraState.OFFLINE, wall_ns, reason, why)


def _states(intake: Intake, camera_id: str) -> dict[str, FenceState]:
    states: dict[str, FenceState] = {}
    for fence_id, mark in intake.load_checkpoints(camera_id).items():
        try:
            states[fence_id] = decode_state(mark.codec)
        except ValueError as error:
            _log.warning("state_unreadable", camera=camera_id, fence=fence_id, problem=str(error))
    return states


def _seed(camera_id: str) -> int:
    """Every camera retries at its own rhythm, the same one in every run."""
    return zlib.crc32(camera_id.encode())
