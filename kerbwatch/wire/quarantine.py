"""The node's side of the quarantine: a camera that crashed it waits until its time is over."""

from __future__ import annotations

import threading
from collections.abc import Callable

import structlog

from fences.clock import SECOND_NS, Clock
from kerbwatch.node.book import BadBookError, Held, QuarantineBook

LOOK_S = 5.0
"""How often it is looked up whether somebody has lifted a quarantine."""

_log = structlog.get_logger(__name__)


class Quarantine:
    """Safe to ask from many threads. Without a book nobody is ever held."""

    def __init__(self, book: QuarantineBook | None, clock: Clock) -> None:
        self._book = book
        self._clock = clock
        self._problem: str | None = None

    def held(self, camera_id: str) -> Held | None:
        """The camera's quarantine if it is in one now; a bad file is told once and holds nobody."""
        if self._book is None:
            return None
        try:
            known = self._book.read()
        except (OSError, BadBookError) as error:
            if str(error) != self._problem:
                self._problem = str(error)
                _log.warning("quarantine_unreadable", problem=self._problem)
            return None
        held = known.get(camera_id)
        return held if held is not None and held.holds(self._clock.wall_ns()) else None

    def sit_out(
        self, camera_id: str, closed: threading.Event, tell: Callable[[Held], None]
    ) -> None:
        """Return when the camera is in no quarantine (any more), or ``closed`` is set.

        ``tell`` hears of a quarantine as long as there is one, at least every ``LOOK_S``.
        """
        while not closed.is_set() and (held := self.held(camera_id)) is not None:
            tell(held)
            left_s = (held.until_wall_ns - self._clock.wall_ns()) / SECOND_NS
            self._clock.wait(closed, max(0.0, min(left_s, LOOK_S)))
