"""A fence whose ground was measured: what a replay tells of the width that is left."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.e2e.kit import LEFT_HALF, camera, fence, kerbwatch, lines_of, streams, street_clip

pytestmark = pytest.mark.timeout(60)

METRES = [[0, 0], [4.5, 0], [4.5, 13], [0, 13]]
"""The camera looks straight down: 10 m to the width of the picture, 20 m to its height."""


def test_a_replay_tells_how_many_metres_the_box_leaves(tmp_path: Path) -> None:
    clip = street_clip(tmp_path / "clip.avi", (4, False), (6, True), (4, False))
    measured = fence(scale={"points": LEFT_HALF, "metres": METRES})
    streams(tmp_path, [camera("cam", clip, [measured])])
    done = kerbwatch("replay", clip.name, cwd=tmp_path)
    assert done.code == 0, done.err
    (case,) = json.loads((tmp_path / "out" / "cases.json").read_text())
    before_m, behind_m = 10 * (case["box"][0] - 0.05), 10 * (0.5 - case["box"][2])
    assert case["clear_width_m"] == pytest.approx(max(before_m, behind_m), abs=0.01)
    assert 1.0 < case["clear_width_m"] < 1.5
    assert 0.05 < case["occupied_share"] < 0.2
    cleared = lines_of(tmp_path / "out" / "events.jsonl")[-1]
    assert cleared["clear_width_m"] == pytest.approx(4.5)
    assert cleared["occupied_share"] == 0.0
