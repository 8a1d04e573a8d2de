"""What a camera and the service itself are said to be."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from fences.clock import SECOND_NS

CAMERA_HEALTH = "camera_health"
"""The scenario of cases about a camera itself; they have no fence, and ``""`` for its id."""

WELL_NS = 60 * SECOND_NS
"""How long a camera must be well for its case to end: longer than a stream that comes up for a
moment, or a frozen picture that a restart must find out again."""

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


class HealthReason(StrEnum):
    """Why a health case was opened, changed or ended."""

    CAMERA_UNWELL = "camera_unwell"
    OTHER_TROUBLE = "other_trouble"
    CAMERA_WELL = "camera_well"


@dataclass(frozen=True, slots=True)
class HealthPlan:
    """When trouble of a camera becomes a case, and who is told: recipient ids."""

    after_ns: int = 60 * SECOND_NS
    notify: tuple[str, ...] = ()


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


@dataclass(frozen=True, slots=True)
class Shortage:
    """The disk is too full for evidence, and nothing is left that may go.

    Since when, how much was free when it was last looked at, and how much should be.
    """

    since_wall_ns: int
    free_bytes: int
    least_free_bytes: int
