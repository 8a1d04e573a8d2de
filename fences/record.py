"""Step inputs and events as JSON objects, one a line: what a replay reads and writes.

Equal values give equal bytes: keys are sorted, numbers are written so that they read back
exactly.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from fences.box import Box, Point
from fences.event import FenceEvent
from fences.observation import Detection, Gap, Observation, Seeing, StepInput, Tick

_KINDS: dict[type[StepInput], str] = {
    Observation: "observation",
    Gap: "gap",
    Tick: "tick",
}


def encode_input(entry: StepInput) -> str:
    """One line of JSON without its line break."""
    return _line({"kind": _KINDS[type(entry)], **asdict(entry)})


def decode_input(text: str) -> StepInput:
    """The input of a line. Raises ``ValueError`` with what was wrong with it."""
    try:
        data = json.loads(text)
        kind = data.pop("kind")
        if kind == "gap":
            return Gap(int(data["from_ns"]), int(data["to_ns"]), str(data["reason"]))
        if kind == "tick":
            return Tick(int(data["media_ns"]), int(data["wall_ns"]))
        if kind == "observation":
            return _observation(data)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ValueError(f"got a line that is no step input ({error!r})") from error
    raise ValueError(f"got kind {kind!r}, expected observation, gap or tick")


def encode_event(event: FenceEvent) -> str:
    """One line of JSON without its line break."""
    return _line({"event_id": event.event_id, **asdict(event)})


def _line(data: dict[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _observation(data: dict[str, Any]) -> Observation:
    return Observation(
        media_ns=int(data["media_ns"]),
        wall_ns=int(data["wall_ns"]),
        detections=tuple(_detection(item) for item in data["detections"]),
        sees_people=bool(data["sees_people"]),
        blind=tuple(str(fence_id) for fence_id in data["blind"]),
    )


def _detection(item: dict[str, Any]) -> Detection:
    anchor = item["anchor"]
    return Detection(
        label=str(item["label"]),
        score=float(item["score"]),
        box=Box(**{corner: float(item["box"][corner]) for corner in ("x1", "y1", "x2", "y2")}),
        seen_by=Seeing(item["seen_by"]),
        anchor=None if anchor is None else Point(float(anchor[0]), float(anchor[1])),
        fence_id=item["fence_id"],
        since_ns=item["since_ns"],
        activity=float(item["activity"]),
        covered=bool(item["covered"]),
    )
