"""Where an actor is at a moment: smooth along its waypoints, at rest where they repeat."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import atan2, hypot

import numpy as np

from replay.scenes.arrays import Floats
from replay.scenes.spec import Actor, Stage, Waypoint

_STEP_S = 0.05
_STILL_M_PER_S = 0.04
_SAME_PLACE_M = 0.01


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Place, direction and way so far of an actor at one moment."""

    x_m: float
    y_m: float
    heading_rad: float
    speed_m_per_s: float
    travelled_m: float


def whereabouts(actor: Actor, at_s: float) -> Whereabouts | None:
    """Where the actor is; ``None`` before it comes and after it has gone."""
    first, last = actor.route[0].at_s, actor.route[-1].at_s
    if not actor.always_there and not first <= at_s <= last:
        return None
    if len(actor.route) == 1:
        only = actor.route[0]
        return Whereabouts(only.x_m, only.y_m, actor.facing_rad or 0.0, 0.0, 0.0)
    table = _track(actor.route)
    moment = min(max(at_s, first), last)
    x, y, travelled, heading, speed = (
        float(np.interp(moment, table[:, 0], table[:, column])) for column in range(1, 6)
    )
    still = speed < _STILL_M_PER_S
    if still and actor.facing_rad is not None:
        heading = actor.facing_rad
    return Whereabouts(x, y, heading, speed, travelled)


@lru_cache(maxsize=256)
def _track(route: tuple[Waypoint, ...]) -> Floats:
    """Rows of time, x, y, way so far, heading (unwrapped), speed, every 50 ms."""
    end_s = route[-1].at_s
    if _same_place(route[-2], route[-1]):
        # Who stays for good needs no rows for it: the last one holds.
        end_s = min(end_s, route[-2].at_s + 4 * _STEP_S)
    moments = np.arange(route[0].at_s, end_s + _STEP_S, _STEP_S)
    places = np.array([_between(route, float(moment)) for moment in moments])
    steps = np.diff(places, axis=0, prepend=places[:1])
    lengths = np.hypot(steps[:, 0], steps[:, 1])
    headings = np.zeros(len(moments))
    # While it stands, a thing keeps looking where it went; before it starts, where it will go.
    moving = np.flatnonzero(lengths > _STILL_M_PER_S * _STEP_S)
    if len(moving):
        angles = np.unwrap([atan2(steps[i, 1], steps[i, 0]) for i in moving])
        headings = np.interp(np.arange(len(moments)), moving, angles)
        last_seen = moving[
            np.maximum(np.searchsorted(moving, np.arange(len(moments)), "right") - 1, 0)
        ]
        headings = headings[last_seen]
    return np.column_stack([moments, places, np.cumsum(lengths), headings, lengths / _STEP_S])


def _between(route: tuple[Waypoint, ...], at_s: float) -> tuple[float, float]:
    """Cubic between two waypoints, with the speeds that the neighbours suggest."""
    for index in range(len(route) - 1):
        start, end = route[index], route[index + 1]
        if at_s <= end.at_s:
            break
    length_s = end.at_s - start.at_s
    u = min(max((at_s - start.at_s) / length_s, 0.0), 1.0)
    from_x, from_y = _velocity(route, index)
    to_x, to_y = _velocity(route, index + 1)
    weights = (
        2 * u**3 - 3 * u**2 + 1,
        -2 * u**3 + 3 * u**2,
        (u**3 - 2 * u**2 + u) * length_s,
        (u**3 - u**2) * length_s,
    )
    x = weights[0] * start.x_m + weights[1] * end.x_m + weights[2] * from_x + weights[3] * to_x
    y = weights[0] * start.y_m + weights[1] * end.y_m + weights[2] * from_y + weights[3] * to_y
    return x, y


def _same_place(one: Waypoint, other: Waypoint) -> bool:
    return hypot(one.x_m - other.x_m, one.y_m - other.y_m) < _SAME_PLACE_M


def _velocity(route: tuple[Waypoint, ...], index: int) -> tuple[float, float]:
    """Metres per second at a waypoint: none where the actor stands before or after it."""
    before, here = route[max(index - 1, 0)], route[index]
    after = route[min(index + 1, len(route) - 1)]
    stands_before = index > 0 and _same_place(before, here)
    stands_after = index < len(route) - 1 and _same_place(here, after)
    if stands_before or stands_after or after.at_s == before.at_s:
        return 0.0, 0.0
    span_s = after.at_s - before.at_s
    return (after.x_m - before.x_m) / span_s, (after.y_m - before.y_m) / span_s


def level_at(stages: tuple[Stage, ...], at_s: float, *, ramp_s: float) -> float:
    """How far a stall is set up or a pile has grown, each change taking ``ramp_s``.

    In twelfths, so that the picture of a level can be kept for the next frame.
    """
    level = 0.0
    for stage in stages:
        if at_s < stage.at_s:
            break
        share = 1.0 if ramp_s <= 0 else min((at_s - stage.at_s) / ramp_s, 1.0)
        level += (stage.level - level) * share
    return round(level * 12) / 12


def is_within(spans_s: tuple[tuple[float, float], ...], at_s: float) -> bool:
    """Whether the moment lies in one of the spans."""
    return any(start <= at_s < end for start, end in spans_s)
