"""A fence and its rules, as the step function needs them."""

from __future__ import annotations

from dataclasses import dataclass, field

from fences.clock import SECOND_NS
from fences.geometry import FencePolygon
from fences.ground import GroundScale
from fences.hours import ALWAYS, WeeklyHours
from fences.observation import Seeing
from fences.scenario import Scenario


@dataclass(frozen=True, slots=True)
class Rule:
    """A scenario as one fence applies it. Times in nanoseconds of media time.

    ``dwell_ns``: how long an occupant must stand before a violation opens.
    ``clear_after_ns``: how long the place must be seen free before it clears.
    ``grace_ns``: how long an occupant may go unseen (occlusion, missed detection).
    ``bridge_ns``: the longest gap over which a dwell goes on.
    ``min_area``: share of the frame, 0-1. ``open_score`` is what an occupant's mean score
    must reach to open; a detection under ``keep_score`` does not exist for the rule.
    ``min_count``: how many must be in the fence at once, standing or not, at least 1;
    ``None`` where single things must stand, see ``Scenario``.
    """

    scenario: Scenario
    dwell_ns: int
    clear_after_ns: int
    grace_ns: int
    bridge_ns: int
    min_area: float
    open_score: float
    keep_score: float
    hours: WeeklyHours = ALWAYS
    min_count: int | None = None


@dataclass(frozen=True, slots=True)
class Fence:
    """A polygon of one camera's picture, and what must not happen in it.

    ``max_interval_ns``: observations further apart than this leave a gap between them.
    ``report_known``: whether what already stands there when watching begins is reported.
    ``scale``: the ground in metres, if somebody measured it; it reaches the whole polygon.
    """

    camera_id: str
    id: str
    polygon: FencePolygon
    rules: tuple[Rule, ...]
    see: frozenset[Seeing] = field(default=frozenset(Seeing))
    report_known: bool = False
    max_interval_ns: int = 10 * SECOND_NS
    scale: GroundScale | None = None
