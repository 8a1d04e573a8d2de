"""What a camera and the service itself are said to be."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

QUARANTINED = "quarantined"
"""The reason of a camera that is left out for a while because its stream ended the program."""


class CameraState(StrEnum):
    """How a camera is."""

    ONLINE = "online"
    OFFLINE = "offline"
    FROZEN = "frozen"
    BLACK = "black"
    COVERED = "covered"
    BLURRED = "blurred"
    MOVED = "moved"
    CAST = "cast"


class ServiceState(StrEnum):
    """How the service is; ``offline`` is its last will."""

    ONLINE = "online"
    OFFLINE = "offline"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class CameraStatus:
    """``since_wall_ns``: since when; ``reason`` is for people who look into it.

    ``until_wall_ns``: when it ends by itself, where that is known.
    """

    camera_id: str
    state: CameraState
    since_wall_ns: int
    reason: str = ""
    until_wall_ns: int | None = None


@dataclass(frozen=True, slots=True)
class QueueStats:
    """The outbox: messages not yet acknowledged, and when the oldest of them was written."""

    depth: int
    oldest_wall_ns: int | None

    def oldest_age_s(self, wall_ns: int) -> float:
        """Seconds that the oldest message has waited, 0 if there is none."""
        if self.oldest_wall_ns is None:
            return 0.0
        return max(0.0, (wall_ns - self.oldest_wall_ns) / 1e9)
