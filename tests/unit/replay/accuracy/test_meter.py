"""What a look costs, whoever asks first."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import numpy as np

from detector.engines.protocol import Engine
from detector.frame import Image
from fences.box import Box
from fences.observation import Detection, Seeing
from replay.accuracy.contestants import seen_with
from replay.accuracy.meter import Meter, SharedEngine
from tests.unit.replay.accuracy.kit import fence

CAR = Detection("vehicle", 0.9, Box(0.1, 0.1, 0.4, 0.4))


def busy(times: int = 60_000) -> int:
    return sum(range(times))


class SlowEngine:
    def __init__(self) -> None:
        self.asked = 0

    def infer(self, image: Image, _within: object = None) -> tuple[Detection, ...]:
        assert image.ndim == 3
        self.asked += 1
        busy(2_000_000)
        return (CAR,)


def test_an_engine_looks_once_at_a_picture_and_its_cost_is_owed_by_the_next_who_asks() -> None:
    slow = SlowEngine()
    engine = SharedEngine(cast("Engine", slow))
    picture: Image = np.zeros((4, 4, 3), np.uint8)
    meter = Meter()
    with meter.of("first"):
        assert engine.infer(picture) == (CAR,)
    assert engine.settle() == 0
    with meter.of("second"):
        assert engine.infer(picture) == (CAR,)
    meter.add("second", engine.settle())
    assert slow.asked == 1
    assert meter.spent_ns["second"] > meter.spent_ns["first"] / 2
    assert engine.settle() == 0


def test_another_picture_is_looked_at_anew_even_if_it_is_equal() -> None:
    slow = SlowEngine()
    engine = SharedEngine(cast("Engine", slow))
    for _ in range(2):
        engine.infer(np.zeros((4, 4, 3), np.uint8))
    assert slow.asked == 2


def test_costs_add_up_by_name() -> None:
    meter = Meter()
    with meter.of("look"):
        busy()
    once_ns = meter.spent_ns["look"]
    with meter.of("look"):
        busy()
    with meter.of("other"):
        busy()
    assert 0 < once_ns < meter.spent_ns["look"]
    assert set(meter.spent_ns) == {"look", "other"}


def test_a_fence_is_left_out_where_its_way_of_seeing_is() -> None:
    both = fence()
    learned = replace(both, id="drifts", see=frozenset({Seeing.LEARNED}))
    obstruction = seen_with((both, learned), frozenset({Seeing.OBSTRUCTION}))
    assert [(it.id, it.see) for it in obstruction] == [
        ("corner", frozenset({Seeing.OBSTRUCTION})),
    ]
    assert [it.id for it in seen_with((both, learned), frozenset(Seeing))] == ["corner", "drifts"]
