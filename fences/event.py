"""What the core gives out: violations that open, change and clear."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from fences.box import Box


class EventKind(StrEnum):
    """The three things that can happen to a violation."""

    OPENED = "opened"
    UPDATED = "updated"
    CLEARED = "cleared"


class Reason(StrEnum):
    """Why an event was given: every decision has a name."""

    DWELL_REACHED = "dwell_reached"
    MORE_OCCUPANTS = "more_occupants"
    GROWN = "grown"
    PLACE_CLEAR = "place_clear"
    HOURS_ENDED = "hours_ended"
    NO_LONGER_WATCHED = "no_longer_watched"


PLACE = "place"
"""Evidence of what goes on only because its place is still taken."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """An occupant as an event tells of it.

    ``labels`` are the names it was seen under, the most frequent first; ``named_by`` says
    which evidence made it this scenario's: ``learned:<label>``, ``counted:<label>``,
    ``obstruction:standing``, ``obstruction:attended``, ``obstruction:stirred``,
    ``obstruction:unattended``, or ``place``.
    """

    occupant: int
    box: Box
    labels: tuple[str, ...]
    named_by: str
    score: float
    since_ns: int


@dataclass(frozen=True, slots=True)
class FenceEvent:
    """One step in the life of one violation of one fence.

    ``violation`` names the violation: the media time in nanoseconds at which it opened,
    unique per fence and scenario. ``since_ns`` is when the first occupant came to stand.
    ``seq`` counts the events of this violation from 1. ``occupied_share`` (0-1) and
    ``clear_width_m`` are what its occupants take of the fence now and what they leave, see
    ``Occupancy``; ``None``: not measured.
    """

    kind: EventKind
    reason: Reason
    camera_id: str
    fence_id: str
    scenario_id: str
    violation: int
    seq: int
    media_ns: int
    wall_ns: int
    since_ns: int
    sightings: tuple[Sighting, ...]
    occupied_share: float | None = None
    clear_width_m: float | None = None

    @property
    def event_id(self) -> str:
        """The same for the same event in every run: what makes a duplicate harmless."""
        return f"{self.camera_id}.{self.fence_id}.{self.scenario_id}.{self.violation}.{self.seq}"
