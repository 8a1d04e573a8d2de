"""The recorder keeps what a run brings, in files and in memory."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from alerts.memory import MemoryCaseBook
from alerts.picture import Annotation
from detector.stream import Taken
from fences.clock import SECOND_NS
from fences.event import EventKind, FenceEvent
from fences.observation import Gap, Observation
from fences.record import decode_input
from replay.player import Recorder
from tests.alerts_kit import DIRECTORY, fence_event

PICTURE = np.full((120, 160, 3), 90, np.uint8)


def look(at_s: float, *events: FenceEvent, picture: bool = True) -> Taken:
    media_ns = round(at_s * SECOND_NS)
    return Taken(Observation(media_ns, media_ns), events, (lambda: PICTURE) if picture else None)


def recorder(folder: Path, told: list[int] | None = None) -> Recorder:
    caption = Annotation(polygon=(), boxes=(), lines=("here",), ascii_lines=("here",))
    on_progress = (lambda _: None) if told is None else told.append
    return Recorder(folder, MemoryCaseBook(DIRECTORY), lambda *_: caption, on_progress)


OPENED = fence_event(EventKind.OPENED, 60.0)
CLEARED = fence_event(EventKind.CLEARED, 90.0)


def test_every_input_and_event_is_a_line_and_reads_back(tmp_path: Path) -> None:
    gap = Gap(2 * SECOND_NS, 5 * SECOND_NS, "jump_forward")
    inputs = [look(1), Taken(gap, (), None), look(60, OPENED), look(90, CLEARED)]
    with recorder(tmp_path) as kept:
        for taken in inputs:
            kept.took(taken)
    lines = (tmp_path / "observations.jsonl").read_text().splitlines()
    assert [decode_input(line) for line in lines] == [taken.entry for taken in inputs]
    events = [json.loads(line) for line in (tmp_path / "events.jsonl").read_text().splitlines()]
    assert [event["event_id"] for event in events] == [OPENED.event_id, CLEARED.event_id]
    assert (kept.looks, kept.events) == (3, 2)


def test_a_case_has_its_first_box_and_picture_and_its_newest_state(tmp_path: Path) -> None:
    with recorder(tmp_path) as kept:
        kept.took(look(60, OPENED))
        kept.took(look(90, CLEARED))
    (case,) = kept.cases
    assert case.box == OPENED.sightings[0].box
    assert case.case.cleared_media_ns == 90 * SECOND_NS
    assert case.snapshot == f"cases/{case.case.case_id}.jpg"
    assert (tmp_path / str(case.snapshot)).stat().st_size > 0


def test_without_pictures_there_is_no_snapshot(tmp_path: Path) -> None:
    with recorder(tmp_path) as kept:
        kept.took(look(60, OPENED, picture=False))
    assert [case.snapshot for case in kept.cases] == [None]
    assert not (tmp_path / "cases").exists()


def test_progress_is_told_after_every_input_also_over_a_gap(tmp_path: Path) -> None:
    told: list[int] = []
    with recorder(tmp_path, told) as kept:
        kept.took(look(1))
        kept.took(Taken(Gap(SECOND_NS, 7 * SECOND_NS, "jump_forward"), (), None))
        kept.took(look(8))
    assert [ns // SECOND_NS for ns in told] == [1, 7, 8]
    assert kept.last_media_ns == 8 * SECOND_NS


def test_results_of_an_earlier_replay_are_removed_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "cases").mkdir()
    for name in ("cases.json", "score.json", "notes.txt", "cases/old.jpg", "cases/old.txt"):
        (tmp_path / name).write_text("[]")
    with recorder(tmp_path):
        left = [path for path in tmp_path.rglob("*") if path.is_file()]
        assert sorted(path.relative_to(tmp_path).as_posix() for path in left) == [
            "cases/old.txt",
            "events.jsonl",
            "notes.txt",
            "observations.jsonl",
        ]
