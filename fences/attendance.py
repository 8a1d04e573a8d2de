"""Who is at a thing: what tells a stall from a pile."""

from __future__ import annotations

from dataclasses import replace

from fences.box import Box, containment, iou
from fences.layout import arm
from fences.observation import Label, Observation
from fences.occupant import OTHER_LABEL_IOU, SAME_PLACE, Occupant, add_labels


def with_company(occupant: Occupant, observation: Observation, dt_ns: int, tau_ns: int) -> Occupant:
    """The occupant after looking at who is at it, or is it.

    Where a detector knows persons, movement tells of those only that it does not see.
    """
    people = observation.layout.people_near(occupant.box)
    held_ns = _held_ns(occupant, dt_ns)
    activity = _activity_at(occupant, observation)
    if observation.sees_people:
        seen = float(any(_is_at(person, occupant.box) for person in people))
        unseen = (1.0 - seen) * activity
    else:
        seen, unseen = activity, 0.0
    if any(iou(person, occupant.box) > OTHER_LABEL_IOU for person in people):
        label_ns = add_labels(occupant.label_ns, {Label.PERSON}, held_ns)
        occupant = replace(occupant, label_ns=label_ns)
    return replace(
        occupant,
        people=occupant.people.after(seen, dt_ns, held_ns, tau_ns),
        movement=occupant.movement.after(unseen, dt_ns, held_ns, tau_ns),
    )


def _held_ns(occupant: Occupant, dt_ns: int) -> int:
    """What of the last look has counted as seeing the occupant at its place."""
    return min(dt_ns, occupant.seen_ns) if occupant.in_sight and occupant.move is None else 0


def _is_at(person: Box, thing: Box) -> bool:
    """Whether a person stands at a thing: feet within an arm's length."""
    reach = arm(person)
    foot = person.foot
    beside = thing.x1 - reach <= foot.x <= thing.x2 + reach
    return beside and thing.y1 - reach <= foot.y <= thing.y2 + reach


def _activity_at(occupant: Occupant, observation: Observation) -> float:
    near = [
        seen.activity
        for seen in observation.layout.obstructions
        if containment(seen.box, occupant.box) >= SAME_PLACE
    ]
    return max(near, default=0.0)
