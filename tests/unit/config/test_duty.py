"""``duty`` of ``streams.yaml``: what it becomes, and every mistake at its place."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alerts.duty.budget import Budget, Unit
from alerts.duty.calm import StormRule
from alerts.duty.plan import DutyPlan
from alerts.duty.quiet import Passing
from alerts.duty.routing import Severity
from alerts.texts import Language
from kerbwatch.config.load import load_options
from kerbwatch.config.problem import Problem

Find = Callable[..., tuple[Problem, ...]]

DUTY = """\
duty:
  calendar: {hours: ["Mon-Fri 09:00-17:00"], holidays: ["2026-10-01..2026-10-03"], makeup: ["2026-10-10"]}
  teams:
    - id: squad
      name: 中队
      members: [duty-east, wenshao-property]
      shifts: [{hours: ["Mon-Fri 08:00-20:00", "Sat 09:00-12:00"], who: [duty-east]}]
      holiday_shifts: [{hours: ["Mon-Sun 00:00-24:00"], who: [wenshao-property]}]
    - {id: centre, members: [duty-east]}
  substitutes:
    - {absent: duty-east, stand_in: wenshao-property, since: "2026-09-21 08:00", until: 2026-09-25 18:00, author: 值班长}
  areas:
    - {id: north, name: 北网格, cameras: [gate-3]}
    - {id: south, polygon: [[118.30, 36.80], [118.31, 36.80], [118.31, 36.82]]}
  severity: {blocked_fire_lane: severe}
  routes:
    - {areas: [north], scenarios: [crowd, camera_health], severity: [severe], ladder: [[squad], [centre, duty-east]]}
  deadlines:
    - {accept: 30 min, handle: 2工作日, remind: [10 min], again: 1 h}
  quiet: [{recipient: duty-east, hours: ["Mon-Sun 22:00-07:00"], passing: escalation}]
  storm: {camera_cases: ~, within_s: 30}
