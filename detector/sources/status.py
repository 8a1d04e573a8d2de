"""Whether a camera can be seen, as its source tells it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from detector.sources.errors import Fault


class SourceState(StrEnum):
    """A source gives frames, or it does not."""

    ONLINE = "online"
    OFFLINE = "offline"


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """A change of state. ``fault`` and ``detail`` (English, no credentials) tell why offline."""

    state: SourceState
    wall_ns: int
    fault: Fault | None = None
    detail: str = ""


OnStatus = Callable[[SourceStatus], None]
"""Called from the thread that iterates the source; must not block."""


def ignore_status(_: SourceStatus) -> None:
    """For sources whose state nobody follows."""
