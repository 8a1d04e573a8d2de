"""A case at its worst: how it was then, and the pictures that show it. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from alerts.files import EvidenceFile
from fences.event import FenceEvent

RAW = ".raw.jpg"
"""How the names of untouched pictures end."""

_SHARE = 0.01
"""Of the fence; less than that is no difference."""

_WIDTH_M = 0.1


@dataclass(frozen=True, slots=True)
class Peak:
    """The worst moment of a case, of those that there is a picture of.

    The measures are as those of the case. ``files`` are its pictures, the annotated one first;
    none: they were taken away. ``is_opening``: they are those of an opening, which stay.
    """

    wall_ns: int
    sightings: int
    occupied_share: float | None
    clear_width_m: float | None
    files: tuple[EvidenceFile, ...]
    is_opening: bool

    @property
    def picture(self) -> str | None:
        """The annotated picture, relative to the evidence folder."""
        return next((file.path for file in self.files if not file.path.endswith(RAW)), None)


def peak_of(event: FenceEvent, files: tuple[EvidenceFile, ...], *, is_opening: bool) -> Peak:
    """The moment of this event as the worst one."""
    taken, clear = event.occupied_share, event.clear_width_m
    share = None if taken is None else float(taken)
    width_m = None if clear is None else float(clear)
    return Peak(event.wall_ns, len(event.sightings), share, width_m, files, is_opening)


def is_worse(event: FenceEvent, peak: Peak | None) -> bool:
    """Whether more is taken than at the worst so far.

    Where that is the same or not measured, whether less is left to pass; where that is too,
    whether there are more things.
    """
    if peak is None:
        return True
    was, now = peak.occupied_share, event.occupied_share
    if was is not None and now is not None and abs(now - was) >= _SHARE:
        return now > was
    was, now = peak.clear_width_m, event.clear_width_m
    if was is not None and now is not None and abs(now - was) >= _WIDTH_M:
        return now < was
    return len(event.sightings) > peak.sightings
