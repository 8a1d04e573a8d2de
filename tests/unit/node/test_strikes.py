"""Three crashes within ten minutes of running are one too many."""

from __future__ import annotations

from fences.clock import SECOND_NS
from kerbwatch.node.strikes import Strikes

MINUTE_NS = 60 * SECOND_NS


def test_the_third_within_ten_minutes_counts_and_counting_begins_anew() -> None:
    strikes = Strikes()
    assert [strikes.add("a", at * MINUTE_NS) for at in (1, 6, 11, 12, 13, 14)] == [
        False,
        False,
        True,
        False,
        False,
        True,
    ]


def test_three_in_more_than_ten_minutes_do_not_count() -> None:
    strikes = Strikes()
    assert not any(strikes.add("a", at * MINUTE_NS) for at in range(0, 100, 6))


def test_each_camera_counts_for_itself() -> None:
    strikes = Strikes()
    assert not any(strikes.add(camera, 0) for camera in "abab")
    assert strikes.add("a", 0)
