"""Occupants: places inside a fence that stay taken, whoever's eyes say so.

An occupant is found again by where it is, never by a tracker's number: an id switch, a
missed detection or a person who walks past cannot restart its dwell.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from fences.box import Box, around, containment, displacement, intersection_area
from fences.clock import SECOND_NS, running
from fences.company import Company
from fences.observation import Detection, Seeing

STILL = 0.15
"""Displacement, in sizes of the thing, up to which it counts as standing."""

OTHER_LABEL_IOU = 0.5
"""Overlap at which a detection of another label is the same occupant."""

SAME_PLACE = 0.5
"""Share of the smaller one that must be common for an obstruction to be the same place."""

FORMING_NS = 3 * SECOND_NS
"""How long after it was found a thing may yet show itself whole, ..."""

FORMED = 2.0
"""... which then is so many times the area of what was found of it."""

KNOWN_PLACE = 0.8
"""Share of the smaller box in common with where it stood at start, to be known still."""

SCORE_TAU_NS = 2_000_000_000
"""Time constant of the running mean of scores."""


@dataclass(frozen=True, slots=True)
class Move:
    """An occupant away from its reference since ``began_ns``, at ``box`` since ``since_ns``.

    ``away_ns``: for how long since then it was looked for and missed.
    """

    began_ns: int
    box: Box
    since_ns: int
    away_ns: int = 0


class Sight(StrEnum):
    """What the last look told of an occupant."""

    SEEN = "seen"
    COVERED = "covered"  # something is before it, nothing says that it is gone
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class Occupant:
    """A place that is taken. ``_ns`` are moments of media time or spans of it.

    ``reference`` is where it came to stand, at ``since_ns``; it was first seen there at
    ``found_ns``, for still pixels may tell of a time before; ``move`` is set while it is
    elsewhere. All spans are of time looked at, so that gaps are no part of them: ``unseen_ns``
    since it was last seen at all, ``unlearned_ns`` since a learned detector last saw it
    (``None``: never). Since it stands, ``seen_ns`` of seeing it at its reference, ``clear_ns``
    of that with nothing before it, ``label_ns`` of that under each label, and ``away_ns`` of
    missing it there. ``people`` tells of somebody at it, ``movement`` of what moves beside it
    and is nobody that a detector knows.
    ``known``: it already stood there when watching began.
    """

    id: int
    box: Box
    reference: Box
    since_ns: int
    found_ns: int
    move: Move | None
    sight: Sight
    unseen_ns: int
    unlearned_ns: int | None
    score: float
    seen_ns: int
    clear_ns: int
    away_ns: int
    label_ns: tuple[tuple[str, int], ...]
    people: Company
    movement: Company
    known: bool

    @property
    def in_sight(self) -> bool:
        """Whether the last look found it, or found it covered."""
        return self.sight is not Sight.MISSED

    def presence(self, unseen_ns: int) -> float:
        """Share (0-1) of the time since it stands in which it was seen at its place.

        Of the time before it was found, ``unseen_ns`` count.
        """
        watched_ns = self.seen_ns + self.away_ns + unseen_ns
        return self.seen_ns / watched_ns if watched_ns > 0 else 1.0

    def share(self, label: str) -> float:
        """Share of the time seen (0-1) in which it was seen under ``label``."""
        time_ns = dict(self.label_ns).get(label, 0)
        return time_ns / self.seen_ns if self.seen_ns > 0 else 0.0

    def share_with(self, company: Company) -> float:
        """Share of the time seen (0-1) in which somebody was at it."""
        return min(1.0, company.total_ns / self.seen_ns) if self.seen_ns > 0 else 0.0

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels it was seen under, the most frequent first."""
        ranked = sorted(self.label_ns, key=lambda item: (-item[1], item[0]))
        return tuple(label for label, time_ns in ranked if time_ns > 0 or len(ranked) == 1)


def occupant_from(detection: Detection, number: int, media_ns: int, known: bool) -> Occupant:
    """A new occupant for something seen for the first time."""
    since_ns = media_ns if detection.since_ns is None else min(detection.since_ns, media_ns)
    return Occupant(
        id=number,
        box=detection.box,
        reference=detection.box,
        since_ns=since_ns,
        found_ns=media_ns,
        move=None,
        sight=Sight.COVERED if detection.covered else Sight.SEEN,
        unseen_ns=0,
        unlearned_ns=0 if detection.seen_by is Seeing.LEARNED else None,
        score=detection.score,
        seen_ns=0,
        clear_ns=0,
        away_ns=0,
        label_ns=((detection.label, 0),),
        people=Company(),
        movement=Company(),
        known=known,
    )


def missed(occupant: Occupant, dt_ns: int) -> Occupant:
    """The occupant after a look that found nothing at its place."""
    move = occupant.move and replace(occupant.move, away_ns=occupant.move.away_ns + dt_ns)
    return replace(
        occupant,
        move=move,
        sight=Sight.MISSED,
        unseen_ns=occupant.unseen_ns + dt_ns,
        unlearned_ns=_later(occupant.unlearned_ns, dt_ns),
        away_ns=occupant.away_ns + dt_ns,
    )


