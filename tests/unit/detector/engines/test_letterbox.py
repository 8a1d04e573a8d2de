from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from detector.cards import Channels, ModelCard, Placement
from detector.engines.letterbox import STRIDE_PX, fit, place, tight, to_tensor

SIDE = st.integers(1, 4000)
INPUT_SIDE = st.sampled_from([64, 320, 416, 640])
CORNER = st.floats(-2, 3)


@given(
    image_hw=st.tuples(SIDE, SIDE),
    input_hw=st.tuples(INPUT_SIDE, INPUT_SIDE),
    placement=st.sampled_from(Placement),
    corners=st.lists(st.tuples(CORNER, CORNER, CORNER, CORNER), min_size=1, max_size=5),
)
def test_boxes_come_back_from_the_input_as_they_went_in_also_outside_the_frame(
    image_hw: tuple[int, int],
    input_hw: tuple[int, int],
    placement: Placement,
    corners: list[tuple[float, float, float, float]],
) -> None:
    letterbox = fit(image_hw, input_hw, placement)
    boxes = np.array(corners)
    there = letterbox.to_input(boxes)
    np.testing.assert_allclose(letterbox.to_frame(there.astype(np.float32)), boxes, atol=2e-3)


@given(image_hw=st.tuples(SIDE, SIDE), placement=st.sampled_from(Placement))
def test_the_picture_lies_inside_the_input_and_touches_two_of_its_sides(
    image_hw: tuple[int, int], placement: Placement
) -> None:
    box = fit(image_hw, (416, 640), placement)
    high, wide = box.picture_hw
    assert 0 <= box.left <= 640 - wide
    assert 0 <= box.top <= 416 - high
    assert high == 416 or wide == 640


@given(image_hw=st.tuples(SIDE, SIDE), placement=st.sampled_from(Placement))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_only_whole_strides_of_grey_are_cut_off_an_input(
    make_card: Callable[..., ModelCard], image_hw: tuple[int, int], placement: Placement
) -> None:
    """The picture keeps its size, and its place on the network's grid."""
    card = make_card(input_hw=(480, 640), placement=placement)
    cut = tight(image_hw, card)
    before, after = fit(image_hw, card.input_hw, placement), fit(image_hw, cut.input_hw, placement)
    assert after.picture_hw == before.picture_hw
    assert (before.left - after.left) % STRIDE_PX == (before.top - after.top) % STRIDE_PX == 0
    assert after.left <= STRIDE_PX
    assert after.top <= STRIDE_PX
    for side, picture, most in zip(cut.input_hw, after.picture_hw, card.input_hw, strict=True):
        assert picture <= side <= min(most, picture + 2 * STRIDE_PX + 2)
        assert side % STRIDE_PX == 0


def test_a_wide_picture_is_placed_as_the_card_says(make_card: Callable[..., ModelCard]) -> None:
    white = np.full((40, 80, 3), 255, np.uint8)
    for placement, rows in ((Placement.TOP_LEFT, range(32)), (Placement.CENTRE, range(16, 48))):
        canvas, box = place(white, make_card(placement=placement, pad_value=7))
        assert np.flatnonzero((canvas == 255).all(axis=(1, 2))).tolist() == list(rows)
        assert (canvas == 7).sum() == 32 * 64 * 3
        whole = box.to_frame(np.array([[0, rows[0], 64, rows[-1] + 1]], np.float32))
        assert whole.tolist() == [[0, 0, 1, 1]]


def test_channels_and_scale_are_the_cards(make_card: Callable[..., ModelCard]) -> None:
    blue = np.zeros((64, 64, 3), np.uint8)
    blue[..., 0] = 255
    bgr = to_tensor(blue, make_card())
    rgb = to_tensor(blue, make_card(channels=Channels.RGB, pixel_scale=1 / 255))
    assert bgr.shape == (1, 3, 64, 64)
    assert bgr.dtype == np.float32
    assert bgr.flags.c_contiguous
    assert [float(bgr[0, c].mean()) for c in range(3)] == [255, 0, 0]
    assert [float(rgb[0, c].mean()) for c in range(3)] == pytest.approx([0, 0, 1])


@pytest.mark.parametrize(
    "array",
    [
        np.zeros((9, 9), np.uint8),
        np.zeros((9, 9, 4), np.uint8),
        np.zeros((9, 9, 3), np.float32),
        np.zeros((0, 9, 3), np.uint8),
    ],
)
def test_what_is_no_picture_is_refused(
    array: np.ndarray[tuple[int, ...], np.dtype[np.uint8]],
    make_card: Callable[..., ModelCard],
) -> None:
    with pytest.raises(ValueError, match="expected uint8 height x width x 3"):
        place(array, make_card())
