"""A quick round of every benchmark: results have their keys; how good they are is not judged."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from typing import Any

import pytest

from tests.conftest import ROOT

pytestmark = pytest.mark.timeout(360)
PEERS_THERE = all(find_spec(name) for name in ("supervision", "ultralytics", "torch", "onnx"))
Number = (int, float)


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("bench")
    command = [sys.executable, "-m", "benchmarks", "all", "--quick", "--date", "2026-01-02"]
    where = ["--results", str(folder / "results"), "--work", str(folder / "work")]
    done = subprocess.run(
        [*command, *where],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=340,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return {path.stem: json.loads(path.read_text()) for path in (folder / "results").iterdir()}


def test_every_result_tells_when_on_what_and_how_it_was_made(results: dict[str, Any]) -> None:
    assert set(results) == {"cameras", "replay", "engine", "fences", "latency", "store"}
    for name, held in results.items():
        assert held["benchmark"] == name
        assert held["date"] == "2026-01-02"
        assert held["command"] == "python -m benchmarks all --quick"
        assert held["quick"] is True
        assert held["machine"]["processor"]
        assert held["machine"]["cores"] >= 1


def test_cameras(results: dict[str, Any]) -> None:
    held = results["cameras"]
    assert held["cameras"] in {0, 2}
    assert held["memory_mb_per_camera"] > 1
    [one] = held["rounds"]
    assert one["cameras"] == 2
    assert one["cores"] > 0
    assert 0 < one["server_cores"] < 1
    for share in (held["on_time_share"], one["on_time_share"]):
        assert share is None or 0 <= share <= 1
    assert {"peer_cameras", "ratio"} <= held.keys()
    if not PEERS_THERE:
        assert (held["peer_cameras"], held["ratio"]) == (None, None)
        assert held["peer_absent"]


def test_replay(results: dict[str, Any]) -> None:
    held = results["replay"]
    assert held["one"] > 0
    if not PEERS_THERE:
        assert (held["peer_one"], held["ratio"]) == (None, None)
        assert held["peer_absent"]


def test_engine(results: dict[str, Any]) -> None:
    [precisions] = results["engine"]["models"].values()
    assert set(precisions) == {"fp32", "bf16", "int8"}
    for held in precisions.values():
        assert held.get("absent") or (held["bare_per_s"] > 0 and held["pipeline_per_s"] > 0)
    assert results["engine"]["share"] > 0


def test_fences(results: dict[str, Any]) -> None:
    held = results["fences"]
    for case in held["cases"]:
        assert case["step_ms"] > 0
        assert case["contour_ms"] > 0
        assert isinstance(case["supervision_ms"], Number) or held["peer_absent"]


def test_latency(results: dict[str, Any]) -> None:
    held = results["latency"]
    for what in ("idle", "full_load"):
        assert held[what]["messages"] >= 1
        assert 0 <= held[what]["median_s"] <= held[what]["p95_s"] <= held[what]["p99_s"]
        assert held[what]["broker"] in {"mosquitto", "embedded"}


def test_store(results: dict[str, Any]) -> None:
    for held in results["store"]["stores"].values():
        if "absent" in held:
            assert "apt-get install" in held["absent"]
            continue
        assert 0 < held["acked_per_s"] <= held["stored_per_s"]
        assert held["latency"]["messages"] == 50
        assert 0 < held["latency"]["median_s"] <= held["latency"]["p95_s"]
