"""When the next dwell will be over: a moment at which it is worth looking."""

from __future__ import annotations

from collections.abc import Iterator

from fences.fence import Fence, Rule
from fences.occupant import Occupant
from fences.rules import judge
from fences.state import FenceState


def due_ns(fence: Fence, state: FenceState) -> int | None:
    """Media time at which a violation opens next, if what stands now goes on to stand.

    After ``state.last_ns``; ``None`` where nothing stands that would open one. A look then tells
    of it at once; the next of the regular ones may come an interval later.
    """
    last_ns = 0 if state.last_ns is None else state.last_ns
    return min((at_ns for at_ns in _ends_ns(fence, state) if at_ns > last_ns), default=None)


def _ends_ns(fence: Fence, state: FenceState) -> Iterator[int]:
    """When each standing will have been long enough, for each rule that has nothing open."""
    for rule in fence.rules:
        watch = state.watch(rule.scenario.id)
        if watch.floor_ns is None or watch.violation is not None:
            continue
        for occupant in state.occupants:
            if _is_of(rule, occupant):
                yield max(occupant.since_ns, watch.floor_ns) + rule.dwell_ns


def _is_of(rule: Rule, occupant: Occupant) -> bool:
    """Whether nothing but time is missing, as far as one look can tell what a thing is."""
    return (
        not occupant.known
        and occupant.score >= rule.open_score
        and (rule.min_count is not None or occupant.box.area >= rule.min_area)
        and (occupant.seen_ns == 0 or judge(rule, occupant).named_by is not None)
    )
