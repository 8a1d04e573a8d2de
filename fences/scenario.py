"""What a scenario is: which things count, how they are named, and its defaults.

The scenarios themselves are data, in ``fences/catalogue``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from fences.observation import Label


class Attendance(StrEnum):
    """Which class-free obstructions a scenario takes for its own."""

    ANY = "any"
    ATTENDED = "attended"
    UNATTENDED = "unattended"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Category:
    """A shelf of the catalogue, as city management sorts its cases."""

    id: str
    name_zh: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Scenario:
    """One kind of violation.

    ``category`` is the id of one. ``means_zh`` and ``means_en`` tell in a sentence what stands
    or happens there. ``labels`` count by themselves; ``obstruction`` says which class-free
    obstructions do; ``never`` are labels that rule an occupant out, however it was seen
    otherwise. Default times are in seconds, ``min_area`` is a share of the frame, 0-1.

    With ``min_count`` the scenario is about how many there are, not about what stands: that
    many of ``labels`` must be in the fence at once, at least 1, and may move about in it;
    ``min_area`` is then the size of each, and ``obstruction`` and ``never`` say nothing.
    """

    id: str
    name_zh: str
    name_en: str
    category: str
    means_zh: str
    means_en: str
    labels: frozenset[Label]
    obstruction: Attendance
    never: frozenset[Label]
    dwell_s: float
    clear_after_s: float
    min_area: float = 0.0005
    min_count: int | None = None
