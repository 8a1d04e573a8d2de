"""Among hundreds of things arrays are asked first; what a fence makes of them stays the same."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import fences.layout
from fences.box import Box
from fences.observation import Detection, Label, Observation
from tests.fences_kit import SQUARE, blob, fence, look, play

LABELS = (Label.PERSON, Label.VEHICLE, Label.STALL, Label.TWO_WHEELER)
GRID = 32
"""Corners on a grid, so that feet on a fence's very edge and arms that just reach are common."""


def crowd(seed: int, count: int) -> list[Observation]:
    """So many things that move a little, in five looks, with an obstruction among them."""
    rng = np.random.default_rng(seed)
    corners = rng.integers(0, GRID, (count, 2))
    sizes = rng.integers(1, 6, (count, 2))
    labels = [LABELS[int(number)] for number in rng.integers(0, len(LABELS), count)]
    told = []
    for at in range(5):
        places = corners + (rng.random((count, 1)) < 0.1)
        boxes = np.concatenate([places, places + sizes], axis=1) / GRID
        things = [
            Detection(label, 0.75, Box(*map(float, box)))
            for label, box in zip(labels, boxes, strict=True)
        ]
        told.append(look(4.0 * at, *things, blob(activity=0.5), people=bool(seed % 2)))
    return told


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(fences.layout.FEW, 120))
def test_many_things_are_seen_as_if_each_had_been_asked(seed: int, count: int) -> None:
    looks = crowd(seed, count)
    quick = play(fence(polygon=SQUARE), looks)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fences.layout, "FEW", 10**6)
        afresh = [
            Observation(it.media_ns, it.wall_ns, it.detections, it.sees_people) for it in looks
        ]
        assert play(fence(polygon=SQUARE), afresh) == quick


def test_what_follows_from_an_observation_is_no_part_of_it() -> None:
    one, other = crowd(1, 50)[0], crowd(1, 50)[0]
    assert one.layout is one.layout
    assert (one, hash(one), repr(one)) == (other, hash(other), repr(other))
