"""The checker counts the files of the evidence folder that are of no case."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from chaos.checker import judge
from chaos.facts import files_in
from chaos.littered import age, orphaned
from tests.unit.chaos.test_checker import LOG, VISITS, broken, facts_of


def named(path: str, *, removed: bool) -> str:
    return json.dumps([{"path": path, "sha256": "a", "size_bytes": 1, "removed": removed}])


@pytest.mark.parametrize("left", ["c000/d/x.jpg", "c000/d/.x.jpg.part", "c000/d/x.mp4"])
def test_a_file_that_no_log_names_is_an_orphan(left: str) -> None:
    there = facts_of((LOG[0] | {"files": named("c000/d/own.jpg", removed=False)}, *LOG[1:]))
    there = replace(there, files={"c000/d/own.jpg": "a"})
    assert broken(judge(there, VISITS)) == set()
    littered = replace(there, files=there.files | {left: "b"})
    assert list(orphaned(littered)) == [left]
    assert broken(judge(littered, VISITS)) == {"orphans"}


def test_what_is_told_to_be_gone_may_wait_for_that() -> None:
    there = facts_of((LOG[0] | {"files": named("c000/d/own.jpg", removed=True)}, *LOG[1:]))
    assert list(orphaned(replace(there, files={"c000/d/own.jpg": "a"}))) == []


def test_every_file_is_seen_and_made_old(tmp_path: Path) -> None:
    folder = tmp_path / "c000" / "day"
    folder.mkdir(parents=True)
    for name in ("x.jpg", ".x.jpg.part"):
        (folder / name).touch()
    assert set(files_in(tmp_path)) == {"c000/day/x.jpg", "c000/day/.x.jpg.part"}
    age(tmp_path)
    assert {path.stat().st_mtime for path in folder.iterdir()} == {0}
