"""Builders that the tests of replay share."""

from __future__ import annotations

from alerts.cases import Case, CaseState
from fences.box import Box
from fences.clock import SECOND_NS
from replay.player import ReplayedCase

BOX = Box(0.2, 0.4, 0.4, 0.8)


def replayed(
    opened_s: float,
    *,
    case_id: str = "one",
    fence_id: str = "lane",
    scenario_id: str = "blocked_fire_lane",
    box: Box = BOX,
    cleared_s: float | None = None,
    snapshot: str | None = "cases/one.jpg",
) -> ReplayedCase:
    """A case as a replay has it; its wall clock is that of the clip."""
    opened_ns = round(opened_s * SECOND_NS)
    cleared_ns = None if cleared_s is None else round(cleared_s * SECOND_NS)
    case = Case(
        case_id=case_id,
        camera_id="gate-3",
        fence_id=fence_id,
        scenario_id=scenario_id,
        state=CaseState.DISPATCHED if cleared_ns is None else CaseState.CLOSED,
        version=1,
        violation=opened_ns,
        violation_wall_ns=opened_ns,
        seq=1,
        opened_wall_ns=opened_ns,
        opened_media_ns=opened_ns,
        since_wall_ns=opened_ns,
        since_media_ns=opened_ns,
        updated_wall_ns=opened_ns,
        updated_media_ns=opened_ns,
        box=box,
        labels=("vehicle",),
        named_by="learned:vehicle",
        sightings=1,
        recipients=(),
        cleared_wall_ns=cleared_ns,
        cleared_media_ns=cleared_ns,
    )
    return ReplayedCase(case, box, snapshot)
