"""The heart: ``step(fence, state, input) -> (state, events)``.

Pure: equal input gives equal output, at any frame rate, live and in replay, and a run may be
split anywhere if the state is carried over.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from fences.event import EventKind, FenceEvent, Reason
from fences.fence import Fence, Rule
from fences.observation import Gap, Observation, StepInput, Tick
from fences.occupant import Occupant
from fences.places import observe, still_held
from fences.rules import qualifies, sighting
from fences.state import FenceState, Violation, Watch

GROWN = 1.5
"""Growth of the occupied area since the last event that is worth an update."""


def step(
    fence: Fence, state: FenceState, entry: StepInput
) -> tuple[FenceState, tuple[FenceEvent, ...]]:
    """Take one input in; give the new state and what happened.

    Raises ``ValueError`` if media time runs backwards: sources turn that into a ``Gap``.
    """
    if isinstance(entry, Gap):
        return _blind(fence, state, entry), ()
    if state.last_ns is not None and entry.media_ns < state.last_ns:
        raise ValueError(f"media time ran backwards, from {state.last_ns} to {entry.media_ns}")
    if isinstance(entry, Tick):
        return _arm(fence, state, entry)
    if fence.id in entry.blind:
        return _arm(fence, _blind(fence, state, _until(state, entry.media_ns)), entry)
    return _look(fence, state, entry)


def _until(state: FenceState, media_ns: int) -> Gap:
    return Gap(media_ns if state.last_ns is None else state.last_ns, media_ns, "blind")


def _blind(fence: Fence, state: FenceState, gap: Gap) -> FenceState:
    """Nobody looked: nothing is missed, nothing is clear, and only short gaps are bridged."""
    if state.last_ns is None:
        return state
    blind_ns = max(0, gap.to_ns - state.last_ns)
    floors = {rule.scenario.id: blind_ns > rule.bridge_ns for rule in fence.rules}
    return replace(
        state,
        last_ns=state.last_ns + blind_ns,
        occupants=tuple(
            replace(
                occupant,
                last_seen_ns=occupant.last_seen_ns + blind_ns,
                learned_ns=occupant.learned_ns and occupant.learned_ns + blind_ns,
            )
            for occupant in state.occupants
        ),
        watches=tuple(
            _watch_blind(watch, blind_ns, gap.to_ns if floors.get(watch.scenario_id) else None)
            for watch in state.watches
        ),
    )


def _watch_blind(watch: Watch, blind_ns: int, floor_ns: int | None) -> Watch:
    if floor_ns is not None and watch.floor_ns is not None:
        watch = replace(watch, floor_ns=floor_ns)
    if watch.violation is None:
        return watch
    present_ns = watch.violation.last_present_ns + blind_ns
    return replace(watch, violation=replace(watch.violation, last_present_ns=present_ns))


def _arm(
    fence: Fence, state: FenceState, entry: Tick | Observation
) -> tuple[FenceState, tuple[FenceEvent, ...]]:
    """Begin and end the rules' hours."""
    watches: list[Watch] = []
    events: list[FenceEvent] = []
    for rule in fence.rules:
        watch = state.watch(rule.scenario.id)
        if rule.hours.armed(entry.wall_ns):
            floor_ns = entry.media_ns if watch.floor_ns is None else watch.floor_ns
            watches.append(replace(watch, floor_ns=floor_ns))
            continue
        if watch.violation is not None:
            events.append(_clear(fence, rule, watch.violation, state, entry, Reason.HOURS_ENDED))
        watches.append(Watch(rule.scenario.id))
    return replace(state, watches=tuple(watches)), tuple(events)


def _look(
    fence: Fence, state: FenceState, entry: Observation
) -> tuple[FenceState, tuple[FenceEvent, ...]]:
    if state.last_ns is not None and entry.media_ns - state.last_ns > fence.max_interval_ns:
        state = _blind(fence, state, _until(state, entry.media_ns))
    state, ended = _arm(fence, state, entry)
    dt_ns = 0 if state.last_ns is None else entry.media_ns - state.last_ns
    started_ns = entry.media_ns if state.started_ns is None else state.started_ns
    grace_ns = max(rule.grace_ns for rule in fence.rules)
    known = not fence.report_known and entry.media_ns - started_ns <= grace_ns
    occupants, next_id = observe(
        fence, state.occupants, entry, dt_ns, next_id=state.next_id, known=known
    )
    judged = [
        _judge(fence, rule, state.watch(rule.scenario.id), occupants, entry) for rule in fence.rules
    ]
    watches = tuple(watch for watch, _ in judged)
    state = FenceState(
        started_ns=started_ns,
        last_ns=entry.media_ns,
        next_id=next_id,
        occupants=still_held(fence, occupants, _members(watches), entry.media_ns),
        watches=watches,
    )
    return state, (*ended, *(event for _, events in judged for event in events))


