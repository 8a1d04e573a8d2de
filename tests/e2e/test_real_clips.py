"""Every violation of the real clips is found once, in its fence, in time; and nothing else is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.kit import MODEL, Done, camera, kerbwatch, lines_of, streams

CLIPS = (
    "aboda_video4.avi",
    "ltb2k_parking.mp4",
    "towncentre_10s_h264.mp4",
    "towncentre_10s_h265.mp4",
    "bgs_video03.avi",
    "intel_car-detection.mp4",
    "dump_bag_hall.mp4",
)
WITH_EVENTS = ("aboda_video4.avi", "ltb2k_parking.mp4", "dump_bag_hall.mp4")
RUNS = [(clip, 5) for clip in CLIPS] + [(clip, 1) for clip in WITH_EVENTS]
LATE_S = 2.0

pytestmark = pytest.mark.timeout(150)


def replay_real(shared: Path, clip: str, folder: Path, *options: str, cold: bool = False) -> Done:
    """Replay a clip through the fences that the truth file has for it."""
    truth = shared / "footage" / "truth.json"
    fences = json.loads(truth.read_text(encoding="utf-8"))["clips"][clip]["fences"]
    path = shared / "footage" / clip
    config = streams(folder, [camera("cam", path, fences)], models={"use": [MODEL]})
    arguments = ("replay", path, "-c", config, "--out", folder / "out", "--truth", truth, "--json")
    models = {"KERBWATCH_MODELS": str(shared / "models")}
    return kerbwatch(*arguments, *options, cwd=folder, env=models, timeout_s=140, cold=cold)


def events_of(shared: Path, clip: str) -> list[dict[str, Any]]:
    text = (shared / "footage" / "truth.json").read_text(encoding="utf-8")
    events: list[dict[str, Any]] = json.loads(text)["clips"][clip]["events"]
    return events


def check(shared: Path, clip: str, fps: int, folder: Path) -> None:
    done = replay_real(shared, clip, folder, "--sample-fps", str(fps))
    assert done.code == 0, done.err
    truth, score = events_of(shared, clip), done.result["score"]
    assert (score["tp"], score["fp"], score["fn"]) == (len(truth), 0, 0), done.out
    found = [(case["fence"], case["scenario"]) for case in done.result["cases"]]
    assert found == [(event["fence"], event["scenario"]) for event in truth]
    if truth:
        assert score["delay_s"]["max"] <= LATE_S + 1 / fps


def test_the_truth_file_has_these_clips_and_no_others(shared_dir: Path) -> None:
    text = (shared_dir / "footage" / "truth.json").read_text(encoding="utf-8")
    assert sorted(json.loads(text)["clips"]) == sorted(CLIPS)


@pytest.mark.parametrize(("clip", "fps"), RUNS)
def test_each_violation_is_found_once_in_its_fence_and_in_time(
    shared_dir: Path, tmp_path: Path, clip: str, fps: int
) -> None:
    """On a clip without violations, no case opens."""
    check(shared_dir, clip, fps, tmp_path)


@pytest.mark.parametrize("clip", ["dump_bag_hall.mp4"])
def test_the_same_at_25_looks_a_second(shared_dir: Path, tmp_path: Path, clip: str) -> None:
    check(shared_dir, clip, 25, tmp_path)


def test_a_rerun_from_observations_gives_equal_bytes_and_one_from_the_video_the_same_cases(
    shared_dir: Path, tmp_path: Path
) -> None:
    """The written observations hold everything that the fences judged by."""
    first, second, third = (tmp_path / name for name in ("first", "second", "third"))
    clip = "dump_bag_hall.mp4"
    for folder in (first, second):
        folder.mkdir()
        other = folder == second  # in a Python of its own, which orders its sets otherwise
        assert replay_real(shared_dir, clip, folder, "--sample-fps", "2", cold=other).code == 0
    log = first / "out" / "observations.jsonl"
    config = ("-c", first / "streams.yaml", "--out", third, "--sample-fps", "2")
    assert kerbwatch("replay", "--observations", log, *config, cwd=tmp_path).code == 0
    assert lines_of(third / "events.jsonl") != []
    events = [folder / "events.jsonl" for folder in (first / "out", second / "out", third)]
    assert len({path.read_bytes() for path in events}) == 1
    assert (first / "out" / "cases.json").read_bytes() == (
        second / "out" / "cases.json"
    ).read_bytes()
