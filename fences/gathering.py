"""How many there are: the fence itself is a place, and taken while enough are in it.

People in a crowd never stand still, so no single one of them may be asked to. Their fence is
one occupant instead, with the dwell, the grace and the clearing of every other. Its label is the
scenario's id, its box the fence's own, and it never meets the occupants of single things.
"""

from __future__ import annotations

from collections.abc import Iterable

from fences.fence import Fence, Rule
from fences.observation import Detection, Observation
from fences.occupant import Occupant, missed, occupant_from, seen_again
from fences.places import patience_of, present


def gathered(fence: Fence, observation: Observation) -> dict[str, Detection]:
    """The fence as something seen, by scenario id, for each rule that enough are there for.

    Its score is that of the last one needed: of ten in a fence for eight, the eighth best's.
    """
    found: dict[str, Detection] = {}
    for rule in fence.rules:
        if rule.min_count is None:
            continue
        there = [
            seen
            for seen in present(fence, observation, rule.keep_score)
            if seen.label in rule.scenario.labels and seen.box.area >= rule.min_area
        ]
        if len(there) >= rule.min_count:
            score = there[rule.min_count - 1].score
            found[rule.scenario.id] = Detection(rule.scenario.id, score, fence.polygon.bounds)
    return found


def is_gathering(rule: Rule, occupant: Occupant) -> bool:
    """Whether the occupant is the fence itself, taken by as many as the rule asks for."""
    return rule.min_count is not None and occupant.labels == (rule.scenario.id,)


def parted(
    fence: Fence, occupants: Iterable[Occupant]
) -> tuple[tuple[Occupant, ...], tuple[Occupant, ...]]:
    """The occupants that are single things, and those that are gatherings."""
    things: list[Occupant] = []
    gatherings: list[Occupant] = []
    for occupant in occupants:
        gathering = any(is_gathering(rule, occupant) for rule in fence.rules)
        (gatherings if gathering else things).append(occupant)
    return tuple(things), tuple(gatherings)


def observe_gatherings(
    fence: Fence,
    gatherings: tuple[Occupant, ...],
    observation: Observation,
    dt_ns: int,
    *,
    next_id: int,
    known: bool,
) -> tuple[tuple[Occupant, ...], int]:
    """Gatherings after an observation, and the next free id; as ``places.observe``."""
    now = gathered(fence, observation)
    patience = patience_of(fence)
    after = [
        seen_again(held, [now.pop(held.labels[0])], observation.media_ns, dt_ns, patience)
        if held.labels[0] in now
        else missed(held, dt_ns)
        for held in gatherings
    ]
    for detection in now.values():
        after.append(occupant_from(detection, next_id, observation.media_ns, known))
        next_id += 1
    return tuple(after), next_id
