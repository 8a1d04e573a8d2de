"""Which violations are in a scene, worked out from its script."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import hypot

import numpy as np

from replay.scenes.camera import View
from replay.scenes.motion import Whereabouts, whereabouts
from replay.scenes.paint import extent_px
from replay.scenes.spec import Actor, GroundFence, Model, SceneSpec
from replay.scenes.stalls import LENGTH_M, WIDTH_M
from replay.scenes.vehicles import DIMENSIONS
from replay.scenes.wardrobe import dress

_STEP_S = 0.1
_STILL_M_PER_S = 0.05
_AT_THE_STALL_M = 2.6
_BREAKS = {
    "blocked_fire_lane": {"vehicle", "two_wheeler"},
    "street_vending": {"stall"},
    "construction_waste": {"waste"},
}


@dataclass(frozen=True, slots=True)
class TruthFence:
    """A fence as streams.yaml has it: ``polygon`` in 0-1 of the frame."""

    fence_id: str
    polygon: tuple[tuple[float, float], ...]
    scenario: str
    dwell_s: float
    clear_after_s: float


@dataclass(frozen=True, slots=True)
class TruthEvent:
    """A violation: from when the object stands until the place is free, ``None`` for never."""

    fence_id: str
    scenario: str
    start_s: float
    end_s: float | None
    xyxy: tuple[float, float, float, float]
    """0-1 of the frame, not clipped, in the middle of the event."""


@dataclass(frozen=True, slots=True)
class ClipTruth:
    """What is to be found in one clip."""

    fences: tuple[TruthFence, ...]
    events: tuple[TruthEvent, ...]
    note: str


def clip_truth(spec: SceneSpec) -> ClipTruth:
    """The fences of a scene and every violation of them."""
    view = View(spec.camera, spec.width_px, spec.height_px)
    fences = tuple(
        TruthFence(
            fence.fence_id,
            fence_polygon(fence, view),
            fence.scenario,
            fence.dwell_s,
            fence.clear_after_s,
        )
        for fence in spec.fences
    )
    events = [
        event
        for fence in spec.fences
        for actor in spec.actors
        if actor.label in _BREAKS[fence.scenario]
        for event in _events(spec, view, fence, actor)
    ]
    events.sort(key=lambda event: event.start_s)
    return ClipTruth(fences, tuple(events), spec.note)


def fence_polygon(fence: GroundFence, view: View) -> tuple[tuple[float, float], ...]:
    """The ground rectangle as the camera sees it, 0-1 of the frame, cut at its edge."""
    corners = np.array(
        [
            [fence.left_m, fence.near_m, 0],
            [fence.left_m, fence.far_m, 0],
            [fence.right_m, fence.far_m, 0],
            [fence.right_m, fence.near_m, 0],
        ],
        np.float64,
    )
    pixels = view.project(corners)[0] / [view.width_px, view.height_px]
    return tuple((round(float(x), 4), round(float(y), 4)) for x, y in np.clip(pixels, 0, 1))


def _events(spec: SceneSpec, view: View, fence: GroundFence, actor: Actor) -> list[TruthEvent]:
    """The stretches during which the actor stands in the fence for at least its dwell."""
    found: list[TruthEvent] = []
    start_s: float | None = None
    stood_s = 0.0
    for step in range(round(spec.duration_s / _STEP_S) + 1):
        at_s = step * _STEP_S
        where = _presence(actor, at_s)
        if start_s is None:
            if where is not None and _stands_in(spec, fence, actor, where, at_s):
                start_s, stood_s = at_s, 0.0
        elif where is not None and _touches(fence, actor, where):
            stood_s += _STEP_S * (where.speed_m_per_s < _STILL_M_PER_S)
        else:
            if stood_s >= fence.dwell_s:
                found.append(_event(spec, view, fence, actor, (start_s, at_s)))
            start_s = None
    if start_s is not None and stood_s >= fence.dwell_s:
        found.append(_event(spec, view, fence, actor, (start_s, None)))
    return found


def _presence(actor: Actor, at_s: float) -> Whereabouts | None:
    """Where the actor is, if there is anything of it: a pile may have no pieces yet."""
    if actor.model is Model.WASTE and dress(actor, at_s) is None:
        return None
    return whereabouts(actor, at_s)


def _stands_in(
    spec: SceneSpec, fence: GroundFence, actor: Actor, where: Whereabouts, at_s: float
) -> bool:
    inside = fence.left_m <= where.x_m <= fence.right_m and fence.near_m <= where.y_m <= fence.far_m
    if not inside or where.speed_m_per_s >= _STILL_M_PER_S:
        return False
    return actor.model is not Model.STALL or _has_people(spec, where, at_s)


def _has_people(spec: SceneSpec, stall: Whereabouts, at_s: float) -> bool:
    for actor in spec.actors:
        if actor.model is Model.PERSON:
            person = whereabouts(actor, at_s)
            if person and hypot(person.x_m - stall.x_m, person.y_m - stall.y_m) < _AT_THE_STALL_M:
                return True
    return False


def _touches(fence: GroundFence, actor: Actor, where: Whereabouts) -> bool:
    """Whether any of nine points of the actor's footprint is in the fence."""
    long_m, wide_m = _half_footprint_m(actor.model)
    ahead = np.array([np.cos(where.heading_rad), np.sin(where.heading_rad)])
    left = np.array([-ahead[1], ahead[0]])
    for a in (-1, 0, 1):
        for b in (-1, 0, 1):
            x, y = np.array([where.x_m, where.y_m]) + a * long_m * ahead + b * wide_m * left
            if fence.left_m <= x <= fence.right_m and fence.near_m <= y <= fence.far_m:
                return True
    return False


