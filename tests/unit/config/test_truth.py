"""Truth files: read into plain values, their fences into those of a camera."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from alerts.texts import Language
from fences.box import Box
from fences.clock import SECOND_NS
from fences.observation import Seeing
from kerbwatch.config.problem import ConfigError
from kerbwatch.config.truth import clip_names, fences_of_truth, load_truth
from replay.truth import ClipTruth, TruthEvent

Write = Callable[[str], Path]
TEXT = """\
{
 "about": "two clips",
 "clips": {
  "a.mp4": {
   "fences": [
    {"id": "lane", "polygon": [[0, 0], [1, 0], [1, 1]],
     "scenarios": {"blocked_fire_lane": {"dwell_s": 5, "clear_after_s": 3}}, "see": ["learned"]}
   ],
   "events": [
    {"fence": "lane", "scenario": "blocked_fire_lane", "start_s": 6.0, "end_s": 24.0,
     "box": [0.1, 0.2, 0.5, 1.4]},
    {"fence": "lane", "scenario": "blocked_fire_lane", "start_s": 30, "end_s": null,
     "box": [0.1, 0.2, 0.5, 0.4]}
   ],
   "note": "a ${car} stands"
  },
  "b.mp4": {"events": []}
 }
}
"""


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write_text(text: str) -> Path:
        path = tmp_path / "truth.json"
        path.write_text(text, encoding="utf-8")
        return path

    return write_text


def test_a_clip_is_chosen_by_its_file_name(write: Write) -> None:
    path = write(TEXT)
    assert load_truth(path, "a.mp4") == ClipTruth(
        "a.mp4",
        (
            TruthEvent("lane", "blocked_fire_lane", 6.0, 24.0, Box(0.1, 0.2, 0.5, 1.4)),
            TruthEvent("lane", "blocked_fire_lane", 30, None, Box(0.1, 0.2, 0.5, 0.4)),
        ),
        "a ${car} stands",
    )
    assert load_truth(path, "b.mp4") == ClipTruth("b.mp4", ())
    assert clip_names(path) == ("a.mp4", "b.mp4")


def test_a_single_clip_needs_no_name(write: Write) -> None:
    alone = write(json.dumps(json.loads(TEXT)["clips"]["a.mp4"]))
    assert len(load_truth(alone, "any.mp4").events) == 2
    assert clip_names(alone) == ()
    assert fences_of_truth(alone, "any.mp4", "cam")[0].id == "lane"


def test_the_fences_of_a_clip_become_those_of_a_camera(write: Write) -> None:
    (lane,) = fences_of_truth(write(TEXT), "a.mp4", "cam-1", every_s=0.2)
    assert (lane.name, lane.fence.camera_id) == ("lane", "cam-1")
    assert lane.fence.see == frozenset({Seeing.LEARNED})
    assert lane.fence.rules[0].dwell_ns == 5 * SECOND_NS
    assert lane.fence.rules[0].grace_ns == 2.5 * SECOND_NS


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"about"', "about", "2:2 (file): not valid JSON"),
        ('"about": "two clips"', '"abaut": 1', "2:2 abaut: unknown key, got 'abaut', expected 'ab"),
        (
            "6.0",
            '"6"',
            "10:56 clips.a.mp4.events[0].start_s: wrong type, got '6', expected seconds",
        ),
        ("6.0", "-1", "10:56 clips.a.mp4.events[0].start_s: out of range, got -1"),
        ("6.0", "NaN", "10:56 clips.a.mp4.events[0].start_s: out of range"),
        (
            "24.0",
            "6",
            "10:72 clips.a.mp4.events[0].end_s: ends before it starts, got 6, expected null",
        ),
        (
            "0.5, 1.4",
            "0.05, 1.4",
            "11:6 clips.a.mp4.events[0].box: not a box, got 0.1, 0.2, 0.05, 1.4",
        ),
        (
            ", 1.4]",
            "]",
            "11:6 clips.a.mp4.events[0].box: wrong form, got a list of 3, expected [x1",
        ),
        (
            '{"fence": "lane", "s',
            '{"fence": "line", "s',
            "10:6 clips.a.mp4.events[0].fence: unknown f",
        ),
        (
            '"scenario": "blocked',
            '"scenario": "locked',
            "10:23 clips.a.mp4.events[0].scenario: the f",
        ),
        (
            '"dwell_s"',
            '"dwel_s"',
            "7:42 clips.a.mp4.fences[0].scenarios.blocked_fire_lane.dwel_s: unk",
        ),
        ("[1, 1]]", "[1, 2]]", "6:52 clips.a.mp4.fences[0].polygon[2][1]: out of range, got 2"),
        ('"end_s": null,', "", "12:5 clips.a.mp4.events[1].end_s: the key is missing"),
        ('"note"', '"events": [], "note"', "15:4 clips.a.mp4.events: the key stands here a second"),
    ],
)
def test_a_mistake_is_told_at_its_line_and_column(
    old: str, new: str, told: str, write: Write
) -> None:
    with pytest.raises(ConfigError) as caught:
        load_truth(write(TEXT.replace(old, new, 1)), "a.mp4")
    lines = [it.text(Language.EN).partition("truth.json:")[2] for it in caught.value.problems]
    assert [line[: len(told)] for line in lines] == [told]


def test_an_unknown_clip_is_told_with_the_nearest(write: Write) -> None:
    with pytest.raises(ConfigError, match=r"not in the truth file, got 'a.mp3', expected 'a.mp4'"):
        load_truth(write(TEXT), "a.mp3")


def test_a_clip_without_fences_cannot_give_any(write: Write) -> None:
    with pytest.raises(ConfigError, match="no fences for the clip"):
        fences_of_truth(write(TEXT), "b.mp4", "cam")


@pytest.mark.parametrize("text", ["", "[]", "3", "{", "[" * 5000, '{"events": ' + "9" * 5000 + "}"])
def test_what_is_no_truth_is_refused(text: str, write: Write) -> None:
    with pytest.raises(ConfigError):
        load_truth(write(text), "a.mp4")


def test_half_characters_do_no_harm(write: Write) -> None:
    truth = load_truth(write(json.dumps({"events": [], "note": "\ud800"})), "a.mp4")
    assert truth.note == "\ufffd"


def test_the_truth_of_the_real_clips_is_good(shared_dir: Path) -> None:
    path = shared_dir / "footage" / "truth.json"
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    assert clip_names(path) == tuple(document["clips"])
    for name, clip in document["clips"].items():
        assert len(load_truth(path, name).events) == len(clip["events"])
        fences = fences_of_truth(path, name, "cam", every_s=0.2)
        assert [it.id for it in fences] == [it["id"] for it in clip["fences"]]
