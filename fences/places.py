"""Which places of a fence are taken: detections join occupants, occupants come and go."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from fences.attendance import with_company
from fences.box import containment, iou
from fences.clock import SECOND_NS
from fences.fence import Fence
from fences.observation import EVERYWHERE, Detection, Label, Observation, Seeing
from fences.occupant import (
    OTHER_LABEL_IOU,
    SAME_PLACE,
    Occupant,
    Patience,
    missed,
    occupant_from,
    seen_again,
)

DUPLICATE = 0.8
"""Share of the smaller one that is common when two boxes show one thing."""

_SAME_LABEL_IOU = 0.2
"""Overlap at which a detection of the same label is the same occupant."""

_MAX_ATTENDANCE_TAU_NS = 30 * SECOND_NS


def counted(fence: Fence, observation: Observation) -> list[Detection]:
    """The detections that may be things standing in the fence: all present but persons.

    A label that no rule about single things knows leaves the thing to obstruction.
    """
    keep_score = min(rule.keep_score for rule in fence.rules)
    single = [rule.scenario for rule in fence.rules if rule.min_count is None]
    asked = EVERYWHERE.union(*(scenario.labels | scenario.never for scenario in single))
    return [
        seen
        for seen in present(fence, observation, keep_score)
        if seen.label in asked and seen.label != Label.PERSON
    ]


def present(fence: Fence, observation: Observation, keep_score: float) -> list[Detection]:
    """The detections in the fence: seen its way, good enough, anchored inside, each once.

    Learned ones first, better ones first, in an order that does not depend on the
    detector's.
    """
    inside = [
        seen
        for seen in observation.layout.around(fence.polygon.bounds)
        if seen.seen_by in fence.see
        and seen.fence_id in (None, fence.id)
        and seen.score >= keep_score
        and fence.polygon.covers(seen.ground)
    ]
    inside.sort(key=_rank)
    return _without_duplicates(inside)


def _rank(seen: Detection) -> tuple[object, ...]:
    """Every field that makes a difference is in it: equal ranks are equal detections."""
    return (
        seen.seen_by != Seeing.LEARNED,
        -seen.score,
        seen.box.xyxy,
        seen.label,
        seen.covered,
        seen.activity,
        -1 if seen.since_ns is None else seen.since_ns,
    )


def _without_duplicates(detections: Sequence[Detection]) -> list[Detection]:
    kept: list[Detection] = []
    for seen in detections:
        if not any(_same_thing(seen, other) for other in kept):
            kept.append(seen)
    return kept


def _same_thing(a: Detection, b: Detection) -> bool:
    return a.seen_by is b.seen_by and a.label == b.label and containment(a.box, b.box) >= DUPLICATE


def observe(
    fence: Fence,
    occupants: tuple[Occupant, ...],
    observation: Observation,
    dt_ns: int,
    *,
    next_id: int,
    known: bool,
    members: Collection[int] = (),
) -> tuple[tuple[Occupant, ...], int]:
    """Occupants after an observation, and the next free id.

    ``dt_ns`` is the media time that this observation stands for. New occupants are marked
    ``known`` as told. ``members`` are the ids of those that are part of a violation.
    """
    joined, strangers = _join(occupants, counted(fence, observation))
    patience = patience_of(fence)
    seen = [
        seen_again(occupant, joined[occupant.id], observation.media_ns, dt_ns, patience)
        if joined[occupant.id]
        else missed(occupant, dt_ns)
        for occupant in occupants
    ]
    for detection in strangers:
        seen.append(occupant_from(detection, next_id, observation.media_ns, known))
        next_id += 1
    tau_ns = attendance_tau_ns(fence)
    attended = [with_company(occupant, observation, dt_ns, tau_ns) for occupant in seen]
    return _without_shadows(attended, members), next_id


def patience_of(fence: Fence) -> Patience:
    """Long dwells can wait for a passer-by to be gone: a tenth of the dwell, 1 to 5 s."""
    dwell_ns = min(rule.dwell_ns for rule in fence.rules)
    return Patience(
        grace_ns=max(rule.grace_ns for rule in fence.rules),
        move_ns=min(max(dwell_ns // 10, SECOND_NS), 5 * SECOND_NS),
    )


def attendance_tau_ns(fence: Fence) -> int:
    """Over how long a time "somebody is at it" is judged: an eighth of the shortest dwell."""
    return min(min(rule.dwell_ns for rule in fence.rules) // 8, _MAX_ATTENDANCE_TAU_NS)


def _join(
    occupants: tuple[Occupant, ...], detections: list[Detection]
) -> tuple[dict[int, list[Detection]], list[Detection]]:
    """Detections by the id of the occupant whose place they are at, and the rest.

    An occupant takes one learned detection of a label, and the best fitting pairs are made
    first, so that what drives past a parked car cannot take its place from it. An obstruction,
    which may be one blob over several things, supports every place it fits.
    """
    joined: dict[int, list[Detection]] = {occupant.id: [] for occupant in occupants}
    placed: set[int] = set()
    for number, occupant in _best_first(occupants, detections):
        seen = detections[number]
        if seen.seen_by is Seeing.LEARNED and (number in placed or _taken(joined[occupant], seen)):
            continue
        joined[occupant].append(seen)
        placed.add(number)
    strangers: list[Detection] = []
    for number, seen in enumerate(detections):
        if number not in placed and not _at_any(strangers, seen):
            strangers.append(seen)
    return joined, strangers


def _best_first(
    occupants: tuple[Occupant, ...], detections: list[Detection]
) -> list[tuple[int, int]]:
    """Numbers of detections with ids of occupants that they fit, the best fit first."""
    fits = [
        (-fit, number, occupant.id)
        for number, seen in enumerate(detections)
        for occupant in occupants
        if (fit := _fit(occupant, seen)) > 0
    ]
    return [(number, occupant) for _, number, occupant in sorted(fits)]


def _fit(occupant: Occupant, detection: Detection) -> float:
    """How well a detection fits an occupant's place; 0 where it is another place."""
    if detection.seen_by is Seeing.OBSTRUCTION:
        share = containment(occupant.box, detection.box)
        return share if share >= SAME_PLACE else 0.0
    overlap = iou(occupant.box, detection.box)
    if occupant.unlearned_ns is None:
        share = containment(occupant.box, detection.box)
        return max(share, overlap) if share >= SAME_PLACE else 0.0
    same_label = any(label == detection.label for label, _ in occupant.label_ns)
    return overlap if overlap >= (_SAME_LABEL_IOU if same_label else OTHER_LABEL_IOU) else 0.0


