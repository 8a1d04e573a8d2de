"""4. Fences: what one observation costs at 1 to 1,000 fences with 1 to 300 boxes.

Ours is ``fences.step.step`` for every fence: who stands how long, what covers what, who may
open a case. The peers answer one part of that, whether boxes lie inside: supervision's
``PolygonZone.trigger`` per zone, and Frigate's published way, a contour test of each object's
foot against each zone (written anew here, with OpenCV). The boxes move a little from picture
to picture, as a detector's do. Times are milliseconds of one core per observation, all fences
together.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from time import thread_time_ns
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.peers.run import run_peer
from benchmarks.setting import Result, Setting
from fences.box import Box
from fences.catalogue import CATALOGUE
from fences.clock import SECOND_NS
from fences.fence import Fence, Rule
from fences.geometry import parse_polygon
from fences.observation import Detection, Label, Observation
from fences.state import FenceState
from fences.step import step

FENCES, BOXES = (1, 10, 100, 1000), (1, 10, 100, 300)
_LABELS = (Label.PERSON, Label.VEHICLE, Label.TWO_WHEELER)
_WALL_NS = 1_790_000_000 * SECOND_NS
_WIDE, _HIGH = 1920, 1080
_LOOKS = 8
"""Observations that a run goes through in turn."""

Boxes = NDArray[np.float64]


def measure(setting: Setting) -> Result:
    """Everything that ``fences.json`` holds: one case for each number of fences and boxes."""
    counts = [(1, 10), (10, 10)] if setting.quick else [(f, b) for f in FENCES for b in BOXES]
    seconds = 0.2 if setting.quick else setting.window_s or 1.0
    rng = np.random.default_rng(5)
    worlds = [(_polygons(fences, rng), _boxes(boxes, rng)) for fences, boxes in counts]
    theirs, absent = _supervision(worlds, seconds, setting)
    cases: list[dict[str, Any]] = [
        {
            "fences": len(polygons),
            "boxes": len(boxes[0]),
            "step_ms": round(_ours(polygons, boxes, seconds), 4),
            "contour_ms": round(_contours(polygons, boxes, seconds), 4),
            "supervision_ms": their_ms,
        }
        for (polygons, boxes), their_ms in zip(worlds, theirs, strict=True)
    ]
    return {"peer_absent": absent, "cases": cases}


def _polygons(count: int, rng: np.random.Generator) -> list[Boxes]:
    """Hexagons of a tenth of the picture's width, anywhere in it; [6, 2] in 0-1."""
    angles = np.arange(6) * np.pi / 3
    shape = np.stack([np.cos(angles), np.sin(angles)], axis=1) * (0.05, 0.09)
    centres = rng.uniform((0.1, 0.1), (0.9, 0.9), (count, 2))
    return [centre + shape for centre in centres]


def _boxes(count: int, rng: np.random.Generator) -> list[Boxes]:
    """The same things in so many pictures, a little shaken: [count, 4] xyxy in 0-1 each."""
    corners = rng.uniform((0.0, 0.0), (0.9, 0.9), (count, 2))
    sizes = rng.uniform((0.02, 0.03), (0.1, 0.15), (count, 2))
    boxes = np.concatenate([corners, corners + sizes], axis=1)
    return [boxes + rng.normal(0, 0.001, (count, 1)) for _ in range(_LOOKS)]


def _ours(polygons: Sequence[Boxes], boxes: Sequence[Boxes], seconds: float) -> float:
    fences = [_fence(number, polygon) for number, polygon in enumerate(polygons)]
    states = [FenceState() for _ in fences]
    looks = [_detections(one) for one in boxes]
    observed, spent_ns, limit_ns = 0, 0, round(seconds * SECOND_NS)
    while spent_ns < limit_ns or observed < 2:
        media_ns = observed * 2 * SECOND_NS
        seen = Observation(media_ns, _WALL_NS + media_ns, looks[observed % _LOOKS], True)
        begin_ns = thread_time_ns()
        states = [step(fence, state, seen)[0] for fence, state in zip(fences, states, strict=True)]
        spent_ns += thread_time_ns() - begin_ns
        observed += 1
    return spent_ns / observed / 1e6


def _fence(number: int, polygon: Boxes) -> Fence:
    scenario = CATALOGUE["blocked_fire_lane"]
    rule = Rule(
        scenario=scenario,
        dwell_ns=60 * SECOND_NS,
        clear_after_ns=30 * SECOND_NS,
        grace_ns=5 * SECOND_NS,
        bridge_ns=60 * SECOND_NS,
        min_area=0.0005,
        open_score=0.35,
        keep_score=0.25,
        min_count=scenario.min_count,
    )
    points = tuple((float(x), float(y)) for x, y in polygon)
    return Fence("one", f"f{number}", parse_polygon(points), (rule,))


def _detections(boxes: Boxes) -> tuple[Detection, ...]:
    return tuple(
        Detection(_LABELS[number % len(_LABELS)], 0.8, Box(*(float(v) for v in box)))
        for number, box in enumerate(boxes)
    )


def _contours(polygons: Sequence[Boxes], boxes: Sequence[Boxes], seconds: float) -> float:
    """Whether each object's foot is in each zone, object by object."""
    zones = [_pixels(polygon) for polygon in polygons]
    looks = [[((x1 + x2) / 2 * _WIDE, y2 * _HIGH) for x1, _, x2, y2 in one] for one in boxes]
    observed, inside, begin_ns = 0, 0, thread_time_ns()
    while (spent_ns := thread_time_ns() - begin_ns) < seconds * SECOND_NS or not observed:
        for foot in looks[observed % _LOOKS]:
            for zone in zones:
                inside += cv2.pointPolygonTest(zone, foot, False) >= 0
        observed += 1
    return spent_ns / observed / 1e6


def _pixels(polygon: Boxes) -> NDArray[np.int32]:
    return np.round(polygon * (_WIDE, _HIGH)).astype(np.int32)


def _supervision(
    worlds: Sequence[tuple[list[Boxes], list[Boxes]]], seconds: float, setting: Setting
) -> tuple[list[float | None], str | None]:
    scale = (_WIDE, _HIGH, _WIDE, _HIGH)
    jobs = [
        {
            "polygons": [_pixels(polygon).tolist() for polygon in polygons],
            "boxes": (boxes[0] * scale).tolist(),
            "seconds": seconds,
        }
        for polygons, boxes in worlds
    ]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "jobs.json"
        path.write_text(json.dumps(jobs), encoding="utf-8")
        said = run_peer(setting, "zones", path)
    if "absent" in said:
        return [None] * len(jobs), said["absent"]
    return [round(ms, 4) for ms in said["ms"]], None
