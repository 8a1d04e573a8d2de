"""A fence's scale is read as measured, and refused in one clear line where it tells nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from alerts.texts import Language
from fences.ground import parse_scale
from kerbwatch.config.load import load_options
from kerbwatch.config.problem import Problem

Find = Callable[..., tuple[Problem, ...]]

POLYGON = "[[0.30, 0.50], [0.70, 0.50], [0.95, 0.95], [0.05, 0.95]]"
POINTS = "[[0.1, 0.9], [0.9, 0.9], [0.65, 0.5], [0.35, 0.5]]"
METRES = "[[0, 0], [4, 0], [4, 20.5], [0, 20.5]]"
SCALE = "cameras[0].fences[0].scale"


def streams(points: str = POINTS, metres: str = METRES, polygon: str = POLYGON) -> str:
    return f"""\
site: {{id: test, timezone: Asia/Shanghai}}
cameras:
  - id: gate
    url: clips/gate.mp4
    fences:
      - id: lane
        polygon: {polygon}
        scale:
          points: {points}
          metres: {metres}
        scenarios: {{blocked_fire_lane: {{}}}}
"""


def test_a_scale_is_read_as_it_was_measured(tmp_path: Path) -> None:
    path = tmp_path / "streams.yaml"
    path.write_text(streams())
    (camera,) = load_options(path, env={}).cameras
    points = ((0.1, 0.9), (0.9, 0.9), (0.65, 0.5), (0.35, 0.5))
    metres = ((0.0, 0.0), (4.0, 0.0), (4.0, 20.5), (0.0, 20.5))
    assert camera.fences[0].fence.scale == parse_scale(points, metres)


def test_a_fence_needs_no_scale(good: str, find: Find, tmp_path: Path, env: dict[str, str]) -> None:
    assert find(good, env) == ()
    fences = load_options(tmp_path / "streams.yaml", env=env).cameras[0].fences
    assert [it.fence.scale for it in fences] == [None, None]


BAD = {
    "three on a line": (
        {"metres": "[[0, 0], [4, 0], [8, 0], [0, 20]]"},
        ("10:11", "metres"),
        (
            "three of the four points lie on one line, got the points 1, 2, 3 on one line, "
            "expected the corners of a wide enough rectangle on the ground, such as [[0, 0], "
        ),
        "实际为同一直线上的第 1, 2, 3 点，应为地面上一个够宽的矩形的四角，例如 [[0, 0], ",
    ),
    "one point twice": (
        {"points": "[[0.1, 0.9], [0.1, 0.9], [0.65, 0.5], [0.35, 0.5]]"},
        ("9:11", "points"),
        "three of the four points lie on one line, got the points 1, 2, 3 on one line",
        "四个点中有三点在同一直线上",
    ),
    "crossing": (
        {"metres": "[[0, 0], [4, 0], [0, 20], [4, 20]]"},
        ("10:11", "metres"),
        (
            "the four points are out of order, got points that cross over, expected the points "
            "in one order around the place, the same in 'points' and 'metres'"
        ),
        "四个点的顺序不对，实际为前后交叉的点，应为沿区域边界依次排列的点",
    ),
    "three points": (
        {"points": "[[0.1, 0.9], [0.9, 0.9], [0.65, 0.5]]"},
        ("9:11", "points"),
        "too few items, got a list of 3, expected 4 points [x, y] of the ground, each from 0 to 1",
        "项数太少，实际为含 3 项的列表，应为地面上的 4 个点",
    ),
    "five places": (
        {"metres": "[[0, 0], [4, 0], [4, 20], [0, 20], [0, 10]]"},
        ("10:11", "metres"),
        "too many items, got a list of 5, expected 4 places on the ground",
        "项数太多，实际为含 5 项的列表，应为以米为单位的 4 个地面位置",
    ),
    "not finite": (
        {"metres": "[[0, 0], [4, 0], [4, .inf], [0, 20]]"},
        ("10:40", "metres[2][1]"),
        "out of range, got .inf, expected metres, a number from -10000 to 10000",
        "超出范围，实际为 .inf，应为米数，-10000 至 10000",
    ),
    "with its unit": (
        {"metres": "[[0, 0], [4m, 0], [4, 20], [0, 20]]"},
        ("10:29", "metres[1][0]"),
        "wrong type, got '4m', expected metres",
        "类型不对，实际为“4m”，应为米数",
    ),
    "three numbers": (
        {"metres": "[[0, 0], [4, 0, 1], [4, 20], [0, 20]]"},
        ("10:28", "metres[1]"),
        "wrong form, got a list of 3, expected a place on the ground [x, y] in metres",
        "格式不对，实际为含 3 项的列表，应为以米为单位的地面位置",
    ),
    "pixels": (
        {"points": "[[64, 0.9], [0.9, 0.9], [0.65, 0.5], [0.35, 0.5]]"},
        ("9:21", "points[0][0]"),
        "out of range, got 64, expected a number from 0 to 1, a share of the frame",
        "超出范围，实际为 64",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_a_scale_that_tells_nothing_is_one_line_at_its_place(name: str, find: Find) -> None:
    changes, (place, key), english, chinese = BAD[name]
    (problem,) = find(streams(**changes))
    assert f"streams.yaml:{place} {SCALE}.{key}: {english}" in problem.text(Language.EN)
    assert chinese in problem.text(Language.ZH)


def test_a_fence_that_reaches_the_horizon_of_its_scale_is_refused(find: Find) -> None:
    high = "[[0.40, 0.14], [0.60, 0.14], [0.95, 0.95], [0.05, 0.95]]"
    (problem,) = find(streams(polygon=high))
    assert problem.text(Language.EN).partition("streams.yaml:")[2] == (
        "7:19 cameras[0].fences[0].polygon[0]: the fence reaches the horizon of its scale, "
        "got a corner at [0.4, 0.14], expected a corner well below the horizon that 'scale' "
        "gives: lower it, or measure the points again"
    )
    assert "围栏超出了标尺的地平线，实际为位于 [0.4, 0.14] 的顶点" in problem.text(Language.ZH)


@pytest.mark.parametrize("missing", ["points", "metres"])
def test_half_a_scale_is_refused(missing: str, find: Find) -> None:
    text = "\n".join(line for line in streams().splitlines() if f" {missing}:" not in line)
    (problem,) = find(text)
    assert f" {SCALE}.{missing}: the key is missing, got nothing" in problem.text(Language.EN)


@pytest.mark.parametrize(
    "value", ["", "4", "[]", "{}", "{points: 1, metres: a}", "{points: [[]], metres: {a: b}}"]
)
def test_nothing_in_the_place_of_a_scale_crashes_the_loader(value: str, find: Find) -> None:
    before, _, after = streams().partition("        scale:\n")
    text = f"{before}        scale: {value}\n{after[after.index('        scenarios') :]}"
    problems = find(text)
    assert (problems == ()) == (value == "")
    assert all(problem.key.startswith(SCALE) for problem in problems)
