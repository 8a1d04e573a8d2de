"""What really happens in a clip: the answers that a replay is scored against."""

from __future__ import annotations

from dataclasses import dataclass

from fences.box import Box


@dataclass(frozen=True, slots=True)
class TruthEvent:
    """A violation. Times in seconds of the clip.

    ``start_s``: the object comes to stand (not: the case opens). ``end_s``: the place is
    free again; ``None``: still taken at the end of the clip.
    """

    fence: str
    scenario: str
    start_s: float
    end_s: float | None
    box: Box


@dataclass(frozen=True, slots=True)
class ClipTruth:
    """A clip by its file name; without events, no case may open on it."""

    name: str
    events: tuple[TruthEvent, ...]
    note: str = ""
