"""Windows of local time on the days on which the clock leaps."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from alerts.duty.local import spans_of

SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)
"""In Berlin 02:00 becomes 03:00, and 03:00 becomes 02:00, both at 01:00 UTC."""


def windows(day: date, begin_h: float, end_h: float) -> list[tuple[float, float]]:
    """The spans as hours of UTC since the day's UTC midnight."""
    midnight = round(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 10**9
    spans = spans_of(day, round(begin_h * 60), round(end_h * 60), "Europe/Berlin")
    return [((begin - midnight) / 3600e9, (end - midnight) / 3600e9) for begin, end in spans]


@pytest.mark.parametrize(
    ("day", "window", "spans"),
    [
        (SPRING, (0, 2), [(-1, 1)]),
        (SPRING, (0, 2.5), [(-1, 1)]),
        (SPRING, (1, 5), [(0, 3)]),
        (SPRING, (2, 2.5), []),
        (SPRING, (2, 3), []),
        (SPRING, (2, 4), [(1, 2)]),
        (SPRING, (3, 4), [(1, 2)]),
        (SPRING, (4, 5), [(2, 3)]),
        (AUTUMN, (1, 2), [(-1, 0)]),
        (AUTUMN, (1, 3), [(-1, 2)]),
        (AUTUMN, (2, 3), [(0, 2)]),
        (AUTUMN, (2, 2.5), [(0, 0.5), (1, 1.5)]),
        (AUTUMN, (2.5, 4), [(0.5, 1), (1.5, 3)]),
        (AUTUMN, (3, 4), [(2, 3)]),
    ],
)
def test_a_window_lasts_while_the_clock_shows_it(
    day: date, window: tuple[float, float], spans: list[tuple[float, float]]
) -> None:
    assert windows(day, *window) == spans
