"""The figures of one service: counted where they arise, read whenever somebody scrapes.

No state is shared between two of these, so a process may hold as many as it likes.
"""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from fences.clock import Clock
from kerbwatch.metrics.declared import BUCKETS_S

UNKNOWN = "unknown"
"""The state of a camera of which nothing has been heard yet."""

ONLINE = "online"


@dataclass(slots=True)
class Timing:
    """How often something was done and the seconds that it took altogether."""

    count: int = 0
    total_s: float = 0.0

    def add(self, seconds: float) -> None:
        self.count += 1
        self.total_s += seconds


@dataclass(slots=True)
class Spread:
    """The same with how long each took: counts for ``BUCKETS_S`` and, last, for what is above."""

    total_s: float = 0.0
    counts: list[int] = field(default_factory=lambda: [0] * (len(BUCKETS_S) + 1))

    def add(self, seconds: float) -> None:
        self.total_s += seconds
        self.counts[bisect_left(BUCKETS_S, seconds)] += 1


@dataclass(slots=True)
class CameraFigures:
    """What is known of one camera; ``new_ns`` is monotonic, ``media_ns`` the stream's own."""

    wanted_s: float
    new_ns: int
    reached_s: float | None = None
    media_ns: int | None = None
    state: str = UNKNOWN
    looks: int = 0
    late: int = 0
    dropped: int = 0
    skipped: int = 0
    decode: Timing = field(default_factory=Timing)
    look: Timing = field(default_factory=Timing)
    inference: Timing = field(default_factory=Timing)
    restarts: Counter[str] = field(default_factory=Counter)
    evidence_up: bool | None = None
    evidence_pictures: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class NodeFigures:
    """What is known of the node as a whole."""

    waiting: int = 0
    overload: float = 1.0
    decode: Spread = field(default_factory=Spread)
    look: Spread = field(default_factory=Spread)
    inference: Spread = field(default_factory=Spread)
    events: Counter[str] = field(default_factory=Counter)


class Metrics:
    """Safe to call from any thread; every call is quick and never blocks for long.

    ``wanted_s``: the cameras by id, with the seconds that there should be between two looks.
    Each of them is told from the beginning, also while it has never given a frame. A camera
    that is not among them is a ``KeyError``.
    """

    def __init__(self, clock: Clock, wanted_s: Mapping[str, float]) -> None:
        now_ns = clock.monotonic_ns()
        self._clock = clock
        self._lock = threading.Lock()
        self._node = NodeFigures()
        self._cameras = {it: CameraFigures(every_s, now_ns) for it, every_s in wanted_s.items()}

    def decoded(self, camera_id: str, seconds: float) -> None:
        """A new frame was decoded, which took ``seconds``: the frame age begins anew."""
        with self._lock:
            camera = self._cameras[camera_id]
            camera.decode.add(seconds)
            camera.new_ns = self._clock.monotonic_ns()
            self._node.decode.add(seconds)

    def dropped(self, camera_id: str, frames: int = 1) -> None:
        """Decoded frames were replaced by newer ones before anybody looked at them."""
        with self._lock:
            self._cameras[camera_id].dropped += frames

    def looked(self, camera_id: str, media_ns: int, seconds: float, *, late: bool) -> None:
        """A look at the frame of ``media_ns`` is over; it took ``seconds`` as a whole.

        ``late`` as :data:`~kerbwatch.metrics.declared.LATE_S` says. Where nobody tells of
        :meth:`decoded`, a newer frame than any before begins the frame age anew.
        """
        with self._lock:
            camera = self._cameras[camera_id]
            camera.looks += 1
            camera.late += late
            camera.look.add(seconds)
            self._node.look.add(seconds)
            if camera.media_ns is None or media_ns > camera.media_ns:
                camera.media_ns = media_ns
                if not camera.decode.count:
                    camera.new_ns = self._clock.monotonic_ns()

    def interval(self, camera_id: str, wanted_s: float, reached_s: float) -> None:
        """The time between the last two looks, and what it should have been."""
        with self._lock:
            camera = self._cameras[camera_id]
            camera.wanted_s, camera.reached_s = wanted_s, reached_s

    def inferred(self, camera_id: str, seconds: float) -> None:
        """A model has looked at a frame; from asking to its answer it took ``seconds``."""
        with self._lock:
            self._cameras[camera_id].inference.add(seconds)
            self._node.inference.add(seconds)

    def skipped(self, camera_id: str, looks: int = 1) -> None:
        """Looks did without the model, for nothing had changed."""
        with self._lock:
            self._cameras[camera_id].skipped += looks

    def restarted(self, camera_id: str, reason: str) -> None:
        """The stream broke and is begun anew; ``reason`` is one of a few, such as a ``Fault``."""
        with self._lock:
            self._cameras[camera_id].restarts[reason] += 1

    def stands(self, camera_id: str, state: str) -> None:
        """How the camera is from now on, a ``CameraState``."""
        with self._lock:
            self._cameras[camera_id].state = state

    def evidence_source(self, camera_id: str, *, up: bool) -> None:
        """How the camera's stream for evidence is from now on, where it has one."""
        with self._lock:
            self._cameras[camera_id].evidence_up = up

    def evidence_picture(self, camera_id: str, *, better: bool) -> None:
        """A case gets a picture: of the stream for evidence, or of the watched one instead."""
        with self._lock:
            self._cameras[camera_id].evidence_pictures["evidence" if better else "watched"] += 1

    def overload(self, factor: float) -> None:
        """By how much intervals are stretched from now on; 1: not at all."""
        with self._lock:
            self._node.overload = factor

    def waiting(self, looks: int) -> None:
        """How many looks are due at this moment and wait for somebody to make them."""
        with self._lock:
            self._node.waiting = looks

    def told(self, kind: str) -> None:
        """People were told of a case: ``new``, ``update`` or ``end``."""
        with self._lock:
            self._node.events[kind] += 1

    @contextmanager
    def reading(self) -> Iterator[tuple[int, Mapping[str, CameraFigures], NodeFigures]]:
        """The monotonic time with all figures, which stand still while the block lasts."""
        with self._lock:
            yield self._clock.monotonic_ns(), self._cameras, self._node
