"""A run over clips: what is done, what is kept, what is done anew."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from alerts.texts import Language
from detector.engines.protocol import Engine
from fences.box import Box
from replay.accuracy.clip import Clip
from replay.accuracy.contestants import Contender
from replay.accuracy.result import ClipResult
from replay.accuracy.run import Work, run_clips
from tests.e2e.kit import street_clip
from tests.unit.replay.accuracy.kit import clip, truth

THERE = Box(0.15, 0.5, 0.375, 0.8)
"""Where the kit's street has its box."""


def no_engines() -> Sequence[Engine]:
    return ()


@pytest.fixture
def clips(tmp_path: Path) -> tuple[Clip, Clip]:
    with_box = street_clip(tmp_path / "box.mp4", (4, False), (12, True), (6, False))
    without = street_clip(tmp_path / "empty.mp4", (12, False))
    return (
        clip("box", with_box, truth(4.0, 16.0, THERE)),
        clip("empty", without, truth(2.0, 11.0, THERE)),
    )


@pytest.fixture
def work(tmp_path: Path) -> Work:
    contenders = (Contender.OBSTRUCTION, Contender.MOG2)
    return Work(tmp_path / "out", contenders, no_engines, "", Language.EN)


def names(results: Sequence[ClipResult]) -> list[str]:
    return [result.clip for result in results]


def test_each_contender_finds_the_box_and_misses_what_is_not_there(
    clips: tuple[Clip, Clip], work: Work
) -> None:
    box, empty = run_clips(clips, work, workers=1)
    assert [(it.contender, it.tp, it.fp, it.fn) for it in box.showings] == [
        ("obstruction", 1, 0, 0),
        ("mog2", 1, 0, 0),
    ]
    assert all(0 <= delay_s < 2 for it in box.showings for delay_s in it.delays_s)
    assert (box.looks, box.events) == (110, 1)
    assert box.seconds == pytest.approx(22, abs=0.2)
    assert all(it.cpu_s > 0 for it in box.showings)
    for showing in empty.showings:
        (miss,) = showing.mistakes
        assert (miss.kind, miss.at_s, miss.box) == ("miss", 7.0, THERE.xyxy)
        assert miss.picture is not None
        assert (work.folder / miss.picture).stat().st_size > 1000


def test_false_cases_are_pictured_where_they_opened(clips: tuple[Clip, Clip], work: Work) -> None:
    unexpected = replace(clips[0], events=())
    (result,) = run_clips([unexpected], work, workers=1)
    for showing in result.showings:
        (false,) = showing.mistakes
        assert (false.kind, showing.fp) == ("false", 1)
        assert 9 <= false.at_s < 11
        assert false.picture is not None
        assert (work.folder / false.picture).is_file()


def test_a_second_run_takes_what_the_first_has_left(clips: tuple[Clip, Clip], work: Work) -> None:
    first = list(run_clips(clips, work, workers=1))
    kept = work.folder / "clips" / "box.json"
    content = json.loads(kept.read_text(encoding="utf-8"))
    content["result"]["seconds"] = 12345.0
    kept.write_text(json.dumps(content), encoding="utf-8")
    again = list(run_clips(clips, work, workers=1))
    assert again == [replace(first[0], seconds=12345.0), first[1]]


def test_what_was_broken_off_goes_on_and_what_has_changed_is_done_anew(
    clips: tuple[Clip, Clip], work: Work
) -> None:
    begun = run_clips(clips, work, workers=1)
    next(begun)
    begun.close()  # type: ignore[attr-defined]
    folder = work.folder / "clips"
    assert [path.name for path in sorted(folder.iterdir())] == ["box.json"]
    assert names(list(run_clips(clips, work, workers=1))) == ["box", "empty"]
    other = replace(work, contenders=(Contender.KNN,))
    changed = list(run_clips(clips, other, workers=1))
    assert [it.contender for result in changed for it in result.showings] == ["knn", "knn"]


def test_several_processes_give_what_one_gives_in_the_same_order(
    clips: tuple[Clip, Clip], work: Work, tmp_path: Path
) -> None:
    alone = list(run_clips(clips, work, workers=1))
    together = list(run_clips(clips, replace(work, folder=tmp_path / "two"), workers=2))
    assert names(together) == ["box", "empty"]
    for one, other in zip(alone, together, strict=True):
        for first, second in zip(one.showings, other.showings, strict=True):
            assert replace(first, cpu_s=0) == replace(second, cpu_s=0)
