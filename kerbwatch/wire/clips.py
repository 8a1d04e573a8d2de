"""Clips of cases: cut from what the cameras' rings hold, written by one thread for all of a node.

```
Desk ──case──► ClipWriter.want ──► Ring … 10 s later, in the reader's thread … ──► queue ──► thread
```
Packets stay in their camera's ring until their clip is written, so that a queue of clips takes no
memory of its own; who waits too long loses the beginning, as the ring gives up what is oldest.
"""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass

import structlog

from alerts.cases import Case, Clip
from alerts.errors import EvidenceError, StoreError
from alerts.evidence import Footage
from alerts.intake import Intake
from detector.sources.ring import Ring, Wanted
from fences.clock import SECOND_NS, Clock
from kerbwatch.options import EvidenceOptions

MOST_WAITING = 64
"""Clips that wait to be written; in a storm of cases the others are left out."""

_RETRY_S = 5.0
"""How long a clip that is on disk waits before its case is told again, while the store is away."""

_MOST_UNTOLD = 1000

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Job:
    case: Case
    ring: Ring
    wanted: Wanted


class ClipWriter:
    """One thread, started with :meth:`start`. :meth:`want` never waits for it."""

    def __init__(self, intake: Intake, options: EvidenceOptions, clock: Clock) -> None:
        self._intake = intake
        self._options = options
        self._clock = clock
        self._bell = threading.Event()
        self._jobs: deque[_Job] = deque()
        self._untold: deque[tuple[str, Clip]] = deque(maxlen=_MOST_UNTOLD)
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="clips", daemon=True)

    def ring(self) -> Ring | None:
        """What a camera's packets are kept in; ``None`` where no clips are wanted."""
        if not self._options.clips:
            return None
        return Ring(self._options.clip_before_ns, self._options.clip_bytes, self._clock)

    def start(self) -> None:
        self._thread.start()

    def close(self, timeout_s: float) -> None:
        """Write what is ready and end; what takes longer is left."""
        self._closed = True
        self._bell.set()
        if self._thread.is_alive():
            self._thread.join(timeout_s)

    def want(self, ring: Ring, case: Case) -> None:
        """The case has just begun: write its clip when what follows has come."""
        options = self._options
        wanted = ring.want(
            case.updated_media_ns,
            options.clip_before_ns,
            options.clip_after_ns,
            lambda wanted: self._ready(_Job(case, ring, wanted)),
        )
        if wanted is None:
            _log.warning("clip_lost", case=case.case_id, why="nothing is kept of that time")

    def _ready(self, job: _Job) -> None:
        if len(self._jobs) >= MOST_WAITING:
            job.ring.forget(job.wanted)
            _log.warning("clip_dropped", case=job.case.case_id, waiting=len(self._jobs))
            return
        self._jobs.append(job)
        self._bell.set()

    def _run(self) -> None:
        while True:
            self._bell.clear()
            while self._jobs:
                self._do(self._jobs.popleft())
            self._tell()
            if self._closed:
                return
            self._clock.wait(self._bell, _RETRY_S)

    def _do(self, job: _Job) -> None:
        try:
            clip = self._write(job)
        except EvidenceError as error:
            _log.error("clip_unwritten", case=job.case.case_id, problem=str(error))
        except Exception:  # noqa: BLE001  # one clip's trouble must not end the others
            _log.exception("clip_failed", case=job.case.case_id)
        else:
            if clip is not None:
                self._untold.append((job.case.case_id, clip))
                self._tell()

    def _write(self, job: _Job) -> Clip | None:
        cut, case = job.ring.take(job.wanted), job.case
        if cut is None:
            _log.warning("clip_lost", case=case.case_id, why="there was no room to keep it")
            return None
        before_ns = case.updated_media_ns - cut.begin_ns
        footage = Footage(
            suffix=cut.description.suffix,
            begin_wall_ns=case.updated_wall_ns - before_ns,
            duration_s=cut.duration_ns / SECOND_NS,
            write=cut.write,
        )
        return self._intake.save_clip(case, footage)

    def _tell(self) -> None:
        """Tell of the clips on disk, in order; those that the store does not take wait."""
        while self._untold:
            case_id, clip = self._untold[0]
            try:
                self._intake.add_clip(case_id, clip)
            except StoreError:  # the intake says so, once for all
                return
            self._untold.popleft()