def _taken(joined: list[Detection], seen: Detection) -> bool:
    return seen.seen_by is Seeing.LEARNED and any(
        other.label == seen.label and other.seen_by is Seeing.LEARNED for other in joined
    )


def _at_any(strangers: list[Detection], seen: Detection) -> bool:
    """Whether a detection only repeats, in other words, a learned one that is new as well."""
    return any(
        containment(other.box, seen.box) >= DUPLICATE
        if seen.seen_by is Seeing.OBSTRUCTION
        else other.label != seen.label and iou(other.box, seen.box) >= OTHER_LABEL_IOU
        for other in strangers
        if other.seen_by is Seeing.LEARNED
    )


def _without_shadows(occupants: list[Occupant], members: Collection[int]) -> tuple[Occupant, ...]:
    """Drop class-free occupants whose place an older occupant has come to cover.

    A member of a violation gives way to another member only: its violation goes on.
    """
    kept: list[Occupant] = []
    for occupant in occupants:
        covered = occupant.unlearned_ns is None and any(
            older.in_sight
            and occupant.in_sight
            and (occupant.id not in members or older.id in members)
            and containment(older.box, occupant.box) >= DUPLICATE
            for older in kept
        )
        if not covered:
            kept.append(occupant)
    return tuple(kept)


def still_held(
    fence: Fence, occupants: tuple[Occupant, ...], members: Collection[int]
) -> tuple[Occupant, ...]:
    """Occupants that have not been unseen for too long; members of a violation stay longer."""
    grace_ns = patience_of(fence).grace_ns
    member_grace_ns = max(grace_ns, *(rule.clear_after_ns for rule in fence.rules))
    return tuple(
        occupant
        for occupant in occupants
        if occupant.unseen_ns <= (member_grace_ns if occupant.id in members else grace_ns)
    )
