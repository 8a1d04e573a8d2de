"""A short round of the accuracy harness, by the command, on scenes for tuning."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.kit import Done, kerbwatch

pytestmark = pytest.mark.timeout(180)

SHORT = ("--set", "tuning", "--conditions", "day,rain", "--clips", "1", "--size", "320x180")


def short_round(folder: Path, *options: str, lang: str = "en") -> Done:
    arguments = ("accuracy", *SHORT, "--negative-minutes", "0.5", "--out", "out", *options)
    return kerbwatch(*arguments, cwd=folder, lang=lang, timeout_s=170, cold=True)


def clips_of(folder: Path) -> list[dict[str, Any]]:
    """The clips of ``results.json`` without what the clock says."""
    text = (folder / "out" / "results.json").read_text(encoding="utf-8")
    clips: list[dict[str, Any]] = json.loads(text)["clips"]
    for clip in clips:
        del clip["picture_cpu_s"]
        for showing in clip["showings"]:
            assert showing.pop("cpu_s") > 0
    return clips


def test_a_short_round_finds_violations_writes_a_page_and_goes_on_where_it_was(
    tmp_path: Path,
) -> None:
    """Both languages, every file, and a second round that has nothing left to do but the page."""
    sources = ("--sources", "obstruction,mog2", "--workers", "2")
    done = short_round(tmp_path, *sources)
    assert done.code == 0, done.err
    clips = clips_of(tmp_path)
    assert [clip["clip"] for clip in clips] == ["day-p0", "rain-p350", "day-n35", "rain-n385"]
    assert [clip["events"] > 0 for clip in clips] == [True, True, False, False]
    ours = [clip["showings"][0] for clip in clips]
    assert sum(showing["tp"] for showing in ours) >= 1
    assert [showing["fp"] for showing in ours] == [0, 0, 0, 0]
    mistakes = [it for clip in clips for one in clip["showings"] for it in one["mistakes"]]
    page = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert page.count("<figure>") == len(mistakes)
    assert page.count("data:image/jpeg;base64,") == len(mistakes)
    assert all((tmp_path / "out" / it["picture"]).is_file() for it in mistakes)

    kept = sorted((tmp_path / "out" / "clips").iterdir())
    before = [path.stat().st_mtime_ns for path in kept]
    again = short_round(tmp_path, *sources, "--json")
    assert set(again.result) == {"goals", "figures"}
    assert [path.stat().st_mtime_ns for path in kept] == before
    assert clips_of(tmp_path) == clips


def test_a_learned_detector_sees_rendered_clips_with_its_own_eyes(tmp_path: Path) -> None:
    """Nothing tells it the truth: it finds what the bundled model finds, at its own cost."""
    done = short_round(tmp_path, "--sources", "learned", "--clips", "0", lang="zh")
    assert done.code == 0, done.err
    figures = json.loads((tmp_path / "out" / "results.json").read_text(encoding="utf-8"))["figures"]
    assert figures["learned"]["rendered"]["cpu_ms"] > 1
    assert figures["learned"]["rendered"]["tp"] == 0
    page = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert '<html lang="zh">' in page
    assert re.search("违规发现得有多准", page)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (("--conditions", "hail"), "--conditions: got hail, expected one of: day,"),
        (("--sources", "crystal-ball"), "--sources: got crystal-ball, expected one of: obstr"),
        (("--size", "10x10"), "--size: got 10x10, expected width and height"),
        (("--negative-minutes", "71"), "got 71, the tuning set has at most 70"),
        (("--truth", "nowhere.json"), "nowhere.json"),
        (("--sources", "learned", "--model", "nothing"), "there is no model card nothing"),
    ],
)
def test_what_cannot_be_measured_is_refused_in_one_sentence(
    tmp_path: Path, options: tuple[str, ...], expected: str
) -> None:
    done = kerbwatch("accuracy", "--set", "tuning", "--clips", "1", *options, cwd=tmp_path)
    assert done.code in {1, 2}
    assert expected in done.err
    assert "Traceback" not in done.err
