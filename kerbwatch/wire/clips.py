"""Clips of cases: cut from what the cameras' rings hold, written by one thread for all of a node.

```
Desk ──case──► ClipWriter.want ──► Ring … 10 s later, in the reader's thread … ──► queue ──► thread
```
Packets stay in their camera's ring until their clip is written, so that a queue of clips takes no
memory of its own; who waits too long loses the beginning, as the ring gives up what is oldest.
Of a camera with two streams both are waited for: the first that has nearly all of it is cut.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

import structlog

from alerts.cases import Case, Clip
from alerts.errors import EvidenceError, StoreError
from alerts.evidence import Footage
from alerts.intake import Intake
from detector.sources.remux import Cut
from detector.sources.ring import Ring, Wanted
from fences.clock import SECOND_NS, Clock
from kerbwatch.options import EvidenceOptions

MOST_WAITING = 64
"""Clips that wait to be written; in a storm of cases the others are left out."""

_RETRY_S = 5.0
"""How long a clip that is on disk waits before its case is told again, while the store is away."""

_MOST_UNTOLD = 1000

_log = structlog.get_logger(__name__)


_PICTURES_NS = 4 * SECOND_NS
"""So much of a stream for evidence is kept for pictures at least: looks may be late."""

_EVIDENCE_RINGS = 2
"""How much more memory a stream for evidence may take than one that is watched."""

_NEARLY_NS = 2 * SECOND_NS
"""A better stream's clip may lack so much that another's has."""


@dataclass(frozen=True, slots=True)
class Take:
    """Where a moment is found: a ring, and the moment by the media time of that ring."""

    ring: Ring
    at_ns: int


@dataclass(eq=False, slots=True)
class _Job:
    """A case whose clip is wanted of each of ``takes``, the best stream first."""

    case: Case
    takes: tuple[Take, ...]
    missing: int
    wanted: dict[int, Wanted] = field(default_factory=dict)

    def forget(self) -> None:
        for number, wanted in self.wanted.items():
            self.takes[number].ring.forget(wanted)


@dataclass(frozen=True, slots=True)
class _Found:
    """A clip that can be had, how long before the moment it begins, and how much it has."""

    cut: Cut
    before_ns: int
    covered_ns: int


class ClipWriter:
    """One thread, started with :meth:`start`. :meth:`want` never waits for it."""

    def __init__(self, intake: Intake, options: EvidenceOptions, clock: Clock) -> None:
        self._intake = intake
        self._options = options
        self._clock = clock
        self._lock = threading.Lock()
        self._bell = threading.Event()
        self._jobs: deque[_Job] = deque()
        self._untold: deque[tuple[str, Clip]] = deque(maxlen=_MOST_UNTOLD)
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="clips", daemon=True)

    @property
    def wanted(self) -> bool:
        """Whether there are clips at all."""
        return self._options.clips

    def ring(self) -> Ring | None:
        """What a camera's packets are kept in; ``None`` where no clips are wanted."""
        if not self._options.clips:
            return None
        return Ring(self._options.clip_before_ns, self._options.clip_bytes, self._clock)

    def evidence_ring(self) -> Ring:
        """The same of a stream for evidence, which is larger, and of use for pictures too."""
        options = self._options
        keep_ns = max(options.clip_before_ns, _PICTURES_NS)
        return Ring(keep_ns, _EVIDENCE_RINGS * options.clip_bytes, self._clock, by_arrival=True)

    def start(self) -> None:
        self._thread.start()

    def close(self, timeout_s: float) -> None:
        """Write what is ready and end; what takes longer is left."""
        self._closed = True
        self._bell.set()
        if self._thread.is_alive():
            self._thread.join(timeout_s)

    def want(self, takes: Sequence[Take], case: Case) -> None:
        """The case has just begun: write its clip when what follows has come."""
        options = self._options
        job, kept = _Job(case, tuple(takes), len(takes)), 0
        for number, take in enumerate(job.takes):
            wanted = take.ring.want(
                take.at_ns,
                options.clip_before_ns,
                options.clip_after_ns,
                partial(self._arrived, job, number),
            )
            if wanted is None:
                self._arrived(job, number, None)
            else:
                kept += 1
        if not kept:
            _log.warning("clip_lost", case=case.case_id, why="nothing is kept of that time")

    def _arrived(self, job: _Job, number: int, wanted: Wanted | None) -> None:
        """One stream's part is there, or will never be; from any thread."""
        with self._lock:
            if wanted is not None:
                job.wanted[number] = wanted
            job.missing -= 1
            if job.missing or not job.wanted:
                return
        self._ready(job)

    def _ready(self, job: _Job) -> None:
        if len(self._jobs) >= MOST_WAITING:
            job.forget()
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
        case, found = job.case, self._found(job)
        if not found:
            _log.warning("clip_lost", case=case.case_id, why="there was no room to keep it")
            return None
        most_ns = max(one.covered_ns for one in found)
        best = next(one for one in found if one.covered_ns >= most_ns - _NEARLY_NS)
        footage = Footage(
            suffix=best.cut.description.suffix,
            begin_wall_ns=case.updated_wall_ns - best.before_ns,
            duration_s=best.cut.duration_ns / SECOND_NS,
            write=best.cut.write,
        )
        return self._intake.save_clip(case, footage)

    def _found(self, job: _Job) -> list[_Found]:
        """What can be had of each stream, the best stream first."""
        found, options = list[_Found](), self._options
        for number, take in enumerate(job.takes):
            wanted = job.wanted.get(number)
            cut = None if wanted is None else take.ring.take(wanted)
            if cut is not None:
                before_ns = take.at_ns - cut.begin_ns
                covered_ns = min(before_ns, options.clip_before_ns)
                covered_ns += min(cut.duration_ns - before_ns, options.clip_after_ns)
                found.append(_Found(cut, before_ns, covered_ns))
        return found

    def _tell(self) -> None:
        """Tell of the clips on disk, in order; those that the store does not take wait."""
        while self._untold:
            case_id, clip = self._untold[0]
            try:
                self._intake.add_clip(case_id, clip)
            except StoreError:  # the intake says so, once for all
                return
            self._untold.popleft()
