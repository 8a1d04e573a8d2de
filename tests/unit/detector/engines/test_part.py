"""A part of an input shows what is asked for, pixel by pixel where it was, on the model's grid."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.engines.letterbox import STRIDE_PX, Letterbox
from detector.engines.part import cut
from fences.box import Box

SIDES = st.integers(1, 20).map(lambda strides: strides * STRIDE_PX)


@st.composite
def boxes(draw: st.DrawFn) -> Box:
    x1, x2 = sorted(draw(st.tuples(st.floats(0, 0.99), st.floats(0, 0.99))))
    y1, y2 = sorted(draw(st.tuples(st.floats(0, 0.99), st.floats(0, 0.99))))
    return Box(x1, y1, x2 + 0.01, y2 + 0.01)


@st.composite
def letterboxes(draw: st.DrawFn) -> Letterbox:
    height, width = draw(SIDES), draw(SIDES)
    picture_hw = draw(st.integers(1, height)), draw(st.integers(1, width))
    left, top = (width - picture_hw[1]) // 2, (height - picture_hw[0]) // 2
    return Letterbox((height, width), picture_hw, left, top)


@given(letterboxes(), boxes())
def test_all_that_is_asked_for_is_there_where_it_was(whole: Letterbox, within: Box) -> None:
    height, width = whole.input_hw
    rows, columns = np.mgrid[:height, :width].astype(np.uint8)
    canvas = np.stack([rows, columns, rows], axis=2)
    part, letterbox = cut(canvas, whole, within)
    assert part.shape[:2] == letterbox.input_hw
    left, top = whole.left - letterbox.left, whole.top - letterbox.top
    assert left % STRIDE_PX == top % STRIDE_PX == 0
    assert np.array_equal(part, canvas[top : top + part.shape[0], left : left + part.shape[1]])
    corners = np.array([[within.x1, within.y1, within.x2, within.y2]])
    xyxy = letterbox.to_input(corners)[0]
    assert xyxy[:2].min() >= -1e-6
    assert (xyxy[2:] <= np.array(part.shape[1::-1]) + 1e-6).all()
    assert letterbox.to_frame(xyxy[None].astype(np.float32)) == pytest.approx(corners, abs=1e-3)


@given(st.lists(boxes(), min_size=50, max_size=50))
def test_there_are_a_dozen_sizes_at_most(asked: list[Box]) -> None:
    """Each is a network of its own in memory."""
    whole = Letterbox((288, 480), (270, 480), 0, 9)
    canvas = np.zeros((288, 480, 3), np.uint8)
    assert len({cut(canvas, whole, box)[1].input_hw for box in asked}) <= 12


def test_a_small_fence_takes_a_small_part() -> None:
    whole = Letterbox((288, 480), (270, 480), 0, 9)
    part, _ = cut(np.zeros((288, 480, 3), np.uint8), whole, Box(0.4, 0.4, 0.6, 0.6))
    assert part.shape[0] * part.shape[1] < 0.3 * 288 * 480
