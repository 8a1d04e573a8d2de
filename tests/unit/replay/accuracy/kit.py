"""Builders that the tests of the accuracy harness share."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from fences.box import Box
from fences.catalogue import CATALOGUE
from fences.clock import SECOND_NS
from fences.event import EventKind, FenceEvent, Reason, Sighting
from fences.fence import Fence, Rule
from fences.geometry import parse_polygon
from replay.accuracy.clip import Clip
from replay.accuracy.result import ClipResult, Mistake, Showing
from replay.truth import TruthEvent

LEFT_HALF = ((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0))
BOX = Box(0.1, 0.4, 0.3, 0.8)


def fence(*, dwell_s: float = 5.0, clear_after_s: float = 3.0, grace_s: float = 2.5) -> Fence:
    """The left half of the picture, watched for piles."""
    rule = Rule(
        scenario=CATALOGUE["construction_waste"],
        dwell_ns=round(dwell_s * SECOND_NS),
        clear_after_ns=round(clear_after_s * SECOND_NS),
        grace_ns=round(grace_s * SECOND_NS),
        bridge_ns=2 * SECOND_NS,
        min_area=0.001,
        open_score=0.35,
        keep_score=0.25,
    )
    return Fence("cam", "corner", parse_polygon(LEFT_HALF), (rule,))


def truth(start_s: float, end_s: float | None = None, box: Box = BOX) -> TruthEvent:
    return TruthEvent("corner", "construction_waste", start_s, end_s, box)


def opened(at_s: float, box: Box = BOX) -> FenceEvent:
    at_ns = round(at_s * SECOND_NS)
    return FenceEvent(
        kind=EventKind.OPENED,
        reason=Reason.DWELL_REACHED,
        camera_id="cam",
        fence_id="corner",
        scenario_id="construction_waste",
        violation=at_ns,
        seq=1,
        media_ns=at_ns,
        wall_ns=at_ns,
        since_ns=at_ns,
        sightings=(Sighting(1, box, ("waste",), "learned:waste", 0.9, at_ns),),
    )


def cleared(at_s: float, since: FenceEvent) -> FenceEvent:
    """The end of what ``since`` has opened."""
    at_ns = round(at_s * SECOND_NS)
    kind, reason = EventKind.CLEARED, Reason.PLACE_CLEAR
    return replace(since, kind=kind, reason=reason, seq=2, media_ns=at_ns, wall_ns=at_ns)


def clip(name: str, path: Path, *events: TruthEvent, condition: str = "real") -> Clip:
    return Clip(name, condition, (fence(),), events, path, SECOND_NS // 5)


def showing(contender: str = "both", **figures: object) -> Showing:
    """Found one of one, unless the figures say otherwise."""
    values: dict[str, object] = {
        "tp": 1,
        "fp": 0,
        "fn": 0,
        "again": 0,
        "early": 0,
        "delays_s": (0.5,),
        "cpu_s": 0.4,
        "mistakes": (),
    }
    return Showing(contender=contender, **{**values, **figures})  # type: ignore[arg-type]


def result(
    *showings: Showing, name: str = "one", condition: str = "day", seconds: float = 40.0
) -> ClipResult:
    events = showings[0].tp + showings[0].fn
    return ClipResult(name, condition, 7, events, seconds, 40, 1.0, showings)


def mistake(kind: str, picture: str | None = None, at_s: float = 9.0) -> Mistake:
    assert kind in {"miss", "false"}
    return Mistake(
        kind=kind,  # type: ignore[arg-type]
        fence="corner",
        scenario="construction_waste",
        at_s=at_s,
        box=BOX.xyxy,
        named_by="" if kind == "miss" else "obstruction:unattended",
        picture=picture,
    )
