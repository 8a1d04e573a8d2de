"""Plays the recordings into the service as cameras do: rules, desk, intake; from the checkpoint on.

The recordings keep media time; wall time is the service's own at the moment of the look, as with
a live camera, so that a clock that is stepped is in the events too.
"""

from __future__ import annotations

import heapq
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from alerts.errors import StoreError
from alerts.intake import Intake
from chaos.clock import FastClock
from chaos.load import path_of
from chaos.spells import Ward
from chaos.town import FENCE, fence
from detector.frame import Image
from detector.health.trouble import Trouble
from detector.stream import Taken
from fences.guard import Guard
from fences.observation import Observation
from fences.record import decode_input
from fences.state import decode_state
from kerbwatch.wire.desk import Desk

_AGAIN_S = 0.25
_REST_S = 0.02
_PICTURE = np.full((48, 64, 3), 90, np.uint8)


class _NoEyes:
    """Nobody looks at pictures here: what was seen is in the recordings."""

    wanted_px = 64
    quiet = False
    trouble: Trouble | None = None
    skipped = 0
    cost_ns: int | None = None

    def look(self, image: Image, media_ns: int, wall_ns: int) -> Observation:
        raise NotImplementedError

    def save(self) -> None:
        """There is nothing to keep."""


@dataclass
class _Camera:
    id: str
    looks: tuple[Observation, ...]
    desk: Desk
    guard: Guard
    next: int = 0

    def play(self, wall_ns: int) -> None:
        look = replace(self.looks[self.next], wall_ns=wall_ns)
        self.next += 1
        self.desk.took(Taken(look, self.guard.take(look), lambda: _PICTURE))


class Feeder:
    """The cameras of one thread. What comes at or after ``end_ns`` waits until the faults end."""

    def __init__(
        self, folder: Path, ids: Sequence[str], intake: Intake, clock: FastClock, end_ns: int
    ) -> None:
        self._intake = intake
        self._clock = clock
        self._end_ns = end_ns
        self._never = threading.Event()
        self._ward = Ward(folder.parent / "spells.json", ids, intake, clock)
        self._cameras = [self._resumed(folder, id_) for id_ in ids]

    def run(self) -> None:
        """Until the process ends: how cameras are is told also when every look is on disk."""
        due = [(one.looks[one.next].media_ns, one.id, one) for one in self._cameras if _left(one)]
        heapq.heapify(due)
        while due:
            self._ward.tell()
            if not self._is_time(due[0][0]):
                self._clock.wait(self._never, _REST_S)
                continue
            _, _, camera = heapq.heappop(due)
            camera.play(self._clock.wall_ns())
            if _left(camera):
                heapq.heappush(due, (camera.looks[camera.next].media_ns, camera.id, camera))
        for camera in self._cameras:
            while not self._is_kept(camera):
                camera.desk.checkpoint()
                self._ward.tell()
                self._clock.wait(self._never, _AGAIN_S)
        while True:
            self._ward.tell()
            self._clock.wait(self._never, _AGAIN_S)

    def _is_time(self, media_ns: int) -> bool:
        if media_ns >= self._end_ns and not self._clock.control.finish:
            return False
        return media_ns <= self._clock.media_ns()

    def _resumed(self, folder: Path, camera_id: str) -> _Camera:
        lines = path_of(folder, camera_id).read_text("utf-8").splitlines()
        looks = tuple(one for one in map(decode_input, lines) if isinstance(one, Observation))
        marks = self._waited_for(camera_id)
        states = {key: decode_state(codec) for key, (codec, _) in marks.items()}
        guard = Guard((fence(camera_id),), states)
        desk = Desk(camera_id, self._intake, guard, _NoEyes(), lambda _trouble, _wall_ns: None)
        seen_ns = marks[FENCE][1] if FENCE in marks else -1
        first = next((n for n, look in enumerate(looks) if look.media_ns > seen_ns), len(looks))
        return _Camera(camera_id, looks, desk, guard, first)

    def _waited_for(self, camera_id: str) -> dict[str, tuple[str, int]]:
        """The last checkpoints, once the store is there."""
        while True:
            try:
                marks = self._intake.load_checkpoints(camera_id)
            except StoreError:
                self._clock.wait(self._never, _AGAIN_S)
            else:
                return {key: (mark.codec, mark.media_ns) for key, mark in marks.items()}

    def _is_kept(self, camera: _Camera) -> bool:
        try:
            marks = self._intake.load_checkpoints(camera.id)
        except StoreError:
            return False
        return FENCE in marks and marks[FENCE].media_ns == camera.looks[-1].media_ns


def _left(camera: _Camera) -> bool:
    return camera.next < len(camera.looks)
