from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from detector.cards import Layout, ModelCard
from detector.engines.layouts import LayoutError, decode

MakeCard = Callable[..., ModelCard]
YOLOX_ROWS = 8 * 8 + 4 * 4 + 2 * 2  # strides 8, 16 and 32 of 64 x 64


def test_yolox_cells_become_boxes(make_card: MakeCard) -> None:
    output = np.zeros((1, YOLOX_ROWS, 8), np.float32)
    cell = 64 + 1 * 4 + 2  # the second row, third column of stride 16
    output[0, cell] = [0.5, 0.25, np.log(2), np.log(1), 0.9, 0.1, 0.8, 0]
    found = decode(output, make_card(layout=Layout.YOLOX))
    np.testing.assert_allclose(found.xyxy, [[40 - 16, 20 - 8, 40 + 16, 20 + 8]], rtol=1e-6)
    assert found.scores.tolist() == pytest.approx([0.72])
    assert found.classes.tolist() == [1]


def test_yolov5_rows_become_boxes(make_card: MakeCard) -> None:
    output = np.zeros((1, 5, 8), np.float32)
    output[0, 3] = [30, 20, 20, 10, 0.5, 0.2, 0.1, 0.9]
    output[0, 4] = [30, 20, 20, 10, 0.5, 0.5, 0.1, 0.1]  # 0.25 in all
    found = decode(output, make_card(layout=Layout.YOLOV5))
    assert found.xyxy.tolist() == [[20, 15, 40, 25]]
    assert found.scores.tolist() == pytest.approx([0.45])
    assert found.classes.tolist() == [2]


def test_yolov8_columns_become_boxes(make_card: MakeCard) -> None:
    output = np.zeros((1, 7, 5), np.float32)
    output[0, :, 2] = [30, 20, 20, 10, 0.2, 0.6, 0.1]
    found = decode(output, make_card(layout=Layout.YOLOV8))
    assert found.xyxy.tolist() == [[20, 15, 40, 25]]
    assert found.scores.tolist() == pytest.approx([0.6])
    assert found.classes.tolist() == [1]


def test_end2end_rows_are_boxes(make_card: MakeCard) -> None:
    output = np.array([[[1, 2, 3, 4, 0.6, 1], [0, 0, 0, 0, 0.1, 0]]], np.float32)
    found = decode(output, make_card())
    assert found.xyxy.tolist() == [[1, 2, 3, 4]]
    assert found.classes.tolist() == [1]


@pytest.mark.parametrize(
    ("layout", "shape", "expected"),
    [
        (Layout.YOLOX, (1, YOLOX_ROWS + 1, 8), "[1, 84, 8]"),
        (Layout.YOLOX, (1, YOLOX_ROWS, 85), "[1, 84, 8]"),
        (Layout.YOLOV5, (1, 7, 99), "[1, any, 8]"),
        (Layout.YOLOV8, (1, 99, 7), "[1, 7, any]"),
        (Layout.END2END, (1, 6), "[1, any, 6]"),
        (Layout.END2END, (2, 9, 6), "[1, any, 6]"),
    ],
)
def test_output_of_another_shape_is_refused(
    layout: Layout, shape: tuple[int, ...], expected: str, make_card: MakeCard
) -> None:
    with pytest.raises(LayoutError) as caught:
        decode(np.zeros(shape, np.float32), make_card(layout=layout))
    assert caught.value.got == f"output {list(shape)}"
    assert expected in caught.value.expected
    assert "3 classes" in caught.value.expected


def test_a_score_that_is_none_is_refused(make_card: MakeCard) -> None:
    output = np.array([[[1, 2, 3, 4, 7.5, 1]]], np.float32)
    with pytest.raises(LayoutError, match=r"got a score of 7\.5, expected scores of 0 to 1"):
        decode(output, make_card())


@pytest.mark.parametrize("number", [-1, 3])
def test_a_class_that_is_not_the_cards_is_refused(number: int, make_card: MakeCard) -> None:
    output = np.array([[[1, 2, 3, 4, 0.5, number]]], np.float32)
    with pytest.raises(LayoutError, match=f"got class number {number}"):
        decode(output, make_card())


def test_boxes_and_scores_that_are_no_numbers_are_dropped(make_card: MakeCard) -> None:
    nan, inf = float("nan"), float("inf")
    output = np.array(
        [[[1, 2, nan, 4, 0.5, 1], [1, 2, 3, inf, 0.5, 1], [1, 2, 3, 4, nan, 1]]], np.float32
    )
    assert decode(output, make_card()).scores.size == 0
    absurd = np.zeros((1, YOLOX_ROWS, 8), np.float32)
    absurd[0, 0] = [0, 0, 999, 0, 1, 1, 0, 0]
    assert decode(absurd, make_card(layout=Layout.YOLOX)).scores.size == 0


@pytest.mark.parametrize("layout", Layout)
def test_an_empty_street_gives_nothing(layout: Layout, make_card: MakeCard) -> None:
    shape = {
        Layout.YOLOX: (1, YOLOX_ROWS, 8),
        Layout.YOLOV5: (1, 9, 8),
        Layout.YOLOV8: (1, 7, 9),
        Layout.END2END: (1, 0, 6),
    }[layout]
    found = decode(np.zeros(shape, np.float32), make_card(layout=layout))
    assert found.xyxy.shape == (0, 4)
    assert found.scores.size == found.classes.size == 0
