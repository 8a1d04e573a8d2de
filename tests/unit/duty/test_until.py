"""Until when: a moment, or how long from now."""

from __future__ import annotations

import pytest

from alerts.duty.local import DAY_NS, HOUR_NS, MINUTE_NS, parse_moment, parse_until

ZONE = "Asia/Shanghai"
NOW_NS = parse_moment("2026-03-01T21:30", ZONE)


@pytest.mark.parametrize(
    ("text", "ahead_ns"),
    [("+30m", 30 * MINUTE_NS), ("+2h", 2 * HOUR_NS), (" +3d ", 3 * DAY_NS)],
)
def test_a_time_from_now_counts_on_the_clock(text: str, ahead_ns: int) -> None:
    assert parse_until(text, ZONE, NOW_NS) == NOW_NS + ahead_ns


def test_a_moment_is_the_site_s_own_unless_it_has_an_offset() -> None:
    assert parse_until("2026-03-01T22:30", ZONE, NOW_NS) == NOW_NS + HOUR_NS
    assert parse_until("2026-03-01T21:30+07:00", ZONE, NOW_NS) == NOW_NS + HOUR_NS


@pytest.mark.parametrize("text", ["2h", "+0m", "+2w", "+99999d", "-2h", "+2 h", "soon", ""])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected a time"):
        parse_until(text, ZONE, NOW_NS)
