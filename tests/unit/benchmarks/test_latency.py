"""From when a case was due and when its message came."""

from __future__ import annotations

import pytest

from benchmarks.city import Said
from benchmarks.clips import Visit
from benchmarks.latency import Scene, latencies_s, summary

VISITS, DWELL_S = {"a000": Visit(20, 40, 60), "s000": Visit(20, 40, 60)}, 8.0
PLAYS = [{"play": "a000", "at_ns": 1_000_000_000, "frame": 25}]
"""Begun at second 1, one second into the clip: the first case is due at 1 + 20 - 1 + 8 = 28."""


CAMERA_CASE = {"camera": {"id": "a000"}, "fence": None}


def message(at_s: float, camera: str = "a000", kind: str = "new") -> Said:
    body = {"kind": kind, "case": {"camera": {"id": camera}, "fence": {"id": "corner"}}}
    return Said(round(at_s * 1e9), "kerbwatch/bench/events", body)


def test_a_message_is_as_late_as_it_comes_after_its_case_was_due() -> None:
    said = [message(29.25), message(88.5)]
    assert latencies_s(PLAYS, said, VISITS, DWELL_S) == pytest.approx([1.25, 0.5])


def test_other_cameras_other_kinds_and_other_topics_are_not_measured() -> None:
    said = [
        message(29, camera="x000"),
        message(29, kind="end"),
        Said(29_000_000_000, "kerbwatch/bench/events", {"kind": "new", "case": CAMERA_CASE}),
        Said(1, "kerbwatch/bench/status", {"kind": "new"}),
    ]
    assert latencies_s(PLAYS, said, VISITS, DWELL_S) == []
    assert latencies_s(PLAYS, [message(29)], {"s000": VISITS["s000"]}, DWELL_S) == []


def test_things_come_at_moments_spread_evenly_between_two_key_frames() -> None:
    scene = Scene(Visit(20, 40, 60), 8.0, 2.0, (64, 48), 120.0, 4)
    visits = scene.visits()
    assert [visits[f"a{n:03}"].from_s for n in range(4)] == [20.0, 20.5, 21.0, 21.5]
    assert {visit.to_s - visit.from_s for visit in visits.values()} == {20.0}
    assert len(visits) == 8


def test_a_clip_that_is_no_whole_groups_of_pictures_is_refused() -> None:
    """It would be played in a shorter round than the one that latencies are counted in."""
    with pytest.raises(ValueError, match="got a length of 7 s, expected a multiple of"):
        Visit(3, 6, 7)


def test_percentiles_are_by_the_nearest_rank_and_absent_without_messages() -> None:
    assert summary([0.4, 0.1, 0.2, 0.3]) == {
        "messages": 4,
        "median_s": 0.2,
        "p95_s": 0.4,
        "p99_s": 0.4,
    }
    assert summary([])["median_s"] is None
