"""What a scenario is: which things count, how they are named, and its defaults.

The scenarios themselves are data, in ``fences/catalogue.py``.
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
class Scenario:
    """One kind of violation.

    ``labels`` count by themselves; ``obstruction`` says which class-free obstructions do;
    ``never`` are labels that rule an occupant out, however it was seen otherwise.
    Default times are in seconds, ``min_area`` is a share of the frame, 0-1.
    """

    id: str
    name_zh: str
    name_en: str
    category: str
    labels: frozenset[Label]
    obstruction: Attendance
    never: frozenset[Label]
    dwell_s: float
    clear_after_s: float
    min_area: float
