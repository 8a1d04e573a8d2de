"""Average precision against cases worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.scoring.precision import IOU_LIMITS, Cut, average_precision, score_label


def test_all_found_and_nothing_else_is_one() -> None:
    assert average_precision(np.array([True, True]), 2) == 1.0


def test_nothing_seen_and_nothing_right_are_zero() -> None:
    assert average_precision(np.array([], dtype=np.bool_), 3) == 0.0
    assert average_precision(np.array([False, False]), 3) == 0.0


def test_half_found_without_a_mistake_is_51_of_101_recalls() -> None:
    """Recalls 0.00 to 0.50 are reached with precision 1, the rest never."""
    assert average_precision(np.array([True]), 2) == pytest.approx(51 / 101)


def test_a_mistake_between_two_hits_costs_the_second_half_a_third() -> None:
    """Right, wrong, right of two: precision 1 up to recall 0.5, then 2/3."""
    assert average_precision(np.array([True, False, True]), 2) == pytest.approx(
        (51 + 50 * 2 / 3) / 101
    )


def test_a_mistake_first_is_made_good_by_what_comes_after() -> None:
    """Wrong, right, right, right of three: 1/2, 2/3, 3/4, and the envelope is 3/4 throughout."""
    assert average_precision(np.array([False, True, True, True]), 3) == pytest.approx(0.75)


def test_ap50_is_at_the_first_limit_and_ap50_95_the_mean_over_ten() -> None:
    """One box, found with an overlap of 0.72: right at 0.50 to 0.70, wrong from 0.75."""
    assert IOU_LIMITS == (0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95)
    hit = np.array([[limit <= 0.72] for limit in IOU_LIMITS])
    score = score_label(np.array([0.4]), hit, 1)
    assert (score.ap50, score.boxes) == (1.0, 1)
    assert score.ap50_95 == pytest.approx(0.5)


def test_detections_count_in_the_order_of_their_scores_whatever_order_they_come_in() -> None:
    hit = np.tile([True, False, True], (10, 1))
    sorted_ = score_label(np.array([0.9, 0.8, 0.7]), hit, 2)
    mixed = score_label(np.array([0.7, 0.9, 0.8]), hit[:, [2, 0, 1]], 2)
    assert sorted_ == mixed
    assert sorted_.ap50 == pytest.approx((51 + 50 * 2 / 3) / 101)


def test_the_best_cut_is_where_f1_is_highest() -> None:
    """F1 after each: 2/5, 4/6, 4/7, 4/8. Two of four marked are found, both right."""
    hit = np.tile([True, True, False, False], (10, 1))
    score = score_label(np.array([0.9, 0.8, 0.7, 0.6]), hit, 4)
    assert score.best == Cut(0.8, 1.0, 0.5)
    assert score_label(np.array([0.9]), np.zeros((10, 1), np.bool_), 4).best is None


def test_without_a_marked_box_there_is_nothing_to_measure() -> None:
    with pytest.raises(ValueError, match="at least one marked box"):
        score_label(np.zeros(0), np.zeros((10, 0), np.bool_), 0)


@given(st.lists(st.booleans(), max_size=40), st.integers(0, 10))
def test_it_lies_between_zero_and_what_is_found_at_all(right: list[bool], missed: int) -> None:
    boxes = sum(right) + missed
    if boxes:
        value = average_precision(np.array(right, dtype=np.bool_), boxes)
        assert 0 <= value <= np.floor(100 * sum(right) / boxes + 1 + 1e-9) / 101 + 1e-9
