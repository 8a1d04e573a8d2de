"""Occupants: places inside a fence that stay taken, whoever's eyes say so.

An occupant is found again by where it is, never by a tracker's number: an id switch, a
missed detection or a person who walks past cannot restart its dwell.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from fences.box import Box, containment, displacement, intersection_area, iou
from fences.observation import Detection, Label, Observation, Seeing

STILL = 0.15
"""Displacement, in sizes of the thing, up to which it counts as standing."""

SAME_LABEL_IOU = 0.2
"""Overlap at which a detection of the same label is the same occupant."""

OTHER_LABEL_IOU = 0.5
"""Overlap at which a detection of another label is the same occupant."""

SAME_PLACE = 0.5
"""Share of the smaller one that must be common for an obstruction to be the same place."""

SCORE_TAU_NS = 2_000_000_000
"""Time constant of the running mean of scores."""


@dataclass(frozen=True, slots=True)
class Move:
    """An occupant away from its reference since ``began_ns``, at ``box`` since ``since_ns``."""

    began_ns: int
    box: Box
    since_ns: int


@dataclass(frozen=True, slots=True)
class Occupant:
    """A place that is taken. Times in nanoseconds of media time.

    ``reference`` is where it came to stand, at ``since_ns``; ``move`` is set while it is
    elsewhere. ``seen_ns`` is how long it has been seen since it stands and ``label_ns`` how
    much of that under each label; ``learned_ns`` is when a learned detector last saw it.
    ``attended`` (0-1) is the running share of time with somebody at it, ``attended_ns`` the
    sum since it stands. ``covered``: at the last look it was only not seen to be gone.
    ``known``: it already stood there when watching began.
    """

    id: int
    box: Box
    reference: Box
    since_ns: int
    move: Move | None
    last_seen_ns: int
    learned_ns: int | None
    score: float
    seen_ns: int
    label_ns: tuple[tuple[str, int], ...]
    attended: float
    attended_ns: int
    covered: bool
    known: bool

    def share(self, label: str) -> float:
        """Share of the time seen (0-1) in which it was seen under ``label``."""
        time_ns = dict(self.label_ns).get(label, 0)
        return time_ns / self.seen_ns if self.seen_ns > 0 else float(time_ns > 0)

    def presence(self, media_ns: int) -> float:
        """Share of its standing (0-1) in which it was seen."""
        standing_ns = media_ns - self.since_ns
        return self.seen_ns / standing_ns if standing_ns > 0 else 1.0

    @property
    def attended_share(self) -> float:
        """Share of its standing (0-1) in which somebody was at it."""
        return self.attended_ns / self.seen_ns if self.seen_ns > 0 else 0.0

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels it was seen under, the most frequent first."""
        ranked = sorted(self.label_ns, key=lambda item: (-item[1], item[0]))
        return tuple(label for label, time_ns in ranked if time_ns > 0 or len(ranked) == 1)


def occupant_from(detection: Detection, number: int, media_ns: int, known: bool) -> Occupant:
    """A new occupant for something seen for the first time."""
    learned = detection.seen_by is Seeing.LEARNED
    since_ns = media_ns if detection.since_ns is None else min(detection.since_ns, media_ns)
    return Occupant(
        id=number,
        box=detection.box,
        reference=detection.box,
        since_ns=since_ns,
        move=None,
        last_seen_ns=media_ns,
        learned_ns=media_ns if learned else None,
        score=detection.score,
        seen_ns=0,
        label_ns=((detection.label, 0),),
        attended=0.0,
        attended_ns=0,
        covered=detection.covered,
        known=known,
    )


@dataclass(frozen=True, slots=True)
class Patience:
    """How long, in ns of media time, an occupant may be unseen, or elsewhere, and be the same."""

    grace_ns: int
    move_ns: int


def seen_again(
    occupant: Occupant,
    detections: Sequence[Detection],
    media_ns: int,
    dt_ns: int,
    patience: Patience,
) -> Occupant:
    """The occupant after an observation in which ``detections`` were at its place."""
    learned = [seen for seen in detections if seen.seen_by is Seeing.LEARNED]
    score = max(seen.score for seen in detections)
    covered = all(seen.covered for seen in detections)
    updated = replace(
        occupant,
        covered=covered,
        last_seen_ns=media_ns,
        learned_ns=media_ns if learned else occupant.learned_ns,
        score=occupant.score + running(dt_ns, SCORE_TAU_NS) * (score - occupant.score),
        seen_ns=occupant.seen_ns + dt_ns,
        label_ns=_add_labels(occupant.label_ns, {seen.label for seen in detections}, dt_ns),
    )
    class_free = occupant.learned_ns is None or media_ns - occupant.learned_ns > patience.grace_ns
    if learned:
        box = max(learned, key=lambda seen: (seen.score, seen.box.xyxy)).box
        if class_free:  # edges from another way of seeing may not be compared
            return replace(updated, box=box, reference=box, move=None)
        return _moved_to(updated, box, media_ns, patience.move_ns)
    if class_free:
        return _grown_to(updated, detections, media_ns)
    return updated


