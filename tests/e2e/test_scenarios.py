"""The catalogue as a user asks for it."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from fences.catalogue import CATALOGUE, CATEGORIES
from tests.e2e.kit import MODEL, camera, fence, kerbwatch, streams

pytestmark = pytest.mark.timeout(150)


def cells(line: str) -> int:
    """How wide a terminal shows it."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in line)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_table_has_every_scenario_and_fits_80_columns(tmp_path: Path, lang: str) -> None:
    done = kerbwatch("scenarios", cwd=tmp_path, lang=lang, env={"COLUMNS": "80"})
    assert (done.code, done.err) == (0, "")
    lines = [line.rstrip() for line in done.out.splitlines()]
    assert max(cells(line) for line in lines) <= 80
    for it in CATALOGUE.values():
        (row,) = [line for line in lines if f" {it.id} " in line]
        assert row.startswith(f"  {it.name_zh if lang == 'zh' else it.name_en} ")  # on one line
    shelves = [it.name_zh if lang == "zh" else it.name_en for it in CATEGORIES.values()]
    assert [line for line in lines if line in shelves] == shelves


def test_a_narrow_terminal_cuts_nothing_off(tmp_path: Path) -> None:
    wide, narrow = (
        kerbwatch("scenarios", cwd=tmp_path, env={"COLUMNS": columns}) for columns in ("80", "40")
    )
    assert narrow.out == wide.out


def test_the_language_can_be_chosen(tmp_path: Path) -> None:
    chinese = kerbwatch("scenarios", cwd=tmp_path, lang="zh")
    chosen = kerbwatch("scenarios", "--lang", "zh", cwd=tmp_path, lang="en")
    assert chosen.out == chinese.out
    assert "人员聚集" in chosen.out
    assert kerbwatch("scenarios", "--lang", "fr", cwd=tmp_path).code == 2


def test_machines_get_everything_in_both_languages(tmp_path: Path) -> None:
    done = kerbwatch("scenarios", "--json", cwd=tmp_path)
    assert done.code == 0
    assert [it["id"] for it in done.result] == list(CATALOGUE)
    crowd = next(it for it in done.result if it["id"] == "crowd")
    assert crowd == {
        "id": "crowd",
        "zh": "人员聚集",
        "en": "Crowd",
        "category": {"id": "public_safety", "zh": "公共安全", "en": "Public safety"},
        "means": {
            "zh": "区域内人数达到设定值并持续。",
            "en": "As many people as set are in the place at once, and stay.",
        },
        "state": "bundled",
        "labels": ["person"],
        "obstruction": "none",
        "never": [],
        "sharper_with": [],
        "dwell_s": 60.0,
        "clear_after_s": 60.0,
        "min_area": 0.0003,
        "min_count": 10,
    }


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("scenario", ["crowd", "street_vending", "smoke"])
def test_one_scenario_is_told_with_all_its_facts(tmp_path: Path, lang: str, scenario: str) -> None:
    it = CATALOGUE[scenario]
    done = kerbwatch("scenarios", scenario, cwd=tmp_path, lang=lang)
    assert done.code == 0
    assert done.out.startswith(f"{it.name_zh if lang == 'zh' else it.name_en} ({scenario})\n")
    assert (it.means_zh if lang == "zh" else it.means_en) in done.out
    assert all(label in done.out for label in it.labels | it.never)
    (one,) = kerbwatch("scenarios", scenario, "--json", cwd=tmp_path).result
    assert one["id"] == scenario


def test_an_unknown_scenario_is_misuse_and_the_nearest_is_named(tmp_path: Path) -> None:
    done = kerbwatch("scenarios", "street_wending", cwd=tmp_path)
    assert (done.code, done.out) == (2, "")
    assert "street_wending" in done.err
    assert "street_vending" in done.err
    as_json = kerbwatch("scenarios", "xyz", "--json", cwd=tmp_path)
    assert as_json.code == 2
    assert all(name in as_json.result["error"] for name in CATALOGUE)


def test_a_crowd_in_a_real_street_is_found_by_a_coco_model(
    tmp_path: Path, shared_dir: Path
) -> None:
    """Eight to fifteen people walk through this clip for ten seconds; nobody stands still."""
    clip = shared_dir / "footage" / "towncentre_10s_h264.mp4"
    whole = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]]
    fences = [
        {"id": f"{count}", "polygon": whole, "scenarios": {"crowd": {"min_count": count} | times}}
        for count, times in ((5, {"dwell_s": 5}), (30, {"dwell_s": 5}), (6, {"dwell_s": 60}))
    ]
    config = streams(tmp_path, [camera("cam", clip, fences)], models={"use": [MODEL]})
    arguments = ("replay", clip, "-c", config, "--sample-fps", "2", "--json")
    env = {"KERBWATCH_MODELS": str(shared_dir / "models")}
    done = kerbwatch(*arguments, cwd=tmp_path, env=env, timeout_s=140)
    assert done.code == 0, done.err
    (case,) = done.result["cases"]
    assert (case["fence"], case["scenario"], case["named_by"]) == ("5", "crowd", "counted:person")
    assert 5.0 <= case["opened_s"] <= 6.0
    assert case["cleared_s"] is None


def test_a_scenario_that_nothing_can_see_keeps_the_service_from_starting(tmp_path: Path) -> None:
    watched = fence(scenarios={"smoke": {}})
    streams(tmp_path, [camera("cam", "clip.avi", [watched])])
    for command in ("check", "run"):
        done = kerbwatch(command, cwd=tmp_path)
        assert done.code == 2
        assert "nothing here can see this scenario" in done.out + done.err
