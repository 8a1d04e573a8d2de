"""The heart: ``step(fence, state, input) -> (state, events)``.

Pure: equal input gives equal output, at any frame rate, live and in replay, and a run may be
split anywhere if the state is carried over.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from fences.event import FenceEvent
from fences.fence import Fence
from fences.gathering import observe_gatherings, parted
from fences.observation import Gap, Observation, StepInput, Tick
from fences.occupant import Occupant
from fences.places import observe, patience_of, still_held
from fences.state import FenceState, Watch
from fences.violations import Moment, end_hours, judge_rule


def step(
    fence: Fence, state: FenceState, entry: StepInput
) -> tuple[FenceState, tuple[FenceEvent, ...]]:
    """Take one input in; give the new state and what happened.

    Raises ``ValueError`` if media time runs backwards: sources turn that into a ``Gap``.
    """
    if isinstance(entry, Gap):
        return _blind(fence, state, entry.to_ns), ()
    if state.last_ns is not None and entry.media_ns < state.last_ns:
        raise ValueError(f"media time ran backwards, from {state.last_ns} to {entry.media_ns}")
    if isinstance(entry, Tick):
        return _arm(fence, state, entry)
    if fence.id in entry.blind:
        return _arm(fence, _blind(fence, state, entry.media_ns), entry)
    return _look(fence, state, entry)


def _blind(fence: Fence, state: FenceState, to_ns: int) -> FenceState:
    """Nobody looked: nothing is missed, nothing is clear, and only short gaps are bridged.

    Gaps without a look between them are one gap.
    """
    if state.last_ns is None or to_ns <= state.last_ns:
        return state
    blind_ns = state.blind_ns + to_ns - state.last_ns
    too_long = {rule.scenario.id for rule in fence.rules if blind_ns > rule.bridge_ns}
    return replace(
        state,
        last_ns=to_ns,
        blind_ns=blind_ns,
        watches=tuple(
            replace(watch, floor_ns=to_ns)
            if watch.scenario_id in too_long and watch.floor_ns is not None
            else watch
            for watch in state.watches
        ),
    )


def _arm(
    fence: Fence, state: FenceState, entry: Tick | Observation
) -> tuple[FenceState, tuple[FenceEvent, ...]]:
    """Begin and end the rules' hours."""
    watches: list[Watch] = []
    events: list[FenceEvent] = []
    for rule in fence.rules:
        watch = state.watch(rule.scenario.id)
        if not rule.hours.armed(entry.wall_ns):
            watch, told = end_hours(Moment(fence, rule, entry, state.occupants), watch)
            events.extend(told)
        elif watch.floor_ns is None:
            watch = replace(watch, floor_ns=entry.media_ns)
        watches.append(watch)
    return replace(state, watches=tuple(watches)), tuple(events)


def _look(
    fence: Fence, state: FenceState, entry: Observation
) -> tuple[FenceState, tuple[FenceEvent, ...]]:
    if state.last_ns is not None and entry.media_ns - state.last_ns > fence.max_interval_ns:
        state = _blind(fence, state, entry.media_ns)
    state, ended = _arm(fence, state, entry)
    dt_ns = 0 if state.last_ns is None else entry.media_ns - state.last_ns
    started_ns = entry.media_ns if state.started_ns is None else state.started_ns
    at_start = entry.media_ns - started_ns <= patience_of(fence).grace_ns
    known = at_start and not fence.report_known
    occupants, next_id = _observed(fence, state, entry, dt_ns, known=known)
    told = [
        judge_rule(Moment(fence, rule, entry, occupants, dt_ns), state.watch(rule.scenario.id))
        for rule in fence.rules
    ]
    watches = tuple(watch for watch, _ in told)
    state = FenceState(
        started_ns=started_ns,
        last_ns=entry.media_ns,
        blind_ns=0,
        next_id=next_id,
        occupants=still_held(fence, occupants, _members(watches)),
        watches=watches,
    )
    return state, (*ended, *(event for _, events in told for event in events))


def _observed(
    fence: Fence, state: FenceState, entry: Observation, dt_ns: int, *, known: bool
) -> tuple[tuple[Occupant, ...], int]:
    """Who is there after the observation, things and crowds; and the next one's number."""
    things, gatherings = parted(fence, state.occupants)
    members = _members(state.watches)
    things, next_id = observe(
        fence, things, entry, dt_ns, next_id=state.next_id, known=known, members=members
    )
    gatherings, next_id = observe_gatherings(
        fence, gatherings, entry, dt_ns, next_id=next_id, known=known
    )
    return (*things, *gatherings), next_id


def _members(watches: Sequence[Watch]) -> frozenset[int]:
    return frozenset(
        number
        for watch in watches
        if watch.violation is not None
        for number in watch.violation.members
    )
