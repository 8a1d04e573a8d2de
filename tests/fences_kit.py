"""Builders and little worlds that the tests of the core share. Times in seconds."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from fences.box import Box
from fences.catalogue import CATALOGUE
from fences.clock import SECOND_NS
from fences.event import FenceEvent
from fences.fence import Fence, Rule
from fences.geometry import parse_polygon
from fences.ground import GroundScale
from fences.hours import ALWAYS, WeeklyHours
from fences.observation import Detection, Gap, Label, Observation, Seeing, StepInput, Tick
from fences.state import FenceState
from fences.step import step

WALL_NS = 1_790_000_000 * SECOND_NS
SQUARE = ((0.25, 0.25), (0.75, 0.25), (0.75, 0.75), (0.25, 0.75))
HERE = Box(0.375, 0.375, 0.5, 0.5)
THERE = Box(0.5625, 0.5, 0.6875, 0.625)


def ns(seconds: float) -> int:
    return round(seconds * SECOND_NS)


def rule(
    scenario_id: str = "blocked_fire_lane",
    *,
    dwell: float = 10.0,
    clear_after: float = 6.0,
    grace: float = 5.0,
    bridge: float = 8.0,
    min_area: float = 0.0005,
    open_score: float = 0.5,
    keep_score: float = 0.25,
    hours: WeeklyHours = ALWAYS,
    min_count: int | None = None,
) -> Rule:
    scenario = CATALOGUE[scenario_id]
    return Rule(
        scenario=scenario,
        dwell_ns=ns(dwell),
        clear_after_ns=ns(clear_after),
        grace_ns=ns(grace),
        bridge_ns=ns(bridge),
        min_area=min_area,
        open_score=open_score,
        keep_score=keep_score,
        hours=hours,
        min_count=scenario.min_count if min_count is None else min_count,
    )


def fence(
    *rules: Rule,
    polygon: tuple[tuple[float, float], ...] = SQUARE,
    report_known: bool = True,
    see: Iterable[Seeing] = tuple(Seeing),
    scale: GroundScale | None = None,
) -> Fence:
    return Fence(
        camera_id="gate",
        id="lane",
        polygon=parse_polygon(polygon),
        rules=rules or (rule(),),
        see=frozenset(see),
        report_known=report_known,
        scale=scale,
    )


def seen(label: str = Label.VEHICLE, box: Box = HERE, score: float = 0.875) -> Detection:
    return Detection(label, score, box)


def blob(
    box: Box = HERE, since: float | None = None, *, activity: float = 0.0, covered: bool = False
) -> Detection:
    return Detection(
        Label.OBSTRUCTION,
        0.75,
        box,
        seen_by=Seeing.OBSTRUCTION,
        fence_id="lane",
        since_ns=None if since is None else ns(since),
        activity=activity,
        covered=covered,
    )


def look(
    at: float, *detections: Detection, people: bool = False, blind: tuple[str, ...] = ()
) -> Observation:
    return Observation(ns(at), WALL_NS + ns(at), detections, people, blind)


def tick(at: float) -> Tick:
    return Tick(ns(at), WALL_NS + ns(at))


def gap(begin: float, end: float) -> Gap:
    return Gap(ns(begin), ns(end), "lost")


def looks(
    begin: float, end: float, *detections: Detection, every: float = 1.0, people: bool = False
) -> list[StepInput]:
    """The same seen at ``begin`` and every ``every`` seconds, before ``end``."""
    count = math.ceil((end - begin) / every - 1e-9)
    return [look(begin + number * every, *detections, people=people) for number in range(count)]


def play(
    watched: Fence, inputs: Iterable[StepInput], state: FenceState | None = None
) -> tuple[FenceState, list[FenceEvent]]:
    now = state or FenceState()
    told: list[FenceEvent] = []
    for entry in inputs:
        now, events = step(watched, now, entry)
        told.extend(events)
    return now, told


def events_of(watched: Fence, *inputs: Iterable[StepInput]) -> list[FenceEvent]:
    return play(watched, [entry for part in inputs for entry in part])[1]


def brief(told: Iterable[FenceEvent]) -> list[tuple[str, float]]:
    """Kind and second of each event."""
    return [(str(event.kind), event.media_ns / SECOND_NS) for event in told]


def moved(box: Box, x: float, y: float = 0.0) -> Box:
    return Box(box.x1 + x, box.y1 + y, box.x2 + x, box.y2 + y)


@dataclass(frozen=True)
class Thing:
    """Drives in from the left, stands from ``begin`` to ``end``, drives off to the right."""

    box: Box
    begin: float
    end: float
    label: str = Label.VEHICLE
    speed: float = 0.5
    seen_by: Seeing = Seeing.LEARNED

    def at(self, second: float) -> Detection | None:
        before, after = max(0.0, self.begin - second), max(0.0, second - self.end)
        if max(before, after) * self.speed > 1.5:
            return None
        box = moved(self.box, self.speed * (after - before))
        if self.seen_by is Seeing.LEARNED:
            return seen(self.label, box)
        still_for = second - self.begin
        gone = after > 0 or still_for < 1.0
        return None if gone else blob(self.box, self.begin)


def watch(things: Sequence[Thing], fps: float, until: float, phase: float = 0.0) -> list[StepInput]:
    """Looks at things that are always seen, at exactly that rate."""
    return [
        look(second, *(it for thing in things if (it := thing.at(second)) is not None))
        for second in (phase + number / fps for number in range(int((until - phase) * fps)))
    ]


def flawed(inputs: Iterable[StepInput], seed: int, miss: float, flip: float) -> Iterator[StepInput]:
    """As a real detector gives it: missed now and then, shaky, of varying score and name."""
    chance = np.random.default_rng(seed)
    for entry in inputs:
        if isinstance(entry, Observation):
            kept = [_shaken(it, chance, flip) for it in entry.detections if chance.random() >= miss]
            yield look(entry.media_ns / SECOND_NS, *kept, people=entry.sees_people)
        else:
            yield entry


def _shaken(it: Detection, chance: np.random.Generator, flip: float) -> Detection:
    if it.seen_by is Seeing.OBSTRUCTION:
        return it
    label = Label.STALL if chance.random() < flip else it.label
    x, y = (float(value) / 1024 for value in chance.integers(-4, 5, 2))
    return seen(label, moved(it.box, x, y), 0.5 + float(chance.integers(0, 8)) / 16)
