"""A good configuration, and ways to write bad ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from kerbwatch.config.load import find_problems
from kerbwatch.config.problem import Problem

GOOD = """\
site: {id: linzi, name: 临淄区, timezone: Asia/Shanghai}
mqtt:
  url: mqtts://broker.example:8883
  username: kerbwatch
  password: ${MQTT_PASSWORD}
store: {url: "sqlite:///data/kerbwatch.db"}
models: {dir: models, use: [yolox-nano-416]}
recipients:
  - {id: duty-east, name: 东片区值班, role: officer}
  - {id: wenshao-property, name: 闻韶物业, role: property}
cameras:
  - id: gate-3
    name: 闻韶社区3号门
    url: rtsp://viewer:${CAMERA_PASSWORD}@10.1.2.3/stream1
    every_s: 2
    fences:
      - id: fire-lane
        polygon: [[0.12, 0.55], [0.48, 0.52], [0.61, 0.93], [0.05, 0.95]]
        see: [learned, obstruction]
        known_at_start: ignore
        notify: [duty-east]
        scenarios:
          blocked_fire_lane: {dwell_s: 60, clear_after_s: 30}
      - id: no-vending
        polygon: [[0.55, 0.40], [0.95, 0.42], [0.97, 0.80], [0.60, 0.78]]
        hours: ["Mon-Fri 07:00-19:00"]
        scenarios:
          street_vending: {dwell_s: 120}
"""
"""Every test of a mistake changes one thing in this."""

ENV = {"MQTT_PASSWORD": "hunter2-mqtt", "CAMERA_PASSWORD": "hunter2@camera/"}
"""What the variables of the good file stand for."""

Find = Callable[..., tuple[Problem, ...]]


@pytest.fixture
def good() -> str:
    """A configuration without mistakes, 28 lines."""
    return GOOD


@pytest.fixture
def env() -> dict[str, str]:
    """The variables that the good configuration needs."""
    return dict(ENV)


@pytest.fixture
def find(tmp_path: Path) -> Find:
    """Write a text or bytes to ``streams.yaml`` and find its problems."""

    def write_and_find(
        content: str | bytes, env: Mapping[str, str] = ENV, **options: object
    ) -> tuple[Problem, ...]:
        path = tmp_path / "streams.yaml"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return find_problems(path, env=env, **options)  # type: ignore[arg-type]

    return write_and_find
