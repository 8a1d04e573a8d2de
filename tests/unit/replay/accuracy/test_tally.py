"""Figures over many clips."""

from __future__ import annotations

import pytest

from replay.accuracy.tally import conditions_of, contenders_of, tally, upper_bound
from tests.unit.replay.accuracy.kit import result, showing


def test_figures_are_sums_over_the_clips_that_the_contender_was_shown() -> None:
    clips = [
        result(showing(tp=3, fn=1, fp=1, again=2, early=1, delays_s=(1.0, 2.0, 6.0)), seconds=1800),
        result(showing(tp=0, fn=0, fp=0, delays_s=()), seconds=1800),
        result(showing("learned"), seconds=9999),
    ]
    sums = tally(clips, "both")
    assert (sums.clips, sums.tp, sums.fn, sums.fp) == (2, 3, 1, 1)
    assert (sums.again, sums.early) == (2, 1)
    assert (sums.precision, sums.recall, sums.f1) == (0.75, 0.75, 0.75)
    assert (sums.delay_median_s, sums.delay_max_s) == (2.0, 6.0)
    assert sums.hours == 1.0
    assert sums.false_per_day == 24.0
    assert sums.cpu_ms == pytest.approx(1000 * 0.8 / 80)


def test_where_nothing_was_found_or_to_find_there_is_no_figure() -> None:
    nothing = tally([result(showing(tp=0, delays_s=()))], "both")
    assert (nothing.precision, nothing.recall, nothing.f1) == (None, None, None)
    assert (nothing.delay_median_s, nothing.delay_max_s) == (None, None)
    absent = tally([], "both")
    assert (absent.false_per_day, absent.false_per_day_at_most, absent.cpu_ms) == (None, None, 0)


@pytest.mark.parametrize(
    ("count", "bound"), [(0, 2.9957), (1, 4.7439), (2, 6.2958), (10, 16.9622), (100, 118.0787)]
)
def test_the_bound_of_a_rate_is_that_of_poisson(count: int, bound: float) -> None:
    """Garwood's exact one-sided limits; for none the rule of three."""
    assert upper_bound(count) == pytest.approx(bound, abs=1e-3)


def test_no_false_case_in_an_hour_proves_no_more_than_seventy_two_a_day() -> None:
    sums = tally([result(showing(), seconds=3600)], "both")
    assert sums.false_per_day == 0
    assert sums.false_per_day_at_most == pytest.approx(71.9, abs=0.01)


def test_conditions_and_contenders_keep_their_order() -> None:
    clips = [
        result(showing("mog2"), showing("both"), condition="snow"),
        result(showing("both"), condition="day"),
        result(showing("both"), condition="snow"),
    ]
    assert conditions_of(clips) == ("snow", "day")
    assert contenders_of(clips) == ("mog2", "both")