def _half_footprint_m(model: Model) -> tuple[float, float]:
    if model in DIMENSIONS:
        return DIMENSIONS[model].half_length_m, DIMENSIONS[model].half_width_m
    if model is Model.STALL:
        return LENGTH_M / 2, WIDTH_M / 2
    return (1.1, 0.8) if model is Model.WASTE else (0.85, 0.3)


def _event(
    spec: SceneSpec,
    view: View,
    fence: GroundFence,
    actor: Actor,
    span_s: tuple[float, float | None],
) -> TruthEvent:
    start_s, end_s = span_s
    last_s = spec.duration_s if end_s is None else end_s
    dressed = dress(actor, (start_s + last_s) / 2)
    if dressed is None:
        raise ValueError(f"got no {actor.actor_id} amid {start_s}-{last_s} s, expected it there")
    x0, y0, x1, y1 = extent_px(dressed.shape, dressed.pose, view)
    width, height = view.width_px, view.height_px
    box = (round(x0 / width, 4), round(y0 / height, 4), round(x1 / width, 4), round(y1 / height, 4))
    return TruthEvent(
        fence.fence_id,
        fence.scenario,
        round(start_s, 1),
        None if end_s is None else round(end_s, 1),
        box,
    )


def truth_document(clips: Mapping[str, ClipTruth]) -> dict[str, object]:
    """The clips' truth in the form of a truth.json, ready for ``json.dumps``."""
    return {
        "about": "Per clip: the fences to watch it with and every violation in it. start_s is "
        "when the object comes to stand, end_s when the place is free again, null: still there "
        "at the end. box: 0-1 xyxy. A clip without events is a negative. Exact: from the script.",
        "clips": {name: _clip(truth) for name, truth in clips.items()},
    }


def _clip(truth: ClipTruth) -> dict[str, object]:
    return {
        "fences": [
            {
                "id": fence.fence_id,
                "polygon": [list(point) for point in fence.polygon],
                "scenarios": {
                    fence.scenario: {"dwell_s": fence.dwell_s, "clear_after_s": fence.clear_after_s}
                },
            }
            for fence in truth.fences
        ],
        "events": [
            {
                "fence": event.fence_id,
                "scenario": event.scenario,
                "start_s": event.start_s,
                "end_s": event.end_s,
                "box": list(event.xyxy),
            }
            for event in truth.events
        ],
        "note": truth.note,
    }
