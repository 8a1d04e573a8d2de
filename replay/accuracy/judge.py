"""From what a contender said on a clip to found, missed and false."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from alerts.casebook import decide
from fences.clock import SECOND_NS
from fences.event import EventKind, FenceEvent
from fences.fence import Fence
from replay.player import ReplayedCase
from replay.score import EARLY_S, score_cases, tells_of
from replay.truth import TruthEvent


@dataclass(frozen=True, slots=True)
class Verdict:
    """``missed`` events, ``false`` openings, and how often a told violation opened ``again``.

    ``delays_s``: from the truth's start plus the dwell to the opening, for what was found.
    ``early``: closings of a found violation that still stood there.
    """

    delays_s: tuple[float, ...]
    missed: tuple[TruthEvent, ...]
    false: tuple[FenceEvent, ...]
    again: int
    early: int


def judge(
    events: Sequence[FenceEvent], truth: Sequence[TruthEvent], fences: Sequence[Fence]
) -> Verdict:
    """Every opening against the truth, each by itself.

    The case book, which would reopen one case for several openings within minutes, hides
    none of them. A violation that is told twice is not false, but ``again``.
    """
    opened = [event for event in events if event.kind is EventKind.OPENED]
    cleared = [event for event in events if event.kind is EventKind.CLEARED]
    cases = [_case(event) for event in opened]
    by_id = {case.case.case_id: event for case, event in zip(cases, opened, strict=True)}
    score = score_cases(cases, truth, dwells(fences))
    found = [event for event in truth if event not in score.missed]
    again = {
        case.case.case_id
        for case in cases
        if case.case.case_id in score.false and any(tells_of(case, event) for event in found)
    }
    return Verdict(
        delays_s=tuple(round(delay_s, 3) for delay_s in score.delays_s),
        missed=score.missed,
        false=tuple(by_id[id_] for id_ in score.false if id_ not in again),
        again=len(again),
        early=sum(any(_closes(it, event) for event in found) for it in cleared),
    )


def _closes(cleared: FenceEvent, event: TruthEvent) -> bool:
    """Whether a closing says of a violation that it has ended, while it has not."""
    opened_s, closed_s = cleared.violation / SECOND_NS, cleared.media_ns / SECOND_NS
    ends_s = float("inf") if event.end_s is None else event.end_s
    return (
        (cleared.fence_id, cleared.scenario_id) == (event.fence, event.scenario)
        and opened_s >= event.start_s - EARLY_S
        and closed_s < ends_s
    )


def dwells(fences: Sequence[Fence]) -> dict[tuple[str, str], float]:
    """Seconds by fence and scenario."""
    return {
        (fence.id, rule.scenario.id): rule.dwell_ns / SECOND_NS
        for fence in fences
        for rule in fence.rules
    }


def _case(event: FenceEvent) -> ReplayedCase:
    change = decide(None, event, ())
    if change is None:
        raise ValueError(f"got {event.kind} of {event.event_id}, expected an opening")
    return ReplayedCase(change.case, event.sightings[0].box, None)
