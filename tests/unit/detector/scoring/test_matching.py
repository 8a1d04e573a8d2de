from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.scoring.matching import Boxes, matches, overlaps
from fences.box import Box, iou


def rows(*boxes: tuple[float, float, float, float]) -> Boxes:
    return np.array(boxes, dtype=np.float64).reshape(-1, 4)


CORNER = st.floats(-0.5, 1.5)
BOXES = st.lists(
    st.builds(
        lambda x, y, w, h: (x, y, x + w, y + h), CORNER, CORNER, st.floats(0, 1), st.floats(0, 1)
    ),
    max_size=6,
)


@given(BOXES, BOXES)
def test_overlaps_are_those_of_the_core(
    a: list[tuple[float, float, float, float]], b: list[tuple[float, float, float, float]]
) -> None:
    table = overlaps(rows(*a), rows(*b))
    assert table.shape == (len(a), len(b))
    for i, one in enumerate(a):
        for j, other in enumerate(b):
            assert table[i, j] == pytest.approx(iou(Box(*one), Box(*other)), abs=1e-9)


def test_a_second_detection_of_the_same_thing_is_wrong() -> None:
    marked = rows((0, 0, 0.2, 0.2))
    found = rows((0, 0, 0.2, 0.19), (0, 0, 0.2, 0.2))
    assert matches(found, marked, (0.5,)).tolist() == [[0, -1]]


def test_each_takes_what_is_free_and_nearest_to_it() -> None:
    marked = rows((0, 0, 0.2, 0.2), (0.02, 0, 0.22, 0.2))
    found = rows((0.02, 0, 0.22, 0.2), (0.02, 0, 0.22, 0.2), (0.5, 0.5, 0.7, 0.7))
    assert matches(found, marked, (0.5,)).tolist() == [[1, 0, -1]]


def test_a_strict_limit_sees_less() -> None:
    """Shifted by a fifth of its width: overlap 4 / 6."""
    marked, found = rows((0, 0, 0.5, 0.5)), rows((0.1, 0, 0.6, 0.5))
    assert matches(found, marked, (0.5, 0.65, 0.7)).tolist() == [[0], [0], [-1]]


def test_where_nothing_is_marked_or_nothing_seen_nothing_matches() -> None:
    assert matches(rows((0, 0, 1, 1)), rows(), (0.5,)).tolist() == [[-1]]
    assert matches(rows(), rows((0, 0, 1, 1)), (0.5,)).shape == (1, 0)
