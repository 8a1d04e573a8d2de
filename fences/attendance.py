"""Who is at a thing: what tells a stall from a pile."""

from __future__ import annotations

from dataclasses import replace

from fences.box import Box, containment, iou
from fences.clock import running
from fences.observation import Label, Observation, Seeing
from fences.occupant import OTHER_LABEL_IOU, SAME_PLACE, Occupant, add_labels


def with_people(occupant: Occupant, observation: Observation, dt_ns: int, tau_ns: int) -> Occupant:
    """The occupant after looking at who is at it, or is it."""
    people = [seen.box for seen in observation.detections if seen.label == Label.PERSON]
    present = (
        float(any(_is_at(person, occupant.box) for person in people))
        if observation.sees_people
        else _activity_at(occupant, observation)
    )
    held_ns = _held_ns(occupant, dt_ns)
    if any(iou(person, occupant.box) > OTHER_LABEL_IOU for person in people):
        label_ns = add_labels(occupant.label_ns, {Label.PERSON}, held_ns)
        occupant = replace(occupant, label_ns=label_ns)
    return replace(
        occupant,
        attended=occupant.attended + running(dt_ns, tau_ns) * (present - occupant.attended),
        attended_ns=occupant.attended_ns + round(held_ns * present),
    )


def _held_ns(occupant: Occupant, dt_ns: int) -> int:
    """What of the last look has counted as seeing the occupant at its place."""
    return min(dt_ns, occupant.seen_ns) if occupant.in_sight and occupant.move is None else 0


def _is_at(person: Box, thing: Box) -> bool:
    """Whether a person stands at a thing: feet within an arm's length, a third of the body."""
    reach = person.height / 3
    foot = person.foot
    beside = thing.x1 - reach <= foot.x <= thing.x2 + reach
    return beside and thing.y1 - reach <= foot.y <= thing.y2 + reach


def _activity_at(occupant: Occupant, observation: Observation) -> float:
    near = [
        seen.activity
        for seen in observation.detections
        if seen.seen_by is Seeing.OBSTRUCTION and containment(seen.box, occupant.box) >= SAME_PLACE
    ]
    return max(near, default=0.0)
