"""Reading a service's metrics."""

from __future__ import annotations

from benchmarks.rounds import punctuality
from benchmarks.scrape import INFERENCES, LATE, LOOKS, Scrape, parse

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
    first = Scrape({LOOKS: {"a": 10.0, "b": 12.0}, LATE: {"b": 2.0}})
    last = Scrape({LOOKS: {"a": 40.0, "b": 36.0}, LATE: {"a": 1.0, "b": 5.0}})
    kept = punctuality(first, last, seconds=60.0, slowest_s=8.0)
    assert (kept.due, kept.on_time) == (54, 50)
