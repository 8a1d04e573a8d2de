"""What is counted is what a scrape tells."""

from __future__ import annotations

import threading

import pytest

from alerts.health import CameraState
from detector.sources.errors import Fault
from kerbwatch.metrics.book import Metrics, Timing
from kerbwatch.metrics.declared import ALL, BUCKETS_S, OF_ALERTS, Kind
from kerbwatch.metrics.families import BookCollector, Families
from tests.alerts_kit import FakeClock
from tests.scrape_kit import Samples, named, samples_of, text_of

PER_CAMERA_LINES = 20
"""What a camera may cost in a scrape."""


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def metrics(clock: FakeClock) -> Metrics:
    return Metrics(clock, {"gate": 2.0, "square": 8.0})


def scraped(metrics: Metrics) -> Samples:
    return samples_of(BookCollector(metrics, "1.2.3"))


def of_gate(metrics: Metrics, name: str) -> float:
    return scraped(metrics)[f"kerbwatch_{name}", ("gate",)]


def test_the_frame_age_is_that_of_the_moment_of_the_scrape(
    metrics: Metrics, clock: FakeClock
) -> None:
    """A camera without a frame is as old as the watching: blind from the start is blind too."""
    clock.pass_s(10)
    metrics.decoded("gate", 0.02)
    clock.pass_s(3)
    samples = scraped(metrics)
    assert samples["kerbwatch_frame_age_seconds", ("gate",)] == 3
    assert samples["kerbwatch_frame_age_seconds", ("square",)] == 13
    clock.pass_s(60)
    assert of_gate(metrics, "frame_age_seconds") == 63


def test_without_word_of_decoding_a_newer_frame_than_any_before_begins_the_age_anew(
    metrics: Metrics, clock: FakeClock
) -> None:
    metrics.looked("gate", 100, 0.1, late=False)
    clock.pass_s(5)
    metrics.looked("gate", 100, 0.1, late=False)
    assert of_gate(metrics, "frame_age_seconds") == 5, "the same frame again is no new one"
    metrics.looked("gate", 101, 0.1, late=False)
    assert of_gate(metrics, "frame_age_seconds") == 0


def test_a_look_at_a_frame_that_was_decoded_long_ago_makes_it_no_younger(
    metrics: Metrics, clock: FakeClock
) -> None:
    metrics.decoded("gate", 0.02)
    clock.pass_s(5)
    metrics.looked("gate", 100, 0.1, late=True)
    assert of_gate(metrics, "frame_age_seconds") == 5


def test_looks_late_looks_drops_and_skips_are_counted_per_camera(metrics: Metrics) -> None:
    for number in range(5):
        metrics.looked("gate", number, 0.25, late=number == 3)
    metrics.dropped("gate")
    metrics.skipped("gate")
    metrics.skipped("gate")
    samples = scraped(metrics)
    told = {
        "looks_total": 5,
        "looks_late_total": 1,
        "look_seconds_count": 5,
        "look_seconds_sum": 1.25,
        "frames_dropped_total": 1,
        "inferences_skipped_total": 2,
    }
    assert {name: samples[f"kerbwatch_{name}", ("gate",)] for name in told} == told
    assert {samples[f"kerbwatch_{name}", ("square",)] for name in told} == {0}


def test_times_are_sums_per_camera_and_spread_over_buckets_for_the_node(metrics: Metrics) -> None:
    metrics.inferred("gate", 0.03)
    metrics.inferred("square", 0.05)  # just what the bucket's bound is
    metrics.inferred("square", 99.0)
    samples = scraped(metrics)
    assert samples["kerbwatch_inference_seconds_sum", ("gate",)] == 0.03
    assert samples["kerbwatch_inferences_total", ("square",)] == 2
    buckets = [
        samples["kerbwatch_node_inference_seconds_bucket", (bound,)]
        for bound in (*map(repr, BUCKETS_S), "+Inf")
    ]
    assert buckets == [0, 0, 0, 0, 0, 2, 2, 2, 2, 2, 2, 3]
    assert samples["kerbwatch_node_inference_seconds_sum", ()] == pytest.approx(99.08)


def test_intervals_are_told_as_wanted_and_as_reached(metrics: Metrics) -> None:
    assert of_gate(metrics, "look_interval_wanted_seconds") == 2
    assert named(scraped(metrics), "kerbwatch_look_interval_seconds") == [], "none reached yet"
    metrics.interval("gate", 4.0, 4.5)
    assert of_gate(metrics, "look_interval_wanted_seconds") == 4
    assert of_gate(metrics, "look_interval_seconds") == 4.5