def _later(span_ns: int | None, dt_ns: int) -> int | None:
    return None if span_ns is None else span_ns + dt_ns


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
    learned = any(seen.seen_by is Seeing.LEARNED for seen in detections)
    covered = all(seen.covered for seen in detections)
    score = max(seen.score for seen in detections)
    unlearned_ns = _later(occupant.unlearned_ns, dt_ns)
    updated = replace(
        occupant,
        sight=Sight.COVERED if covered else Sight.SEEN,
        unseen_ns=0,
        unlearned_ns=0 if learned else unlearned_ns,
        score=occupant.score + running(dt_ns, SCORE_TAU_NS) * (score - occupant.score),
    )
    class_free = unlearned_ns is None or unlearned_ns > patience.grace_ns
    placed = _placed(updated, detections, media_ns, patience, class_free=class_free)
    if placed.move is not None:
        return replace(placed, away_ns=placed.away_ns + dt_ns)
    if placed.away_ns > placed.seen_ns + patience.grace_ns:
        return _standing_since(placed, media_ns)
    held_ns = max(0, min(dt_ns, media_ns - placed.since_ns - placed.seen_ns))
    labels = {seen.label for seen in detections}
    return replace(
        placed,
        seen_ns=placed.seen_ns + held_ns,
        clear_ns=placed.clear_ns + (0 if covered else held_ns),
        label_ns=add_labels(placed.label_ns, labels, held_ns),
    )


def _placed(
    occupant: Occupant,
    detections: Sequence[Detection],
    media_ns: int,
    patience: Patience,
    *,
    class_free: bool,
) -> Occupant:
    """The occupant where it is now: at its reference, on the move, or at a new reference."""
    learned = [seen for seen in detections if seen.seen_by is Seeing.LEARNED]
    if learned:
        box = max(learned, key=lambda seen: (seen.score, seen.box.xyxy)).box
        if class_free:  # edges from another way of seeing may not be compared
            return replace(occupant, box=box, reference=box, move=None)
        return _moved_to(occupant, box, media_ns, patience.move_ns)
    return _grown_to(occupant, detections, media_ns) if class_free else occupant


def _grown_to(occupant: Occupant, detections: Sequence[Detection], media_ns: int) -> Occupant:
    """A pile that grows keeps its place and its time; what is pushed along leaves them.

    So does what has only begun to show: a few still pixels of somebody who slows down.
    """
    box = around([seen.box for seen in detections])
    began_ns = min(media_ns if seen.since_ns is None else seen.since_ns for seen in detections)
    occupant = replace(occupant, box=box, move=None)
    forming = occupant.seen_ns < FORMING_NS and box.area > FORMED * occupant.reference.area
    kept = intersection_area(occupant.reference, box) >= SAME_PLACE * occupant.reference.area
    if kept and not forming:
        return replace(occupant, since_ns=min(occupant.since_ns, began_ns))
    since_ns = max(occupant.since_ns, min(began_ns, media_ns))
    seen_ns = media_ns - since_ns  # its pixels were there, whichever blob they were part of
    return replace(
        _standing_since(replace(occupant, reference=box), since_ns),
        seen_ns=seen_ns,
        clear_ns=min(occupant.clear_ns, seen_ns),
        label_ns=add_labels((), {seen.label for seen in detections}, seen_ns),
        people=_as_often(occupant, occupant.people, seen_ns),
        movement=_as_often(occupant, occupant.movement, seen_ns),
    )


def _moved_to(occupant: Occupant, box: Box, media_ns: int, patience_ns: int) -> Occupant:
    """A short absence from the reference is a passer-by in front of it; a long one a move."""
    occupant = replace(occupant, box=box)
    if displacement(occupant.reference, box) <= STILL:
        return replace(occupant, move=None)
    move = occupant.move or Move(media_ns, box, media_ns)
    if displacement(move.box, box) > STILL:
        move = Move(move.began_ns, box, media_ns)
    if media_ns - move.began_ns < patience_ns:
        return replace(occupant, move=move)
    here = containment(occupant.reference, move.box) >= KNOWN_PLACE
    occupant = replace(occupant, reference=move.box, move=None, known=occupant.known and here)
    return replace(_standing_since(occupant, move.since_ns), away_ns=move.away_ns)


def _standing_since(occupant: Occupant, since_ns: int) -> Occupant:
    """The occupant as one that came to stand then: what was gathered before counts no more."""
    return replace(
        occupant,
        since_ns=since_ns,
        found_ns=since_ns,
        seen_ns=0,
        clear_ns=0,
        away_ns=0,
        label_ns=tuple((label, 0) for label, _ in occupant.label_ns),
        people=replace(occupant.people, total_ns=0),
        movement=replace(occupant.movement, total_ns=0),
    )


def _as_often(occupant: Occupant, company: Company, seen_ns: int) -> Company:
    """The same share of another time seen."""
    return replace(company, total_ns=round(occupant.share_with(company) * seen_ns))


def add_labels(
    label_ns: tuple[tuple[str, int], ...], labels: set[str], dt_ns: int
) -> tuple[tuple[str, int], ...]:
    """Times seen by label, with ``dt_ns`` more under each of ``labels``."""
    times = dict(label_ns)
    for label in labels:
        times[label] = times.get(label, 0) + dt_ns
    return tuple(sorted(times.items()))
