"""Looks are counted, timed and called late; inferences are timed."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import cast

import numpy as np

from detector.engines.protocol import Engine
from detector.frame import Image
from detector.latest import Latest
from detector.lookers import Look
from detector.sampling import Sampler
from fences.clock import SECOND_NS
from fences.observation import Detection
from kerbwatch.metrics.book import Metrics
from kerbwatch.metrics.families import BookCollector
from kerbwatch.wire.counted import LookCounter, Skips, TimedEngine
from tests.alerts_kit import FakeClock
from tests.scrape_kit import samples_of


@dataclass
class Rig:
    """A camera that is looked at every 2 s, every 8 s while nothing happens."""

    clock: FakeClock = field(default_factory=FakeClock)
    eyes: SimpleNamespace = field(default_factory=lambda: SimpleNamespace(skipped=0))
    latest: Latest = field(default_factory=Latest)
    sampler: Sampler = field(default_factory=lambda: Sampler(2 * SECOND_NS, 8 * SECOND_NS))

    def __post_init__(self) -> None:
        self.metrics = Metrics(self.clock, {"gate": 2.0})
        eyes = cast("Skips", self.eyes)
        self.counter = LookCounter(self.sampler, eyes, self.latest, self.metrics, self.clock)

    def look(self, after_s: float, took_s: float = 0.125) -> None:
        """``after_s``: from the end of the last one to the beginning of this one."""
        self.clock.pass_s(after_s + took_s)
        look = Look("gate", self.clock.monotonic_ns(), 0, round(took_s * SECOND_NS))
        self.counter.looked(look)

    def told(self, name: str) -> float:
        samples = samples_of(BookCollector(self.metrics, "1"))
        return samples[f"kerbwatch_{name}", ("gate",)]


def test_looks_are_counted_and_timed() -> None:
    rig = Rig()
    for _ in range(3):
        rig.look(1.875)
    assert rig.told("looks_total") == 3
    assert rig.told("look_seconds_sum") == 0.375
    assert rig.told("look_interval_seconds") == 2
    assert rig.told("looks_late_total") == 0


def test_a_look_is_late_half_a_second_after_its_interval_was_over() -> None:
    rig = Rig()
    rig.look(0)
    rig.look(2.375)
    assert rig.told("looks_late_total") == 0, "just then"
    rig.look(2.376)
    assert rig.told("looks_late_total") == 1


def test_where_nothing_happens_the_longer_interval_counts() -> None:
    rig = Rig()
    rig.sampler.settle(quiet=True)
    rig.look(0)
    rig.look(7.875)
    assert rig.told("looks_late_total") == 0
    assert rig.told("look_interval_wanted_seconds") == 8
    rig.sampler.settle(quiet=False)
    rig.look(7.875)
    assert rig.told("looks_late_total") == 0, "it was wanted after 8 s when the last one ended"
    rig.look(7.875)
    assert rig.told("looks_late_total") == 1


def test_where_nobody_could_have_looked_no_look_is_late() -> None:
    rig = Rig()
    rig.look(0)
    rig.counter.begin_anew()
    rig.look(600)
    assert (rig.told("looks_total"), rig.told("looks_late_total")) == (2, 0)


def test_drops_and_skips_are_counted_once_each() -> None:
    rig = Rig()
    rig.latest.dropped, rig.eyes.skipped = 3, 1
    rig.look(1)
    rig.look(1)
    rig.latest.dropped, rig.eyes.skipped = 5, 2
    rig.look(1)
    assert rig.told("frames_dropped_total") == 5
    assert rig.told("inferences_skipped_total") == 2


class SlowEngine:
    card, runs_on, closed = "a card", "a fake", False

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock

    def infer(self, _image: Image, _within: object = None) -> tuple[Detection, ...]:
        self.clock.pass_s(0.25)
        return ()

    def close(self) -> None:
        self.closed = True


def test_an_engine_is_timed_and_otherwise_itself() -> None:
    clock, seconds = FakeClock(), list[float]()
    inner = SlowEngine(clock)
    engine = TimedEngine(cast("Engine", inner), seconds.append, clock)
    assert engine.infer(np.zeros((2, 2, 3), np.uint8)) == ()
    assert seconds == [0.25]
    assert (str(engine.card), engine.runs_on) == ("a card", "a fake")
    engine.close()
    assert inner.closed