@pytest.mark.parametrize("state", CameraState)
def test_a_camera_is_up_only_while_it_is_online(metrics: Metrics, state: CameraState) -> None:
    metrics.stands("gate", state)
    samples = scraped(metrics)
    assert samples["kerbwatch_camera_up", ("gate",)] == (state is CameraState.ONLINE)
    assert named(samples, "kerbwatch_camera_state") == [("gate", state), ("square", "unknown")]


def test_restarts_are_told_by_reason(metrics: Metrics) -> None:
    for reason in (Fault.TIMED_OUT, Fault.REFUSED, Fault.TIMED_OUT):
        metrics.restarted("gate", reason)
    samples = scraped(metrics)
    assert samples["kerbwatch_restarts_total", ("gate", "timed_out")] == 2
    assert samples["kerbwatch_restarts_total", ("gate", "refused")] == 1


def test_a_stream_for_evidence_is_told_of_where_there_is_one(metrics: Metrics) -> None:
    assert named(scraped(metrics), "kerbwatch_evidence_source_up") == []
    metrics.evidence_source("gate", up=True)
    for better in (True, False, True):
        metrics.evidence_picture("gate", better=better)
    samples = scraped(metrics)
    assert named(samples, "kerbwatch_evidence_source_up") == [("gate",)]
    assert samples["kerbwatch_evidence_source_up", ("gate",)] == 1
    assert samples["kerbwatch_evidence_pictures_total", ("gate", "evidence")] == 2
    assert samples["kerbwatch_evidence_pictures_total", ("gate", "watched")] == 1


def test_the_node_tells_its_load_its_messages_and_its_version(metrics: Metrics) -> None:
    assert scraped(metrics)["kerbwatch_overload_factor", ()] == 1
    metrics.overload(2.5)
    metrics.waiting(7)
    metrics.told("new")
    samples = scraped(metrics)
    assert samples["kerbwatch_overload_factor", ()] == 2.5
    assert samples["kerbwatch_looks_waiting", ()] == 7
    assert samples["kerbwatch_build_info", ("1.2.3",)] == 1
    kinds = {kind: samples["kerbwatch_events_total", (kind,)] for kind in ("new", "update", "end")}
    assert kinds == {"new": 1, "update": 0, "end": 0}


def test_a_camera_that_is_not_watched_is_refused(metrics: Metrics) -> None:
    with pytest.raises(KeyError, match="gat"):
        metrics.dropped("gat")


def test_two_services_in_one_process_count_apart(metrics: Metrics, clock: FakeClock) -> None:
    other = Metrics(clock, {"gate": 2.0})
    metrics.dropped("gate")
    assert of_gate(other, "frames_dropped_total") == 0


def test_250_cameras_with_everything_that_can_be_told_stay_affordable(clock: FakeClock) -> None:
    metrics = Metrics(clock, {f"camera-{number}": 2.0 for number in range(250)})
    for number in range(250):
        camera = f"camera-{number}"
        metrics.decoded(camera, 0.02)
        metrics.looked(camera, 1, 0.1, late=False)
        metrics.interval(camera, 2.0, 2.0)
        metrics.stands(camera, CameraState.ONLINE)
        metrics.restarted(camera, Fault.TIMED_OUT)
    lines = [it for it in text_of(BookCollector(metrics, "1")).splitlines() if it[0] != "#"]
    assert 250 * 10 < len(lines) < 250 * PER_CAMERA_LINES


def test_nothing_is_told_that_nobody_asked_for(metrics: Metrics) -> None:
    """The library's own counters would add a line ``_created`` to each."""
    assert "_created" not in text_of(BookCollector(metrics, "1"))


def test_counting_from_many_threads_loses_nothing(metrics: Metrics) -> None:
    def count() -> None:
        for _ in range(500):
            metrics.dropped("gate")
            metrics.restarted("gate", "refused")

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for _ in range(20):
        scraped(metrics)
    for thread in threads:
        thread.join(10)
    assert of_gate(metrics, "frames_dropped_total") == 2000
    assert scraped(metrics)["kerbwatch_restarts_total", ("gate", "refused")] == 2000


def test_names_say_what_they_are() -> None:
    assert len({it.name for it in ALL}) == len(ALL)
    for it in ALL:
        assert it.name.startswith("kerbwatch_")
        assert it.name.endswith("_total") == (it.kind is Kind.COUNTER)
        assert it.help.endswith("."), it.name


def test_a_value_of_the_wrong_kind_is_a_mistake_that_shows() -> None:
    with pytest.raises(TypeError, match="kerbwatch_store_up is a gauge, got Timing"):
        Families(OF_ALERTS).add(OF_ALERTS[0], Timing())
