"""Cases against truth: found, missed, false, and how late."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fences.box import Box, containment
from fences.clock import SECOND_NS
from replay.player import ReplayedCase
from replay.truth import TruthEvent

EARLY_S = 1.0
"""How much before the truth's start a case may open: truth is made by eye."""

LATE_S = 2.0
"""How long after the truth's end a case may still open for it."""

OVERLAP = 0.2
"""Share of the smaller box that case and truth must have in common."""


@dataclass(frozen=True, slots=True)
class Score:
    """``tp`` found once, ``fp`` cases that are no event or repeat one, ``fn`` missed.

    Delays are in seconds from ``start_s`` plus the dwell to the opening; ``None`` where
    nothing was found. ``false`` are case ids.
    """

    tp: int
    fp: int
    fn: int
    delays_s: tuple[float, ...]
    missed: tuple[TruthEvent, ...]
    false: tuple[str, ...]

    @property
    def precision(self) -> float | None:
        return self.tp / (self.tp + self.fp) if self.tp + self.fp else None

    @property
    def recall(self) -> float | None:
        return self.tp / (self.tp + self.fn) if self.tp + self.fn else None

    @property
    def f1(self) -> float | None:
        found = 2 * self.tp
        return found / (found + self.fp + self.fn) if found + self.fp + self.fn else None

    @property
    def delay_median_s(self) -> float | None:
        return round(statistics.median(self.delays_s), 3) if self.delays_s else None

    @property
    def delay_max_s(self) -> float | None:
        return round(max(self.delays_s), 3) if self.delays_s else None


def score_cases(
    cases: Sequence[ReplayedCase],
    truth: Sequence[TruthEvent],
    dwell_s: Mapping[tuple[str, str], float],
) -> Score:
    """Match cases to events by fence, scenario, time and overlap, the earliest first.

    ``dwell_s`` by fence and scenario. A second case of one event is a false one.
    """
    free = sorted(cases, key=lambda replayed: replayed.case.opened_media_ns)
    delays: list[float] = []
    missed: list[TruthEvent] = []
    for event in sorted(truth, key=lambda event: event.start_s):
        match = next((replayed for replayed in free if tells_of(replayed, event)), None)
        if match is None:
            missed.append(event)
            continue
        free.remove(match)
        due_s = event.start_s + dwell_s.get((event.fence, event.scenario), 0.0)
        delays.append(match.case.opened_media_ns / SECOND_NS - due_s)
    return Score(
        tp=len(delays),
        fp=len(free),
        fn=len(missed),
        delays_s=tuple(delays),
        missed=tuple(missed),
        false=tuple(replayed.case.case_id for replayed in free),
    )


def tells_of(replayed: ReplayedCase, event: TruthEvent) -> bool:
    """Whether a case is about an event: same fence and scenario, in time, at its place."""
    case = replayed.case
    opened_s = case.opened_media_ns / SECOND_NS
    ends_s = float("inf") if event.end_s is None else event.end_s + LATE_S
    return (
        (case.fence_id, case.scenario_id) == (event.fence, event.scenario)
        and event.start_s - EARLY_S <= opened_s <= ends_s
        and _same_place(replayed.box, event.box)
    )


def _same_place(a: Box, b: Box) -> bool:
    return containment(a, b) >= OVERLAP
