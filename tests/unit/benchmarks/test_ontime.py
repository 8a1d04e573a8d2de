"""What counts as on time, for both sides."""

from __future__ import annotations

import pytest

from benchmarks.ontime import Punctuality, by_counts, by_times, together

WINDOW = (100.0, 110.0)


@pytest.mark.parametrize(
    ("times", "due", "on_time", "why"),
    [
        ([101, 103, 105, 107, 109], 5, 5, "every two seconds"),
        ([101.4, 103.9, 106.4, 108.9], 4, 4, "half a second of slack each time"),
        ([101, 103, 107, 109], 5, 3, "a pause of four seconds: one late and one missing"),
        ([101, 103, 105.6, 107.6, 109], 5, 4, "one just over the slack"),
        ([101, 103], 5, 2, "nothing more until the end: three are missing"),
        ([], 5, 0, "nothing at all"),
        ([99, 101, 103, 105, 107, 109, 111], 5, 5, "what lies outside does not count"),
        ([109, 101, 105, 103, 107], 5, 5, "in any order"),
    ],
)
def test_checks_are_on_time_by_their_distance(
    times: list[float], due: int, on_time: int, why: str
) -> None:
    assert by_times(times, WINDOW, 2.0) == Punctuality(due, on_time), why


def test_a_service_that_counts_is_believed_about_late_looks() -> None:
    assert by_counts(looks=30, late=3, expected=30.0) == Punctuality(30, 27)


def test_where_the_window_begins_makes_nothing_late() -> None:
    assert by_counts(looks=29, late=0, expected=30.4).share == 1.0


def test_looks_that_a_service_never_took_are_late_however_few_it_counts_so() -> None:
    assert by_counts(looks=15, late=1, expected=30.0) == Punctuality(29, 14)
    assert by_counts(looks=0, late=0, expected=30.0).share == 0.0


def test_the_share_is_of_all_cameras_together() -> None:
    assert together([Punctuality(10, 10), Punctuality(30, 27)]).share == 0.925
    assert together([]).share is None
