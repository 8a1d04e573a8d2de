"""Tables and plots of what was measured."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks.plots import draw_all
from benchmarks.report import NAMES, about, drawn, filled, shown, table
from benchmarks.setting import ROOT, read_result

MACHINE = {
    "processor": "Example 9000",
    "cores": 2,
    "features": ["avx2"],
    "memory_gib": 8,
    "system": "Linux 6.1",
    "python": "3.11.7",
    "libraries": {},
    "busy_before": 0.1,
}
ROUND = {
    "cameras": 100,
    "on_time_share": 0.995,
    "cores": 1.6,
    "memory_mb": 1800.0,
    "server_cores": 0.1,
    "same_cases": 1.0,
    "failure": None,
}
SIZE = {
    "size_wh": [1920, 1080],
    "cameras": 100,
    "peer_cameras": 8,
    "ratio": 12.5,
    "peer_absent": None,
    "memory_mb_per_camera": 17.5,
    "on_time_share": 0.995,
    "rounds": [ROUND],
    "peer_rounds": [{**ROUND, "cameras": 8, "same_cases": None}],
}
TIMES: dict[str, Any] = {"cameras": 3, "broker": "mosquitto", "messages": 9}
TIMES |= {"median_s": 0.9, "p95_s": 1.9, "p99_s": 2.1}
TIMES |= {"seldom": {"messages": 8, "median_s": 3.0, "p95_s": 5.0, "p99_s": 6.0}}
BODIES: dict[str, dict[str, Any]] = {
    "cameras": {**SIZE, "substreams": {**SIZE, "size_wh": [704, 576], "cameras": 250}},
    "replay": {"one": 44.0, "four": 60.0, "peer_one": 4.0, "peer_four": 5.0, "ratio": 11.0}
    | {"peer_absent": None},
    "engine": {
        "models": {
            "street": {
                "fp32": {"bare_per_s": 50.0, "pipeline_per_s": 47.0, "share": 0.94}
                | {"bare_core_ms": 40.1, "pipeline_core_ms": 41.2},
                "bf16": {"absent": "this processor has no bf16"},
            }
        }
    },
    "fences": {
        "peer_absent": "supervision",
        "cases": [
            {"fences": n, "boxes": 10, "step_ms": 0.1 * n, "contour_ms": 0.01 * n}
            | {"supervision_ms": None}
            for n in (1, 10)
        ],
    },
    "latency": {
        "every_s": 2.0,
        "dwell_s": 20.0,
        "idle": TIMES,
        "full_load": {**TIMES, "p95_s": 2.2},
    },
}

BODIES["store"] = {
    "rate_per_s": 50.0,
    "stores": {
        "sqlite": {"events": 80, "stored_per_s": 900.0, "acked_per_s": 700.0, "core_ms": 1.4}
        | {"latency": TIMES},
        "postgresql": {"absent": "needs postgresql"},
    },
}


def result(name: str) -> dict[str, Any]:
    about_it = {
        "date": "2026-01-02",
        "commit": "abc1234",
        "command": f"python -m benchmarks {name}",
    }
    return {**about_it, "machine": MACHINE, **BODIES[name]}


def page() -> str:
    return "".join(f"## {n}\n<!-- {n} begin -->\nold\n<!-- {n} end -->\nprose\n" for n in NAMES)


def test_every_benchmark_gets_a_table_between_its_markers_and_prose_stays() -> None:
    text = filled(page(), {name: result(name) for name in NAMES})
    assert "old" not in text
    assert text.count("prose") == len(NAMES)
    assert "| 1920×1080, 100% busy | 100 | 8 | 12.5 | 17.5 | 99.5 % |" in text
    assert "| one clip | 44 | 4 | 11 |" in text
    assert "| street | fp32 | 50 | 47 | 94.0 % | 40.1 | 41.2 |" in text
    assert "| SQLite | 900 | 700 | 1.4 | 0.9 | 1.9 | 2.1 |" in text
    assert "| PostgreSQL | not here: needs postgresql | – |" in text
    assert "| full load, looked at every 2 s | 3 | 9 | 0.9 | 2.2 | 2.1 |" in text


def test_a_plot_is_shown_where_there_is_one(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "performance-replay.png").touch()
    text = filled(page(), {n: result(n) for n in ("replay", "fences")}, drawn(tmp_path))
    assert text.count("![") == text.count("![replay](images/performance-replay.png)") == 1


def test_what_is_absent_is_named() -> None:
    text = filled(page(), {name: result(name) for name in ("engine", "fences")})
    assert "not here: this processor has no bf16" in text
    assert "not here: supervision" in text


def test_filling_again_changes_nothing_and_what_was_not_measured_stays() -> None:
    once = filled(page(), {"replay": result("replay")})
    assert filled(once, {"replay": result("replay")}) == once
    assert once.count("old") == len(NAMES) - 1


def test_a_page_without_markers_is_refused() -> None:
    with pytest.raises(ValueError, match="<!-- replay begin -->"):
        filled("nothing here", {"replay": result("replay")})


def test_the_machine_is_named_with_every_table() -> None:
    line = about(result("replay"))
    for part in ("2026-01-02", "abc1234", "Example 9000", "2 cores", "avx2", "8 GiB", "3.11.7"):
        assert part in line


def test_numbers_are_short_and_what_is_not_known_is_a_dash() -> None:
    assert [shown(it) for it in (None, 0.5, 40.0, 12, "x")] == ["–", "0.5", "40", "12", "x"]
    assert table(("a", "b"), [(1, None)]) == ["| a | b |", "| --- | --- |", "| 1 | – |"]


def test_every_benchmark_has_a_plot(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="needs matplotlib: make bench")
    written = draw_all({name: result(name) for name in NAMES}, tmp_path)
    assert [path.name for path in written] == [f"performance-{name}.png" for name in NAMES]
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in written)


def test_the_document_has_a_place_for_every_result_and_shows_those_that_are_committed() -> None:
    text = (ROOT / "docs" / "PERFORMANCE.md").read_text(encoding="utf-8")
    results = ROOT / "benchmarks" / "results"
    found = {name: held for name in NAMES if (held := read_result(results, name)) is not None}
    assert filled(text, found, drawn(ROOT / "docs")) == text, (
        "python -m benchmarks report brings it up to date"
    )
    for name in NAMES:
        assert f"<!-- {name} begin -->" in text


@pytest.mark.parametrize("name", NAMES)
def test_committed_results_name_the_machine_and_no_place_on_it(name: str) -> None:
    path = ROOT / "benchmarks" / "results" / f"{name}.json"
    if not path.is_file():
        return
    held = json.loads(path.read_text(encoding="utf-8"))
    assert held["machine"]["processor"]
    assert held["command"].startswith("python -m benchmarks")
    assert not held["quick"]
    for place in ("/home", "/tmp", "/root", "/work", "/Users"):
        assert place not in path.read_text(encoding="utf-8")
