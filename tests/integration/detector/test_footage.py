"""Real clips, the awkward ones too."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest

from detector.frame import Frame
from detector.sources.recording import RecordingSource, recording_facts
from fences.clock import SECOND_NS

CLIPS = {
    "aboda_video4.avi": (1169, (720, 480), 39.0),
    "bgs_video03.avi": (1699, (320, 240), 28.3),
    "dump_bag_hall.mp4": (820, (614, 1198), 27.3),
    "intel_car-detection.mp4": (377, (768, 432), 30.2),
    "ltb2k_parking.mp4": (984, (576, 996), 32.8),
    "towncentre_10s_h264.mp4": (302, (1920, 1080), 10.1),
    "towncentre_10s_h265.mp4": (302, (1920, 1080), 10.1),
    "problem/bgs_demo_48x48_aborts_opencv5.avi": (51, (48, 48), 3.4),
    "problem/rotation_tag_portrait.mp4": (350, (720, 1280), 11.8),
}


@pytest.mark.parametrize("name", CLIPS)
def test_every_picture_is_read_once_in_time(name: str, shared_dir: Path) -> None:
    pictures, size_wh, seconds = CLIPS[name]
    path = shared_dir / "footage" / name
    times: list[int] = []
    for item in RecordingSource(path):
        assert isinstance(item, Frame), f"a gap in a whole clip: {item}"
        if not times:
            assert item.image().shape == (size_wh[1], size_wh[0], 3)
        times.append(item.media_ns)
    assert len(times) == pictures
    assert times[0] == 0
    assert all(before < after for before, after in pairwise(times))
    assert times[-1] / SECOND_NS == pytest.approx(seconds, abs=0.15)
    facts = recording_facts(path)
    assert facts.size_wh == size_wh
    assert facts.duration_s == pytest.approx(seconds, abs=0.1)


def test_swapped_stamps_of_an_avi_file_do_not_bend_time(shared_dir: Path) -> None:
    items = RecordingSource(shared_dir / "footage" / "bgs_video03.avi")
    times = [item.media_ns for item in items if isinstance(item, Frame)]
    steps = np.diff(times[6:]) / SECOND_NS * 60
    assert np.abs(steps - 1).max() < 0.01


def test_the_portrait_clip_is_upright_as_its_stabilised_copy_is(shared_dir: Path) -> None:
    """The same hall: only upright do the two look alike."""
    folder = shared_dir / "footage"
    tagged, copy = (
        next(iter(RecordingSource(folder / name)))
        for name in ("problem/rotation_tag_portrait.mp4", "dump_bag_hall.mp4")
    )
    assert isinstance(tagged, Frame)
    assert isinstance(copy, Frame)
    wanted = cv2.resize(copy.image(), (36, 64)).astype(np.float64).ravel()
    likeness = [
        np.corrcoef(cv2.resize(turned, (36, 64)).astype(np.float64).ravel(), wanted)[0, 1]
        for turned in (np.rot90(tagged.image(), turns) for turns in range(4))
    ]
    assert likeness[0] > 0.5
    assert likeness[0] > max(likeness[1:]) + 0.1


def test_a_clip_cut_short_still_tells_what_it_holds(shared_dir: Path, tmp_path: Path) -> None:
    whole = (shared_dir / "footage" / "aboda_video4.avi").read_bytes()
    cut = tmp_path / "cut.avi"
    cut.write_bytes(whole[: len(whole) * 6 // 10])
    *frames, last = RecordingSource(cut)
    assert 500 < len(frames) < 1000
    assert not isinstance(last, Frame) or last.media_ns < 30 * SECOND_NS
