"""The life of one rule's violation: opened, followed look by look, cleared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from fences.event import EventKind, FenceEvent, Reason
from fences.fence import Fence, Rule
from fences.observation import Observation, Tick
from fences.occupancy import measure
from fences.occupant import Occupant
from fences.rules import qualifies, sighting
from fences.state import Violation, Watch

GROWN = 1.5
"""Growth of the occupied area since the last event that is worth an update."""

Told = tuple[Watch, tuple[FenceEvent, ...]]
"""What a rule remembers now, and what it has to tell."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One rule of one fence, at one look or tick: what its events are told from.

    ``occupants`` are all of the fence's; ``dt_ns`` is the media time that the look stands for.
    """

    fence: Fence
    rule: Rule
    entry: Tick | Observation
    occupants: Sequence[Occupant]
    dt_ns: int = 0

    def of(self, members: Sequence[int]) -> list[Occupant]:
        """The occupants with these ids that there still are."""
        return [occupant for occupant in self.occupants if occupant.id in members]


def judge_rule(moment: Moment, watch: Watch) -> Told:
    """The rule's memory and events after a look."""
    floor_ns = watch.floor_ns
    if floor_ns is None:
        return watch, ()
    media_ns = moment.entry.media_ns
    new = [
        occupant
        for occupant in moment.occupants
        if qualifies(moment.rule, occupant, media_ns, floor_ns)
    ]
    if watch.violation is not None:
        return _follow(moment, watch, watch.violation, new)
    return _open(moment, watch, floor_ns, new) if new else (watch, ())


def end_hours(moment: Moment, watch: Watch) -> Told:
    """The rule's memory and events when its hours are over, or have not begun."""
    ended = Watch(watch.scenario_id)
    if watch.violation is None:
        return ended, ()
    return ended, (_cleared(moment, watch.violation, Reason.HOURS_ENDED),)


def _open(moment: Moment, watch: Watch, floor_ns: int, new: Sequence[Occupant]) -> Told:
    violation = Violation(
        opened_ns=moment.entry.media_ns,
        seq=0,
        since_ns=min(max(occupant.since_ns, floor_ns) for occupant in new),
        members=tuple(occupant.id for occupant in new),
        free_ns=0,
        told_area=0.0,
    )
    return _told(moment, watch, violation, new, EventKind.OPENED, Reason.DWELL_REACHED)


def _follow(moment: Moment, watch: Watch, violation: Violation, new: Sequence[Occupant]) -> Told:
    """An open violation after a look: joined by more, grown, unchanged, or clear."""
    joining = tuple(occupant.id for occupant in new if occupant.id not in violation.members)
    staying = tuple(occupant.id for occupant in moment.of(violation.members))
    members = moment.of((*staying, *joining))
    present = any(occupant.in_sight for occupant in members)
    free_ns = 0 if present else violation.free_ns + moment.dt_ns
    violation = replace(violation, members=(*staying, *joining), free_ns=free_ns)
    if not present and free_ns >= moment.rule.clear_after_ns:
        event = _cleared(moment, violation, Reason.PLACE_CLEAR)
        return replace(watch, violation=None), (event,)
    there = [occupant for occupant in members if occupant.unseen_ns <= moment.rule.grace_ns]
    if joining:
        return _told(moment, watch, violation, there, EventKind.UPDATED, Reason.MORE_OCCUPANTS)
    if present and _area(there) > GROWN * violation.told_area:
        return _told(moment, watch, violation, there, EventKind.UPDATED, Reason.GROWN)
    return replace(watch, violation=violation), ()


def _area(occupants: Sequence[Occupant]) -> float:
    return sum(occupant.box.area for occupant in occupants)


def _told(
    moment: Moment,
    watch: Watch,
    violation: Violation,
    occupants: Sequence[Occupant],
    kind: EventKind,
    reason: Reason,
) -> Told:
    violation = replace(violation, seq=violation.seq + 1, told_area=_area(occupants))
    event = _event(moment, violation, occupants, occupants, (kind, reason))
    return replace(watch, violation=violation), (event,)


def _cleared(moment: Moment, violation: Violation, reason: Reason) -> FenceEvent:
    """The last event tells of the occupants as they were last seen; they may still be there."""
    violation = replace(violation, seq=violation.seq + 1)
    members = moment.of(violation.members)
    left = [occupant for occupant in members if occupant.in_sight]
    return _event(moment, violation, members, left, (EventKind.CLEARED, reason))


def _event(
    moment: Moment,
    violation: Violation,
    occupants: Sequence[Occupant],
    standing: Sequence[Occupant],
    what: tuple[EventKind, Reason],
) -> FenceEvent:
    taken = measure(moment.fence, moment.rule, standing)
    return FenceEvent(
        kind=what[0],
        reason=what[1],
        camera_id=moment.fence.camera_id,
        fence_id=moment.fence.id,
        scenario_id=moment.rule.scenario.id,
        violation=violation.opened_ns,
        seq=violation.seq,
        media_ns=moment.entry.media_ns,
        wall_ns=moment.entry.wall_ns,
        since_ns=violation.since_ns,
        sightings=tuple(sighting(moment.rule, occupant) for occupant in occupants),
        occupied_share=taken.occupied_share,
        clear_width_m=taken.clear_width_m,
    )