def _members(watches: Sequence[Watch]) -> frozenset[int]:
    return frozenset(
        number
        for watch in watches
        if watch.violation is not None
        for number in watch.violation.members
    )


def _judge(
    fence: Fence, rule: Rule, watch: Watch, occupants: Sequence[Occupant], entry: Observation
) -> tuple[Watch, tuple[FenceEvent, ...]]:
    floor_ns = watch.floor_ns
    if floor_ns is None:
        return watch, ()
    new = [
        occupant
        for occupant in occupants
        if not occupant.known and qualifies(rule, occupant, entry.media_ns, floor_ns)
    ]
    if watch.violation is not None:
        return _follow(fence, rule, watch, watch.violation, occupants, new, entry)
    if not new:
        return watch, ()
    violation = Violation(
        opened_ns=entry.media_ns,
        seq=0,
        since_ns=min(max(occupant.since_ns, floor_ns) for occupant in new),
        members=tuple(occupant.id for occupant in new),
        last_present_ns=entry.media_ns,
        told_area=0.0,
    )
    violation, event = _tell(
        fence, rule, violation, new, entry, EventKind.OPENED, Reason.DWELL_REACHED
    )
    return replace(watch, violation=violation), (event,)


def _follow(
    fence: Fence,
    rule: Rule,
    watch: Watch,
    violation: Violation,
    occupants: Sequence[Occupant],
    new: Sequence[Occupant],
    entry: Observation,
) -> tuple[Watch, tuple[FenceEvent, ...]]:
    """An open violation after a look: joined by more, grown, unchanged, or clear."""
    joining = [occupant.id for occupant in new if occupant.id not in violation.members]
    held = {occupant.id for occupant in occupants}
    members = tuple(number for number in violation.members if number in held)
    violation = replace(violation, members=(*members, *joining))
    present = [
        occupant
        for occupant in occupants
        if occupant.id in violation.members and occupant.last_seen_ns == entry.media_ns
    ]
    if present:
        violation = replace(violation, last_present_ns=entry.media_ns)
    elif entry.media_ns - violation.last_present_ns >= rule.clear_after_ns:
        state = FenceState(occupants=tuple(occupants))
        event = _clear(fence, rule, violation, state, entry, Reason.PLACE_CLEAR)
        return replace(watch, violation=None), (event,)
    grown = _area(present) >= GROWN * violation.told_area
    if not joining and not grown:
        return replace(watch, violation=violation), ()
    reason = Reason.MORE_OCCUPANTS if joining else Reason.GROWN
    violation, event = _tell(fence, rule, violation, present, entry, EventKind.UPDATED, reason)
    return replace(watch, violation=violation), (event,)


def _area(occupants: Sequence[Occupant]) -> float:
    return sum(occupant.box.area for occupant in occupants)


def _tell(
    fence: Fence,
    rule: Rule,
    violation: Violation,
    occupants: Sequence[Occupant],
    entry: Tick | Observation,
    kind: EventKind,
    reason: Reason,
) -> tuple[Violation, FenceEvent]:
    violation = replace(violation, seq=violation.seq + 1, told_area=_area(occupants))
    return violation, FenceEvent(
        kind=kind,
        reason=reason,
        camera_id=fence.camera_id,
        fence_id=fence.id,
        scenario_id=rule.scenario.id,
        violation=violation.opened_ns,
        seq=violation.seq,
        media_ns=entry.media_ns,
        wall_ns=entry.wall_ns,
        since_ns=violation.since_ns,
        sightings=tuple(sighting(rule, occupant) for occupant in occupants),
    )


def _clear(
    fence: Fence,
    rule: Rule,
    violation: Violation,
    state: FenceState,
    entry: Tick | Observation,
    reason: Reason,
) -> FenceEvent:
    """The last event tells of the occupants as they were last seen."""
    last = [occupant for occupant in state.occupants if occupant.id in violation.members]
    return _tell(fence, rule, violation, last, entry, EventKind.CLEARED, reason)[1]
