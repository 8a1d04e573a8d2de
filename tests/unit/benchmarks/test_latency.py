"""From when a case was due and when its message came."""

from __future__ import annotations

import pytest

from benchmarks.city import Said
from benchmarks.clips import Visit
from benchmarks.latency import ALWAYS, SELDOM, Scene, latencies_s, summary

SCENE = Scene(Visit(20, 40, 60), 8.0, 2.0, (64, 48), 120.0, 2)
PLAYS = [{"play": "a000", "at_ns": 1_000_000_000, "frame": 25}]
"""Begun at second 1, one second into the clip: the first case is due at 1 + 20 - 1 + 8 = 28."""


CAMERA_CASE = {"camera": {"id": "a000"}, "fence": None}


def message(at_s: float, camera: str = "a000", kind: str = "new") -> Said:
    body = {"kind": kind, "case": {"camera": {"id": camera}, "fence": {"id": "corner"}}}
    return Said(round(at_s * 1e9), "kerbwatch/bench/events", body)


def test_a_message_is_as_late_as_it_comes_after_its_case_was_due() -> None:
    said = [message(29.25), message(88.5)]
    assert latencies_s(PLAYS, said, SCENE, ALWAYS) == pytest.approx([1.25, 0.5])


def test_other_cameras_other_kinds_and_other_topics_are_not_measured() -> None:
    said = [
        message(29, camera="x000"),
        message(29, kind="end"),
        Said(29_000_000_000, "kerbwatch/bench/events", {"kind": "new", "case": CAMERA_CASE}),
        Said(1, "kerbwatch/bench/status", {"kind": "new"}),
    ]
    assert latencies_s(PLAYS, said, SCENE, ALWAYS) == []
    assert latencies_s(PLAYS, [message(29)], SCENE, SELDOM) == []


def test_percentiles_are_by_the_nearest_rank_and_absent_without_messages() -> None:
    assert summary([0.4, 0.1, 0.2, 0.3]) == {
        "messages": 4,
        "median_s": 0.2,
        "p95_s": 0.4,
        "p99_s": 0.4,
    }
    assert summary([])["median_s"] is None