def _grown_to(occupant: Occupant, detections: Sequence[Detection], media_ns: int) -> Occupant:
    """A pile that grows keeps its place and its time; what is pushed along leaves them."""
    box = around([seen.box for seen in detections])
    began_ns = min(media_ns if seen.since_ns is None else seen.since_ns for seen in detections)
    if intersection_area(occupant.reference, box) >= SAME_PLACE * occupant.reference.area:
        since_ns = min(occupant.since_ns, began_ns)
        return replace(occupant, box=box, move=None, since_ns=since_ns)
    since_ns = max(occupant.since_ns, began_ns)
    seen_ns = media_ns - since_ns  # its pixels were there, whichever blob they were part of
    return replace(
        _settled_at(occupant, box, box, since_ns),
        seen_ns=seen_ns,
        label_ns=_add_labels((), {seen.label for seen in detections}, seen_ns),
        attended_ns=round(occupant.attended_share * seen_ns),
    )


def _moved_to(occupant: Occupant, box: Box, media_ns: int, patience_ns: int) -> Occupant:
    """A short absence from the reference is a passer-by in front of it; a long one a move."""
    occupant = replace(occupant, box=box)
    if displacement(occupant.reference, box) <= STILL:
        return replace(occupant, move=None)
    move = occupant.move or Move(media_ns, box, media_ns)
    if displacement(move.box, box) > STILL:
        move = replace(move, box=box, since_ns=media_ns)
    if media_ns - move.began_ns < patience_ns:
        return replace(occupant, move=move)
    return _settled_at(occupant, move.box, box, move.since_ns)


def _settled_at(occupant: Occupant, reference: Box, box: Box, since_ns: int) -> Occupant:
    """The occupant at a new place: what was gathered at the old one counts no more."""
    return replace(
        occupant,
        box=box,
        reference=reference,
        since_ns=since_ns,
        move=None,
        seen_ns=0,
        label_ns=tuple((label, 0) for label, _ in occupant.label_ns),
        attended_ns=0,
    )


def with_people(occupant: Occupant, observation: Observation, dt_ns: int, tau_ns: int) -> Occupant:
    """The occupant after looking at who is at it, or is it."""
    people = [seen.box for seen in observation.detections if seen.label == Label.PERSON]
    present = (
        float(any(_is_at(person, occupant.box) for person in people))
        if observation.sees_people
        else _activity_at(occupant, observation)
    )
    standing_ns = dt_ns if occupant.last_seen_ns == observation.media_ns else 0
    if any(iou(person, occupant.box) > OTHER_LABEL_IOU for person in people):
        occupant = replace(
            occupant, label_ns=_add_labels(occupant.label_ns, {Label.PERSON}, standing_ns)
        )
    return replace(
        occupant,
        attended=occupant.attended + running(dt_ns, tau_ns) * (present - occupant.attended),
        attended_ns=occupant.attended_ns + round(standing_ns * present),
    )


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


def matches(occupant: Occupant, detection: Detection) -> float:
    """How well a detection fits an occupant's place; 0 where it is another place."""
    if detection.seen_by is Seeing.OBSTRUCTION:
        share = containment(occupant.box, detection.box)
        return share if share >= SAME_PLACE else 0.0
    overlap = iou(occupant.box, detection.box)
    if occupant.learned_ns is None:
        share = containment(occupant.box, detection.box)
        return max(share, overlap) if share >= SAME_PLACE else 0.0
    same_label = any(label == detection.label for label, _ in occupant.label_ns)
    return overlap if overlap >= (SAME_LABEL_IOU if same_label else OTHER_LABEL_IOU) else 0.0


def running(dt_ns: int, tau_ns: int) -> float:
    """Weight of the newest value in a running mean over media time, whatever the rate."""
    return 1.0 - math.exp(-dt_ns / tau_ns) if tau_ns > 0 else 1.0


def around(boxes: Sequence[Box]) -> Box:
    """The smallest box around all of them."""
    return Box(
        min(box.x1 for box in boxes),
        min(box.y1 for box in boxes),
        max(box.x2 for box in boxes),
        max(box.y2 for box in boxes),
    )


def _add_labels(
    label_ns: tuple[tuple[str, int], ...], labels: set[str], dt_ns: int
) -> tuple[tuple[str, int], ...]:
    times = dict(label_ns)
    for label in labels:
        times[label] = times.get(label, 0) + dt_ns
    return tuple(sorted(times.items()))
