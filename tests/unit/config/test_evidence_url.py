"""The stream for evidence is one that packets come from, and goes with a camera that is live."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from alerts.texts import Language
from kerbwatch.config.load import load_options
from kerbwatch.config.problem import Problem

Find = Callable[..., tuple[Problem, ...]]


def streams(url: str, *more: str) -> str:
    lines = "".join(f"    {line}\n" for line in more)
    return f"""\
site: {{id: test, timezone: Asia/Shanghai}}
cameras:
  - id: gate
    url: {url}
{lines}    fences:
      - id: lane
        polygon: [[0.1, 0.5], [0.9, 0.5], [0.9, 1.0], [0.1, 1.0]]
        see: [obstruction]
        scenarios: {{blocked_fire_lane: {{}}}}
"""


def test_it_is_a_secret_beside_the_url(tmp_path: Path) -> None:
    file = tmp_path / "streams.yaml"
    main = "rtsp://viewer:${CAMERA_PASSWORD}@camera/main"
    file.write_text(streams("rtsp://camera/sub", f"evidence_url: {main}"))
    options = load_options(file, env={"CAMERA_PASSWORD": "p@ss"}, known_models=frozenset())
    (camera,) = options.cameras
    assert camera.evidence_url is not None
    assert camera.evidence_url.reveal() == "rtsp://viewer:p%40ss@camera/main"
    assert "p%40ss" not in repr(options)
    assert replace(camera, evidence_url=None) != camera


@pytest.mark.parametrize(
    ("url", "more", "code"),
    [
        ("rtsp://camera/sub", ["evidence_url: main.mp4"], "stream_url"),
        ("rtsp://camera/sub", ["evidence_url: snapshot+http://camera/main"], "stream_url"),
        ("rtsp://camera/sub", ["evidence_url: 'rtsp:///main'"], "stream_url"),
        ("gate.mp4", ["evidence_url: rtsp://camera/main"], "no_effect"),
        ("http://camera/sub", ["evidence_url: http://camera/main", "transport: tcp"], "no_effect"),
    ],
)
def test_what_could_not_work_is_refused(url: str, more: list[str], code: str, find: Find) -> None:
    (problem,) = find(streams(url, *more))
    assert problem.to_json(Language.EN)["code"] == code


def test_how_a_camera_is_reached_may_be_for_either_stream(find: Find) -> None:
    text = streams("snapshot+http://camera/1", "evidence_url: rtsp://camera/main", "transport: udp")
    assert find(text) == ()
