"""What becomes of what a camera brings: batches for the alert service, kept while it is away."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import structlog

from alerts.cases import Case
from alerts.errors import StoreError
from alerts.intake import Batch, Intake
from detector.frame import Image
from detector.health.trouble import Trouble
from detector.stream import Taken
from fences.clock import SECOND_NS
from fences.event import FenceEvent
from fences.guard import Guard
from fences.observation import Gap, Tick
from fences.state import encode_state
from kerbwatch.looking.eyes import CameraEyes

CHECKPOINT_NS = 5 * SECOND_NS
"""Media time between checkpoints of the fence states: what a crash can make a dwell lose."""

BACKGROUND_NS = 120 * SECOND_NS
"""Media time between writings of the backgrounds, which are larger and change slowly.

A new camera's come sooner, the first after ``CHECKPOINT_NS``, each four times as long after the
one before: a background is learned in seconds, and without it a restart sees nothing new.
"""

_MAX_PICTURES = 20
"""Pictures that wait for the store in memory; older cases than these lose theirs."""

_log = structlog.get_logger(__name__)


@dataclass
class Desk:
    """Takes what a stream brings to the alert service; nothing is lost while it is away.

    ``phase``, 0 to 1, keeps cameras that began together from writing their backgrounds together.
    ``better`` gives a better picture of what was seen at a wall time, where there is one.

    Used by the camera's thread, and by :meth:`checkpoint` once that has ended.
    """

    camera_id: str
    intake: Intake
    guard: Guard
    eyes: CameraEyes
    on_view: Callable[[Trouble | None, int], None]
    on_begun: Callable[[Case], None] = lambda _: None
    phase: float = 0.5
    better: Callable[[int], Image | None] = lambda _: None
    _waiting: deque[Batch] = field(default_factory=deque)
    _checkpoint_ns: int = 0
    _background_due_ns: int = 0
    _background_every_ns: int = CHECKPOINT_NS
    _last: tuple[int, int] | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def took(self, taken: Taken) -> None:
        entry = taken.entry
        if isinstance(entry, Gap):
            return
        if isinstance(entry, Tick):
            self._ticked(entry, taken.events)
            return
        if taken.image is not None and self.intake.looks.wanted(self.camera_id):
            self.intake.looks.put(self.camera_id, self._picture(taken.image, entry.wall_ns))
        with self._lock:
            if self._last is None:
                self._background_due_ns = entry.media_ns + CHECKPOINT_NS
            self._last = (entry.media_ns, entry.wall_ns)
            self._background_when_due(entry.media_ns, happened=bool(taken.events))
            due = entry.media_ns - self._checkpoint_ns >= CHECKPOINT_NS
            if taken.events or due:
                seen = taken.image if taken.events else None
                image = None if seen is None else self._picture(seen, entry.wall_ns)
                self._hand_in(entry.media_ns, entry.wall_ns, taken.events, image)
        self.on_view(self.eyes.trouble, entry.wall_ns)

    def _picture(self, seen: Callable[[], Image], wall_ns: int) -> Image:
        better = self.better(wall_ns)
        return seen() if better is None else better

    def _ticked(self, tick: Tick, events: tuple[FenceEvent, ...]) -> None:
        """Hours have begun or ended at a camera that nobody sees: told, where it matters."""
        if events:
            with self._lock:
                self._hand_in(tick.media_ns, tick.wall_ns, events, None)

    def checkpoint(self) -> None:
        """Keep everything as it is now, before the service ends."""
        with self._lock:
            if self._last is not None:
                self._save_backgrounds()
                self._hand_in(*self._last, (), None)

    def _background_when_due(self, media_ns: int, *, happened: bool) -> None:
        """Keep what the empty places look like, before the state that goes with it.

        Killed between the two, a service that knew of a thing but not of the empty place would
        take it for the street.
        """
        never = self._background_every_ns == CHECKPOINT_NS
        if media_ns >= self._background_due_ns or (happened and never):
            self._background_every_ns = min(4 * self._background_every_ns, BACKGROUND_NS)
            after_ns = round((0.5 + self.phase) * self._background_every_ns)
            self._background_due_ns = media_ns + after_ns
            self._save_backgrounds()

    def _hand_in(
        self, media_ns: int, wall_ns: int, events: tuple[FenceEvent, ...], image: Image | None
    ) -> None:
        states = {key: encode_state(state) for key, state in self.guard.states.items()}
        self._waiting.append(Batch(self.camera_id, media_ns, wall_ns, events, states, image))
        self._checkpoint_ns = media_ns
        try:
            while self._waiting:
                changes = self.intake.receive(self._waiting[0])
                self._waiting.popleft()
                for change in changes:
                    if change.begins:
                        self.on_begun(change.case)
        except StoreError:  # the intake says so, once for all cameras
            self._forget_mere_checkpoints()

    def _forget_mere_checkpoints(self) -> None:
        """While the store is away only events need to wait; the newest state is kept.

        It was so before the newest batch came: only what has stood behind it is looked at.
        """
        newest = self._waiting.pop()
        if self._waiting and not self._waiting[-1].events:
            self._waiting.pop()
        if len(self._waiting) > _MAX_PICTURES:
            old = len(self._waiting) - _MAX_PICTURES - 1
            self._waiting[old] = replace(self._waiting[old], picture=None)
        self._waiting.append(newest)

    def _save_backgrounds(self) -> None:
        try:
            self.eyes.save()
        except OSError as error:
            _log.error("background_unwritten", camera=self.camera_id, problem=str(error))
