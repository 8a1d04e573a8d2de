"""The result files hold what they promise."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from fences.box import Box
from replay.results import case_object, write_results
from replay.score import score_cases
from replay.truth import TruthEvent
from tests.unit.replay.cases import BOX, replayed


def test_a_case_is_told_in_seconds_of_the_clip_and_shares_of_the_frame() -> None:
    box = Box(0.1234567, -0.1, 0.4, 1.2)
    told = case_object(replayed(15.2504, box=box, cleared_s=33.0))
    assert (told["opened_s"], told["cleared_s"]) == (15.25, 33.0)
    assert told["box"] == [0.123457, -0.1, 0.4, 1.2], "never clipped"
    assert case_object(replayed(15.0))["cleared_s"] is None


def test_a_case_tells_what_was_taken_and_what_was_left_if_it_was_measured() -> None:
    plain = replayed(15.0)
    measured = replace(plain.case, occupied_share=0.123456, clear_width_m=2.3456)
    told = case_object(replace(plain, case=measured))
    assert (told["occupied_share"], told["clear_width_m"]) == (0.123, 2.346)
    bare = case_object(plain)
    assert (bare["occupied_share"], bare["clear_width_m"]) == (None, None)


def test_without_truth_there_is_no_score(tmp_path: Path) -> None:
    held = write_results(tmp_path, [replayed(15.0, snapshot=None)], None)
    assert list(held) == ["cases"]
    assert [path.name for path in tmp_path.iterdir()] == ["cases.json"]
    assert json.loads((tmp_path / "cases.json").read_text()) == held["cases"]
    assert held["cases"][0]["snapshot"] is None


def test_the_files_hold_what_is_given_back(tmp_path: Path) -> None:
    missed = TruthEvent("lane", "street_vending", 50.0, None, BOX)
    event = TruthEvent("lane", "blocked_fire_lane", 10.0, None, BOX)
    cases = [replayed(15.0), replayed(20.0, case_id="two")]
    dwells = {("lane", "blocked_fire_lane"): 5.0}
    held = write_results(tmp_path, cases, score_cases(cases, [event, missed], dwells))
    assert json.loads((tmp_path / "score.json").read_text()) == held["score"]
    assert held["score"]["missed"] == [
        {"fence": "lane", "scenario": "street_vending", "start_s": 50.0}
    ]
    assert held["score"]["false"] == ["two"]
    assert held["score"]["delay_s"] == {"median": 0.0, "max": 0.0}


def test_no_cases_are_an_empty_list(tmp_path: Path) -> None:
    write_results(tmp_path, [], None)
    assert json.loads((tmp_path / "cases.json").read_text()) == []
