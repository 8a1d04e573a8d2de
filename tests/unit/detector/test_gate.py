"""Engines are asked again when something changed, and only then; what becomes of it stays."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from detector.gate import ASK_ANYWAY_NS, Gate
from fences.box import Box
from fences.clock import SECOND_NS
from tests.fences_kit import fence, ns
from tests.obstruction_kit import Place

BAG = Box(0.40, 0.40, 0.45, 0.46)
FAR = Box(0.02, 0.02, 0.07, 0.08)


def test_the_noise_of_a_camera_does_not_open_it() -> None:
    place, gate = Place((360, 640), noise=3.0), Gate([fence()])
    assert gate.opens(place.draw(0), 0)
    assert not any(gate.opens(place.draw(second), ns(second)) for second in range(1, 30))


def test_a_thing_opens_it_when_it_comes_and_when_it_goes() -> None:
    place, gate = Place((360, 640)), Gate([fence()])
    opened = []
    for second in range(12):
        things = [BAG] if 4 <= second < 8 else []
        opened.append(gate.opens(place.draw(second, *things), ns(second)))
    assert [second for second, it in enumerate(opened) if it] == [0, 4, 8]


def test_what_happens_far_from_every_fence_does_not_open_it() -> None:
    place, gate = Place((360, 640)), Gate([fence()])
    assert gate.opens(place.draw(0), 0)
    assert not gate.opens(place.draw(1, FAR), ns(1))


def test_it_opens_for_each_of_several_fences() -> None:
    place = Place((360, 640))
    corner = fence(polygon=((0.0, 0.0), (0.1, 0.0), (0.1, 0.1)))
    gate = Gate([fence(), replace(corner, id="corner")])
    assert gate.opens(place.draw(0), 0)
    assert gate.opens(place.draw(1, FAR), ns(1))


def test_after_a_while_it_opens_by_itself() -> None:
    place, gate = Place((360, 640), noise=0.0), Gate([fence()])
    assert gate.opens(place.draw(0), 0)
    assert not gate.opens(place.draw(0), ASK_ANYWAY_NS - 1)
    assert gate.opens(place.draw(0), ASK_ANYWAY_NS)


def test_slow_dusk_opens_it_now_and_then() -> None:
    place, gate = Place((360, 640), noise=0.0), Gate([fence()])
    opened = [gate.opens(place.draw(0, light=1 - n / 200), n * SECOND_NS) for n in range(50)]
    assert 2 <= sum(opened) <= 12


def test_another_size_of_picture_opens_it() -> None:
    gate = Gate([fence()])
    assert gate.opens(np.zeros((100, 120, 3), np.uint8), 0)
    assert gate.opens(np.zeros((200, 200, 3), np.uint8), 1)


@pytest.mark.parametrize("shape", [(2, 2, 3), (1, 9, 3), (40, 1, 3)])
def test_tiny_pictures_do_no_harm(shape: tuple[int, int, int]) -> None:
    assert Gate([fence()]).opens(np.zeros(shape, np.uint8), 0)
