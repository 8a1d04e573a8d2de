"""What an actor looks like at a moment: its shape, where it stands, what it lights up."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from math import pi

from replay.scenes import people
from replay.scenes.arrays import Point
from replay.scenes.cycles import cycle
from replay.scenes.motion import Whereabouts, is_within, level_at, whereabouts
from replay.scenes.shapes import Pose, Shape
from replay.scenes.spec import Actor, Model
from replay.scenes.stalls import stall
from replay.scenes.vehicles import DIMENSIONS, vehicle
from replay.scenes.waste import waste_pile

_STRIDE_M = 1.45
"""Two steps."""

_MOVING_M_PER_S = 0.15


@dataclass(frozen=True, slots=True, eq=False)
class Dressed:
    """An actor ready to be painted. Equal ``look`` means the same picture."""

    shape: Shape
    pose: Pose
    look: Hashable
    headlamps_m: tuple[Point, ...] = ()
    """In the world, when they are lit and look ahead."""


def dress(actor: Actor, at_s: float) -> Dressed | None:
    """The actor at a moment; ``None`` when it is not there."""
    where = whereabouts(actor, at_s)
    if where is None:
        return None
    pose = Pose(where.x_m, where.y_m, heading_rad=where.heading_rad)
    if actor.model in DIMENSIONS:
        return _vehicle(actor, pose)
    if actor.model is Model.PERSON:
        return _person(actor, where, pose, at_s)
    if actor.model in {Model.BICYCLE, Model.E_BIKE}:
        return _cycle(actor, where, pose)
    if actor.model is Model.STALL:
        level = level_at(actor.stages, at_s, ramp_s=1.5)
        return Dressed(stall(actor.look_seed, level), pose, (actor.actor_id, pose, level))
    level = level_at(actor.stages, at_s, ramp_s=0.0)
    pile = waste_pile(actor.look_seed, level)
    return None if pile is None else Dressed(pile, pose, (actor.actor_id, pose, level))


def _vehicle(actor: Actor, pose: Pose) -> Dressed:
    size = DIMENSIONS[actor.model]
    lamps = pose.place_all(
        [
            (size.half_length_m, side * (size.half_width_m - 0.25), size.belt_m - 0.3)
            for side in (-1, 1)
        ]
    )
    if actor.always_there:
        lamps = ()
    return Dressed(vehicle(actor.model, actor.look_seed), pose, (actor.actor_id, pose), lamps)


def _cycle(actor: Actor, where: Whereabouts, pose: Pose) -> Dressed:
    phase = where.travelled_m / 4.5 * 2 * pi
    ridden = not actor.always_there
    shape = cycle(actor.model, actor.look_seed, phase, ridden=ridden)
    lamps = pose.place_all([(0.6, 0.0, 0.88)]) if ridden and actor.model is Model.E_BIKE else ()
    return Dressed(shape, pose, (actor.actor_id, pose), lamps)


def _person(actor: Actor, where: Whereabouts, pose: Pose, at_s: float) -> Dressed:
    phase = where.travelled_m / _STRIDE_M * 2 * pi
    if is_within(actor.carries_s, at_s):
        posture = people.carrying(phase)
    elif is_within(actor.pushes_s, at_s):
        posture = people.pushing(phase)
    elif where.speed_m_per_s > _MOVING_M_PER_S:
        posture = people.walking(phase)
    elif actor.carries_s:
        posture = people.bending(at_s)
    else:
        posture = people.standing(at_s, temper=float(actor.look_seed % 7))
    return Dressed(
        people.person(posture, people.clothes(actor.look_seed)),
        pose,
        (actor.actor_id, pose, posture),
    )