"""  # noqa: E501


@pytest.fixture
def plan(tmp_path: Path, good: str, env: dict[str, str]) -> DutyPlan:
    path = tmp_path / "streams.yaml"
    text = good.replace("    every_s: 2\n", "    every_s: 2\n    position: [118.305, 36.805]\n")
    path.write_text(text + DUTY, encoding="utf-8")
    return load_options(path, env=env).duty


def test_a_whole_duty_becomes_the_core_s_plan(plan: DutyPlan) -> None:
    assert plan.calendar.holidays == {date(2026, 10, 1), date(2026, 10, 2), date(2026, 10, 3)}
    assert plan.calendar.zone == plan.rota.zone == "Asia/Shanghai"
    assert [team.name for team in plan.rota.teams] == ["中队", "centre"]
    assert len(plan.rota.teams[0].shifts) == 2
    (substitute,) = plan.rota.substitutes
    assert (substitute.from_ns, substitute.author) == (1_789_948_800 * 10**9, "值班长")
    assert plan.areas.cameras == {"gate-3": (118.305, 36.805)}
    area = plan.areas.area_of("gate-3", "fire-lane")
    assert area is not None
    assert area.name == "北网格"
    assert plan.severities == {"blocked_fire_lane": Severity.SEVERE}
    assert plan.routes[0].rungs == (("squad",), ("centre", "duty-east"))
    assert plan.terms[0].terms.handle == Budget(2, Unit.WORKING_DAY)
    assert plan.terms[0].terms.remind == (Budget(10, Unit.MINUTE),)
    assert plan.quiet[0].passing is Passing.ESCALATION
    assert plan.storm == StormRule(None, 20, 30 * 10**9)
    assert plan.is_configured


def test_a_make_up_day_is_no_holiday_of_the_rota(tmp_path: Path, good: str) -> None:
    path = tmp_path / "streams.yaml"
    text = good + DUTY.replace('makeup: ["2026-10-10"]', 'makeup: ["2026-10-02"]')
    path.write_text(text, encoding="utf-8")
    env = {"MQTT_PASSWORD": "a", "CAMERA_PASSWORD": "b"}
    assert date(2026, 10, 2) not in load_options(path, env=env).duty.rota.holidays


def test_without_duty_nothing_is_configured(tmp_path: Path, good: str, env: dict[str, str]) -> None:
    path = tmp_path / "streams.yaml"
    path.write_text(good, encoding="utf-8")
    assert not load_options(path, env=env).duty.is_configured


@dataclass(frozen=True)
class Row:
    """``old`` of a good ``duty`` becomes ``new``; then this is told, and nothing else."""

    old: str
    new: str
    key: str
    en: str
    zh: str


ROWS = {
    "dates": Row(
        "2026-10-01..2026-10-03", "2026-10-03..2026-10-01", "calendar.holidays[0]",
        "unreadable dates, got '2026-10-03..2026-10-01', expected a list of dates such as",
        "日期无法识别",
    ),
    "no such day": Row(
        '["2026-10-10"]', '["2026-02-30"]', "calendar.makeup[0]", "unreadable dates", "日期",
    ),
    "hours": Row(
        "Mon-Fri 09:00-17:00", "Mon-Fri 9-17", "calendar.hours[0]", "unreadable hours", "时段",
    ),
    "member": Row(
        "members: [duty-east, wenshao-property]",
        "members: [duty-east, wenshao-property, duty-est]",
        "teams[0].members[2]", "unknown recipient, got 'duty-est', expected 'duty-east'", "接收人",
    ),
    "who is no member": Row(
        "members: [duty-east, wenshao-property]", "members: [duty-east]",
        "teams[0].holiday_shifts[0].who[0]", "not a member of the team", "不是该班组成员",
    ),
    "team twice": Row(
        "  substitutes:", "    - {id: duty-east, members: [duty-east]}\n  substitutes:",
        "teams[2].id", "the id is taken", "编号",
    ),
    "moment": Row(
        "until: 2026-09-25 18:00", "until: Friday", "substitutes[0].until",
        "unreadable time, got 'Friday', expected a time such as '2026-09-21 08:00'", "时间无法识别",
    ),
    "until before since": Row(
        "until: 2026-09-25 18:00", "until: 2026-09-21 07:00", "substitutes[0].until",
        "ends before it starts", "结束早于开始",
    ),
    "own substitute": Row(
        "stand_in: wenshao-property", "stand_in: duty-east", "substitutes[0].stand_in",
        "somebody cannot stand in for themselves", "不能由本人替班",
    ),
    "camera": Row(
        "cameras: [gate-3]", "cameras: [gate-4]", "areas[0].cameras[0]",
        "unknown camera, got 'gate-4', expected 'gate-3'", "未知的摄像机",
    ),
    "camera in two areas": Row(
        "id: south, polygon", "id: south, cameras: [gate-3], polygon", "areas[1].cameras[0]",
        "the camera is in two areas, got a camera of the area 'north'", "同时属于两个网格",
    ),
    "area twice": Row("id: south", "id: north", "areas[1].id", "the id is taken", "编号"),
    "area nowhere": Row(
        ", cameras: [gate-3]}", "}", "areas[0]", "the area is nowhere", "网格没有范围",
    ),
    "areas overlap": Row(
        ", cameras: [gate-3]}", ", polygon: [[118.305, 36.80], [118.32, 36.80], [118.32, 36.82]]}",
        "areas[1].polygon",
        "the areas overlap, got ground that the area 'north' has as well, expected areas that",
        "网格重叠",
    ),
    "latitude first": Row(
        "[118.31, 36.82]]", "[36.82, 118.31]]", "areas[1].polygon[2]", "no such latitude", "纬度",
    ),
    "flat area": Row(
        "[118.31, 36.82]]", "[118.30, 36.80]]", "areas[1].polygon", "not an area", "多边形无效",
    ),
    "severity": Row(
        "fire_lane: severe", "fire_lane: bad", "severity.blocked_fire_lane",
        "no such value, got 'bad', expected one of: minor, normal, severe", "minor",
    ),
    "severity of what": Row(
        "{blocked_fire_lane:", "{blocked_fire_lan:", "severity.blocked_fire_lan",
        "unknown scenario", "场景",
    ),
    "scenario": Row(
        "[crowd, camera_health]", "[crowds]", "routes[0].scenarios[0]",
        "unknown scenario, got 'crowds', expected 'crowd'", "场景",
    ),
    "area of a route": Row(
        "areas: [north]", "areas: [nord]", "routes[0].areas[0]",
        "unknown area, got 'nord', expected 'north'", "未知的网格",
    ),
    "target": Row(
        "[[squad]", "[[squat]", "routes[0].ladder[0][0]",
        "neither a team nor a recipient, got 'squat', expected 'squad'", "既不是班组也不是接收人",
    ),
    "empty rung": Row("[[squad]", "[[]", "routes[0].ladder[0]", "too few items", "至少一个"),
    "budget": Row(
        "30 min", "half an hour", "deadlines[0].accept",
        "unreadable amount of time, got 'half an hour', expected a time such as '30 min'", "时限",
    ),
    "reminder": Row("[10 min]", "[soon]", "deadlines[0].remind[0]", "unreadable amount", "时限"),
    "no deadline": Row(
        "accept: 30 min, handle: 2工作日, ", "", "deadlines[0]", "a deadline without time", "时限",
    ),
    "quiet": Row(
        "{recipient: duty-east", "{recipient: nobody", "quiet[0].recipient",
        "unknown recipient", "接收人",
    ),
    "no storm": Row(
        "camera_cases: ~", "camera_cases: ~, site_cases: ~", "storm",
        "a storm without a number", "没有写明数量",
    ),
}  # fmt: skip


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_a_mistake_is_told_at_its_place_in_both_languages(row: Row, good: str, find: Find) -> None:
    assert DUTY.count(row.old) == 1
    text = good + DUTY.replace(row.old, row.new)
    (problem,) = find(text)
    assert problem.key == f"duty.{row.key}"
    assert row.en in problem.text(Language.EN)
    assert row.zh in problem.text(Language.ZH)
    assert problem.line > good.count("\n")


def test_a_position_is_longitude_first(good: str, find: Find) -> None:
    text = good.replace("    every_s: 2\n", "    every_s: 2\n    position: [36.8, 118.3]\n")
    (problem,) = find(text)
    assert problem.key == "cameras[0].position[1]"
    assert "expected a latitude from -90 to 90" in problem.text(Language.EN)


def test_the_good_duty_has_no_problem(good: str, find: Find) -> None:
    assert find(good + DUTY) == ()


TOKENS = list(re.finditer(r"[^\s\[\]{},:]+|\[[^\[\]]*\]|\{[^{}]*\}", DUTY))
VALUES = ("~", "[]", "{}", "-1", "true", "x", "'2026-01-01'", "[[]]", "[[0, 0]]", "{a: b}", "1e9")


@settings(
    deadline=None,
    derandomize=True,
    max_examples=150,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(token=st.sampled_from(TOKENS), value=st.sampled_from(VALUES))
def test_no_value_in_place_of_another_crashes_the_loader(
    token: re.Match[str], value: str, good: str, find: Find, tmp_path: Path, env: dict[str, str]
) -> None:
    """It is told, or it is good and becomes a plan."""
    text = good + DUTY[: token.start()] + value + DUTY[token.end() :]
    problems = find(text)
    if not problems:
        path = tmp_path / "streams.yaml"
        assert load_options(path, env=env).duty.calendar.day_ns > 0
    for problem in problems:
        assert problem.text(Language.EN)
        assert problem.text(Language.ZH)
