"""The files that a replay leaves beside its logs: ``cases.json`` and ``score.json``."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fences.clock import SECOND_NS
from replay.player import ReplayedCase
from replay.score import Score

_PLACES = 6
"""Decimal places of boxes: finer than a pixel of any camera."""


def case_object(replayed: ReplayedCase) -> dict[str, Any]:
    """A case as ``cases.json`` holds it: seconds of the clip, ``box`` xyxy in 0-1.

    ``occupied_share`` (0-1) and ``clear_width_m`` as last told, ``None`` if not measured.
    """
    case = replayed.case
    cleared_ns = case.cleared_media_ns
    return {
        "case_id": case.case_id,
        "camera": case.camera_id,
        "fence": case.fence_id,
        "scenario": case.scenario_id,
        "opened_s": _seconds(case.opened_media_ns),
        "cleared_s": None if cleared_ns is None else _seconds(cleared_ns),
        "since_s": _seconds(case.since_media_ns),
        "box": [round(corner, _PLACES) for corner in replayed.box.xyxy],
        "labels": list(case.labels),
        "named_by": case.named_by,
        "occupied_share": _rounded(case.occupied_share),
        "clear_width_m": _rounded(case.clear_width_m),
        "snapshot": replayed.snapshot,
    }


def score_object(score: Score) -> dict[str, Any]:
    """A score as ``score.json`` holds it; ``delay_s`` is the time beyond the dwell."""
    return {
        "tp": score.tp,
        "fp": score.fp,
        "fn": score.fn,
        "precision": score.precision,
        "recall": score.recall,
        "f1": score.f1,
        "delay_s": {"median": score.delay_median_s, "max": score.delay_max_s},
        "missed": [
            {"fence": missed.fence, "scenario": missed.scenario, "start_s": missed.start_s}
            for missed in score.missed
        ],
        "false": list(score.false),
    }


def write_results(
    folder: Path, cases: Sequence[ReplayedCase], score: Score | None
) -> dict[str, Any]:
    """Write ``cases.json`` and, if there is a score, ``score.json``; gives what they hold."""
    held: dict[str, Any] = {"cases": [case_object(case) for case in cases]}
    _write(folder / "cases.json", held["cases"])
    if score is not None:
        held["score"] = score_object(score)
        _write(folder / "score.json", held["score"])
    return held


def _rounded(measure: float | None) -> float | None:
    return None if measure is None else round(measure, 3)


def _write(path: Path, content: object) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _seconds(media_ns: int) -> float:
    return round(media_ns / SECOND_NS, 3)
