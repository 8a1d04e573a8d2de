"""``kerbwatch replay`` as somebody types it who tunes a fence."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import cv2
import pytest

from tests.e2e.kit import (
    FPS,
    MODEL,
    camera,
    environment,
    fence,
    kerbwatch,
    lines_of,
    streams,
    street,
    street_clip,
)

pytestmark = pytest.mark.timeout(60)

CASE_KEYS = {
    "case_id",
    "camera",
    "fence",
    "scenario",
    "opened_s",
    "cleared_s",
    "box",
    "labels",
    "snapshot",
}
SCORE_KEYS = {"tp", "fp", "fn", "precision", "recall", "delay_s"}


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """4 s of empty street, 6 s with a box, 4 s without; its ``streams.yaml`` beside it."""
    path = street_clip(tmp_path / "clip.avi", (4, False), (6, True), (4, False))
    streams(tmp_path, [camera("cam", path, [fence()])])
    return path


@pytest.fixture
def truth(tmp_path: Path, clip: Path) -> Path:
    """What is in that clip."""
    event = {
        "fence": "corner",
        "scenario": "construction_waste",
        "start_s": 4.0,
        "end_s": 10.0,
        "box": [0.15, 0.5, 0.375, 0.8],
    }
    path = tmp_path / "truth.json"
    path.write_text(json.dumps({"clips": {clip.name: {"events": [event]}}}))
    return path


def test_a_case_is_found_and_told_to_people(clip: Path) -> None:
    done = kerbwatch("replay", clip.name, cwd=clip.parent)
    assert done.code == 0
    assert done.err == "", "a bar is for terminals only"
    assert re.search(r"corner  construction_waste  opened [56]\.\d s, cleared 1\d\.\d s", done.out)
    assert "1 case(s), 70 looks" in done.out
    assert "Written to out" in done.out


def test_quiet_stretches_are_looked_at_less_often_and_the_case_is_the_same(clip: Path) -> None:
    streams(clip.parent, [camera("cam", clip, [fence()], rests=True)])
    done = kerbwatch("replay", clip, "--json", cwd=clip.parent)
    assert done.code == 0, done.err
    (case,) = done.result["cases"]
    assert (case["fence"], case["scenario"]) == ("corner", "construction_waste")
    assert 5.5 <= case["opened_s"] <= 8.2
    assert 10.5 <= case["cleared_s"] <= 13.2
    assert 20 <= done.result["looks"] <= 60


def test_what_is_written_has_the_promised_shape(clip: Path, truth: Path) -> None:
    """``cases.json``, ``score.json``, two logs, and a picture of each case."""
    out = clip.parent / "deep" / "out"
    done = kerbwatch("replay", clip, "--out", out, "--truth", truth, "--json", cwd=clip.parent)
    assert done.code == 0, done.err
    (case,) = json.loads((out / "cases.json").read_text())
    assert case.keys() >= CASE_KEYS
    assert (case["camera"], case["fence"], case["scenario"]) == (
        "cam",
        "corner",
        "construction_waste",
    )
    assert 5.5 <= case["opened_s"] <= 8.2
    assert 10.5 <= case["cleared_s"] <= 13.2
    x1, y1, x2, y2 = case["box"]
    assert 0 <= x1 < x2 <= 1
    assert 0 <= y1 < y2 <= 1
    score = json.loads((out / "score.json").read_text())
    assert score.keys() >= SCORE_KEYS
    assert (score["tp"], score["fp"], score["fn"]) == (1, 0, 0)
    assert (score["precision"], score["recall"]) == (1.0, 1.0)
    assert score["delay_s"].keys() == {"median", "max"}
    assert done.result["ok"] is True
    assert (done.result["cases"], done.result["score"]) == ([case], score)
    assert [event["kind"] for event in lines_of(out / "events.jsonl")] == ["opened", "cleared"]
    assert len(lines_of(out / "observations.jsonl")) == 70


def test_the_picture_of_a_case_shows_the_street_with_something_drawn_on_it(clip: Path) -> None:
    done = kerbwatch("replay", clip, "--json", cwd=clip.parent)
    picture = cv2.imread(str(clip.parent / "out" / done.result["cases"][0]["snapshot"]))
    assert picture is not None
    height, width = picture.shape[:2]
    assert width / height == pytest.approx(160 / 120, rel=0.35)
    plain = cv2.resize(street(True), (width, height))
    assert (cv2.absdiff(picture, plain).max(axis=2) > 60).mean() > 0.005


def test_observations_alone_give_the_same_bytes(clip: Path) -> None:
    """Also at fewer looks a second they play; the clip is not needed any more."""
    folder = clip.parent
    assert kerbwatch("replay", clip, cwd=folder).code == 0
    clip.unlink()
    log = folder / "out" / "observations.jsonl"
    asked = ("replay", "--observations", log, "--out", "again", "--json")
    done = kerbwatch(*asked, cwd=folder, cold=True)
    assert done.code == 0, done.err
    for name in ("events.jsonl", "observations.jsonl"):
        assert (folder / "again" / name).read_bytes() == (folder / "out" / name).read_bytes()
    assert done.result["cases"][0]["snapshot"] is None
    arguments = ("replay", "--observations", log, "--out", "fewer", "--sample-fps", "2", "--json")
    fewer = kerbwatch(*arguments, cwd=folder).result
    assert fewer["looks"] == 28
    assert len(fewer["cases"]) == 1


def test_a_rerun_from_the_video_gives_the_same_bytes(clip: Path) -> None:
    for out, cold in (("one", False), ("two", True)):
        assert kerbwatch("replay", clip, "--out", out, cwd=clip.parent, cold=cold).code == 0
    for name in ("events.jsonl", "observations.jsonl", "cases.json"):
        one, two = (clip.parent / out / name for out in ("one", "two"))
        assert one.read_bytes() == two.read_bytes()


def test_observations_are_not_replayed_into_their_own_folder(clip: Path) -> None:
    """They would be emptied before they are read; refused, they are as they were."""
    assert kerbwatch("replay", clip, cwd=clip.parent).code == 0
    log = clip.parent / "out" / "observations.jsonl"
    before = log.read_bytes()
    done = kerbwatch("replay", "--observations", log, cwd=clip.parent)
    assert done.code == 2
    assert "name another folder" in done.err
    assert log.read_bytes() == before


def test_results_of_an_earlier_replay_do_not_outlive_one_that_fails(clip: Path) -> None:
    assert kerbwatch("replay", clip, cwd=clip.parent).code == 0
    streams(clip.parent, [camera("cam", clip, [fence()])], models={"use": [MODEL]})
    assert kerbwatch("replay", clip, cwd=clip.parent).code == 1, "that model is not there"
    assert not (clip.parent / "out" / "cases.json").exists()


def test_a_folder_of_pictures_is_played_at_its_rate(clip: Path) -> None:
    """Half as many pictures a second is twice the time."""
    folder = clip.parent / "pictures"
    folder.mkdir()
    for number in range(8 * FPS):
        cv2.imwrite(str(folder / f"{number:04}.png"), street(number >= 2 * FPS, number))
    opened = {}
    for fps in ("10", "5"):
        done = kerbwatch("replay", folder, "--fps", fps, "--json", cwd=clip.parent)
        assert done.code == 0, done.err
        opened[fps] = done.result["cases"][0]["opened_s"]
    assert 3.8 <= opened["10"] <= 5.5
    assert 5.8 <= opened["5"] <= 7.5


@pytest.mark.parametrize(
    ("start", "cases"),
    [
        ("2026-03-02T12:00", 1),  # a Monday at noon, the site's time
        ("2026-03-02T04:00:00+00:00", 1),  # the same moment
        ("2026-03-02T22:00", 0),
        ("2026-03-01T12:00", 0),  # a Sunday
        (None, 1),  # unknown: hours do not apply
    ],
)
def test_active_hours_apply_from_the_given_start(clip: Path, start: str | None, cases: int) -> None:
    watched = fence(hours=["Mon-Fri 07:00-19:00"])
    streams(clip.parent, [camera("cam", clip, [watched])])
    options = [] if start is None else ["--start", start]
    done = kerbwatch("replay", clip, "--json", *options, cwd=clip.parent)
    assert done.code == 0, done.err
    assert len(done.result["cases"]) == cases


MISUSES = {
    "a folder without its rate": (("replay", "."), "--fps"),
    "an unknown camera": (("replay", "clip.avi", "--camera", "nowhere"), "cam"),
    "a missing clip": (("replay", "nothing.mp4"), "nothing.mp4: there is no such file"),
    "no input": (("replay",), "give either a clip or --observations"),
    "two inputs": (("replay", "clip.avi", "--observations", "clip.avi"), "not both"),
    "a time that is none": (("replay", "clip.avi", "--start", "tomorrow"), "got tomorrow"),
    "a year that is none": (("replay", "clip.avi", "--start", "0001-01-01"), "got 0001-01-01"),
    "a missing configuration": (("replay", "clip.avi", "-c", "no.yaml"), "no.yaml:1:1"),
    "a missing truth": (("replay", "clip.avi", "--truth", "no.json"), "no.json:1:1"),
}


@pytest.mark.parametrize(("arguments", "words"), MISUSES.values(), ids=MISUSES)
def test_a_misuse_is_told_in_one_sentence_with_status_2(
    clip: Path, arguments: tuple[str, ...], words: str
) -> None:
    """The same in JSON with ``--json``; nothing is written."""
    plain = kerbwatch(*arguments, cwd=clip.parent)
    assert (plain.code, plain.out) == (2, "")
    assert words in plain.err
    assert plain.err.count("\n") == 1
    as_json = kerbwatch(*arguments, "--json", cwd=clip.parent)
    assert as_json.code == 2
    assert as_json.result["ok"] is False
    assert words in as_json.result["error"]
    assert not (clip.parent / "out").exists()


def test_options_that_do_not_exist_are_misuse(clip: Path) -> None:
    for arguments in (["--nope"], ["--sample-fps", "0"], ["--fps", "fast"], ["a", "b"]):
        done = kerbwatch("replay", clip, *arguments, cwd=clip.parent)
        assert (done.code, done.out) == (2, "")
        assert "Traceback" not in done.err


def one_sentence(folder: Path, *arguments: str | Path, words: str) -> None:
    """The command ends with status 1 and one line, in either language and in JSON."""
    done = kerbwatch("replay", *arguments, cwd=folder)
    assert (done.code, done.out) == (1, ""), done.err
    assert done.err.startswith("Error: ")
    assert done.err.count("\n") == 1, done.err
    assert words in done.err
    chinese = kerbwatch("replay", *arguments, cwd=folder, lang="zh")
    assert chinese.err.startswith("错误：")
    as_json = kerbwatch("replay", *arguments, "--json", cwd=folder)
    assert (as_json.code, as_json.result["ok"]) == (1, False)
    assert words in as_json.result["error"]


def test_a_text_file_is_no_clip(clip: Path) -> None:
    clip.write_text("this is no video\n" * 100)
    one_sentence(clip.parent, clip, words="There is no video in it")


def test_a_clip_cut_off_in_its_header_is_no_clip(clip: Path) -> None:
    clip.write_bytes(clip.read_bytes()[:300])
    one_sentence(clip.parent, clip, words="There is no video in it")


def test_an_empty_file_is_no_clip(clip: Path) -> None:
    clip.write_bytes(b"")
    one_sentence(clip.parent, clip, words="The file is empty")


def test_a_clip_cut_off_in_the_middle_is_played_as_far_as_it_goes(clip: Path) -> None:
    whole = clip.read_bytes()
    clip.write_bytes(whole[: len(whole) // 2])
    done = kerbwatch("replay", clip, "--json", cwd=clip.parent)
    assert done.code == 0, done.err
    assert 20 <= done.result["looks"] < 70


def test_an_output_folder_that_cannot_be_is_told(clip: Path) -> None:
    one_sentence(clip.parent, clip, "--out", clip, words="it cannot be read or written")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "there are no observations in it"),
        ("hello\n", ":1: not a line of an observations.jsonl"),
        ('{"kind":"gap","from_ns":0,"to_ns":1,"reason":"x"}\n{"kind":"opened"}\n', ":2: not a"),
    ],
    ids=["empty", "text", "events"],
)
def test_what_is_no_log_of_observations_is_told_with_its_line(
    clip: Path, text: str, words: str
) -> None:
    (clip.parent / "log.jsonl").write_text(text)
    one_sentence(clip.parent, "--observations", "log.jsonl", words=words)


def test_a_model_whose_file_is_missing_or_broken_is_told(clip: Path) -> None:
    streams(clip.parent, [camera("cam", clip, [fence()])], models={"use": [MODEL]})
    one_sentence(clip.parent, clip, words="the model of card yolox-nano-416 is not there")
    (clip.parent / "models").mkdir()
    (clip.parent / "models" / "yolox_nano_416.onnx").write_bytes(b"no onnx" * 50)
    one_sentence(clip.parent, clip, words="yolox_nano_416.onnx")


def test_a_model_that_is_not_what_its_card_says_is_told(clip: Path, shared_dir: Path) -> None:
    models = clip.parent / "models"
    models.mkdir()
    (models / "yolox_nano_416.onnx").symlink_to(shared_dir / "models" / "yolov5n_640.onnx")
    streams(clip.parent, [camera("cam", clip, [fence()])], models={"use": [MODEL]})
    one_sentence(clip.parent, clip, words="yolox_nano_416.onnx")


@pytest.mark.parametrize(
    ("name", "frames", "hw"),
    [
        ("bgs_demo_48x48_aborts_opencv5.avi", 51, (48, 48)),
        ("rotation_tag_portrait.mp4", None, (1280, 720)),
    ],
)
def test_the_problem_clips_are_read_right(
    shared_dir: Path, tmp_path: Path, name: str, frames: int | None, hw: tuple[int, int]
) -> None:
    """All frames of the small one; the portrait one upright. Their pictures tell the size."""
    from detector.sources.recording import RecordingSource, recording_facts  # noqa: PLC0415

    path = shared_dir / "footage" / "problem" / name
    first = next(iter(RecordingSource(path)))
    assert first.image().shape[:2] == hw  # type: ignore[union-attr]
    if frames is not None:
        streams(tmp_path, [camera("cam", path, [fence()])])
        done = kerbwatch("replay", path, "--sample-fps", "1000", "--json", cwd=tmp_path)
        assert done.result["looks"] == frames
    else:
        assert recording_facts(path).duration_s is not None


SPY = '''
"""Loaded by Python at its start: nobody may be called."""
import os, socket


def refuse(*arguments, **named):
    with open(os.environ["SPY"], "a") as told:
        told.write(f"{arguments!r}\\\\n")
    raise PermissionError("a replay called somebody")


socket.socket.connect = socket.socket.connect_ex = socket.socket.bind = refuse
socket.socket.sendto = socket.getaddrinfo = refuse
'''


def test_a_replay_calls_nobody_and_touches_no_store(clip: Path, tmp_path: Path) -> None:
    """With a broker and a store in the configuration: neither is opened, no file is made."""
    spy = tmp_path / "spy"
    spy.mkdir()
    (spy / "sitecustomize.py").write_text(SPY)
    calls = tmp_path / "calls"
    watched = [camera("cam", clip, [fence(notify=["duty"])])]
    mqtt = {"url": "mqtt://127.0.0.1:1"}
    store = {"url": "sqlite:///data/kerbwatch.db"}
    config = streams(tmp_path, watched, mqtt=mqtt, store=store)
    env = {"PYTHONPATH": str(spy), "SPY": str(calls)}
    dial = "import socket; socket.create_connection(('127.0.0.1', 1))"
    tried = subprocess.run([sys.executable, "-c", dial], env=environment(**env), check=False)
    assert tried.returncode != 0
    assert calls.exists(), "the spy is awake"
    calls.unlink()
    done = kerbwatch("replay", clip, "-c", config, cwd=tmp_path, env=env)
    assert done.code == 0, done.err
    assert not calls.exists(), calls.read_text()
    made = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    out = {"out/cases.json", "out/events.jsonl", "out/observations.jsonl"}
    before = {"clip.avi", "streams.yaml", "spy/sitecustomize.py"}
    rest = {name for name in made - out - before if "__pycache__" not in name}
    assert [Path(name).suffix for name in rest] == [".jpg"], rest
