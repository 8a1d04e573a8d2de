"""Tells of a live source what is news, once."""

from __future__ import annotations

from detector.sources.errors import SourceError
from detector.sources.status import OnStatus, SourceState, SourceStatus
from fences.clock import Clock


class Teller:
    """Passes a status on unless the same was told last."""

    def __init__(self, on_status: OnStatus, clock: Clock) -> None:
        self._on_status = on_status
        self._clock = clock
        self._told: SourceStatus | None = None

    def online(self) -> None:
        self._tell(SourceStatus(SourceState.ONLINE, self._clock.wall_ns()))

    def offline(self, error: SourceError) -> None:
        wall_ns = self._clock.wall_ns()
        self._tell(SourceStatus(SourceState.OFFLINE, wall_ns, error.fault, error.what))

    def _tell(self, status: SourceStatus) -> None:
        told = self._told
        if told is None or (told.state, told.fault) != (status.state, status.fault):
            self._told = status
            self._on_status(status)
