"""Reading a service's metrics."""

from __future__ import annotations

from benchmarks.rounds import punctuality
from benchmarks.scrape import INFERENCES, LATE, LOOKS, OVERLOAD, WANTED, Scrape, parse

TEXT = """\
# TYPE kerbwatch_looks_total counter
kerbwatch_looks_total{camera="a"} 30.0
kerbwatch_looks_total{camera="b"} 12.0
# TYPE kerbwatch_looks_late_total counter
kerbwatch_looks_late_total{camera="b"} 2.0
# TYPE kerbwatch_frame_age_seconds gauge
kerbwatch_frame_age_seconds{camera="a"} 1.25
# TYPE kerbwatch_inferences_total counter
kerbwatch_inferences_total{model="one"} 40.0
kerbwatch_inferences_total{model="two"} 2.0
"""


def test_series_are_read_by_camera_and_summed_over_other_labels() -> None:
    read = parse(TEXT)
    assert read.by_camera(LOOKS) == {"a": 30.0, "b": 12.0}
    assert read.total(INFERENCES) == 42.0
    assert read.by_camera("kerbwatch_nothing") == {}


def test_only_what_happened_within_the_window_counts() -> None:
    wanted = {"a": 2.0, "b": 2.0}
    first = Scrape({LOOKS: {"a": 10.0, "b": 12.0}, LATE: {"b": 2.0}, WANTED: wanted})
    last = Scrape({LOOKS: {"a": 40.0, "b": 36.0}, LATE: {"a": 1.0, "b": 5.0}, WANTED: wanted})
    kept = punctuality([(0.0, first), (60.0, last)], slowest_s=8.0)
    assert (kept.due, kept.on_time) == (30 + 29, 29 + 21)


def test_the_interval_that_is_wanted_may_change_within_the_window() -> None:
    idle = Scrape({LOOKS: {"a": 0.0}, WANTED: {"a": 8.0}})
    active = Scrape({LOOKS: {"a": 5.0}, WANTED: {"a": 2.0}})
    end = Scrape({LOOKS: {"a": 10.0}, WANTED: {"a": 2.0}})
    kept = punctuality([(0.0, idle), (40.0, active), (60.0, end)], slowest_s=8.0)
    assert (kept.due, kept.on_time) == (14, 10)


def test_intervals_that_are_stretched_by_overload_are_taken_for_what_they_should_be() -> None:
    read = Scrape({LOOKS: {"a": 1.0, "b": 1.0}, WANTED: {"a": 4.0, "b": 60.0}, OVERLOAD: {"": 2.0}})
    assert read.intervals_s(slowest_s=8.0) == {"a": 2.0, "b": 8.0}


def test_a_service_that_tells_no_interval_is_held_to_the_slowest() -> None:
    assert Scrape({LOOKS: {"a": 1.0}}).intervals_s(slowest_s=8.0) == {"a": 8.0}
