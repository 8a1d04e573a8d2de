"""``kerbwatch duty`` and ``check``: who is on duty, who is told in turn, and until when."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.kit import camera, fence, kerbwatch, streams

pytestmark = pytest.mark.timeout(60)

RECIPIENTS = [
    {"id": "wenshao", "name": "闻韶物业", "role": "property"},
    {"id": "day", "name": "中队白班", "role": "officer"},
    {"id": "night", "name": "中队夜班", "role": "officer"},
]
SHIFTS = [
    {"hours": ["Mon-Sun 08:00-20:00"], "who": ["day"]},
    {"hours": ["Mon-Fri 20:00-08:00"], "who": ["night"]},
]
DUTY: dict[str, Any] = {
    "calendar": {"holidays": ["2026-10-01..2026-10-07"]},
    "teams": [{"id": "squad", "name": "中队", "members": ["day", "night"], "shifts": SHIFTS}],
    "areas": [{"id": "north", "name": "北网格", "cameras": ["gate-3"]}],
    "routes": [{"areas": ["north"], "ladder": [["wenshao"], ["squad"]]}],
    "deadlines": [{"areas": ["north"], "accept": "30 min", "handle": "4 working h"}],
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    cameras = [
        camera("gate-3", "a.mp4", [fence(notify=["wenshao"])]),
        camera("gate-4", "b.mp4", [fence(notify=["day"])]),
    ]
    streams(tmp_path, cameras, recipients=RECIPIENTS, duty=DUTY)
    return tmp_path


def test_who_is_on_duty_and_where_a_case_goes_is_told_for_any_time(folder: Path) -> None:
    """On the eve of the National Day week at half past four: handled in the week after."""
    arguments = ("duty", "--at", "2026-09-30 16:30", "--json")
    found = kerbwatch(*arguments, cwd=folder).result
    assert found["at"] == "2026-09-30T16:30:00+08:00"
    (team,) = found["teams"]
    assert (team["on_duty"], team["until"]) == (["中队白班"], "2026-09-30T20:00:00+08:00")
    assert team["gaps"][0] == ["2026-10-03T20:00:00+08:00", "2026-10-04T08:00:00+08:00"]
    north, rest = found["ways"]
    assert north == {
        "area": "北网格",
        "scenarios": ["construction_waste"],
        "ladder": [["闻韶物业"], ["中队"]],
        "accept": "30 min",
        "accept_by": "2026-09-30T17:00:00+08:00",
        "handle": "4 working h",
        "handle_by": "2026-10-08T11:30:00+08:00",
    }
    assert (rest["area"], rest["ladder"], rest["handle"]) == (None, [["中队白班"]], None)
    only = kerbwatch(*arguments, "--area", "north", cwd=folder).result
    assert only["ways"] == [north]


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", ("On duty", "2026-09-21 20:00", "Who is told", "4 working h", "nobody on duty")),
        ("zh", ("在岗", "2026-09-21 20:00", "派遣顺序", "4 工作时", "无人值班")),
    ],
)
def test_the_tables_are_in_the_language_of_the_reader(
    folder: Path, lang: str, words: tuple[str, ...]
) -> None:
    done = kerbwatch("duty", "--at", "2026-09-21 09:00", cwd=folder, lang=lang)
    assert (done.code, done.err) == (0, "")
    assert [word for word in words if word not in done.out] == []


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--at", "noon"), "--at: got noon, expected a time such as '2026-09-21 08:00'"),
        (("--area", "south"), "--area: got south, expected one of: north"),
    ],
)
def test_what_cannot_be_is_misuse(folder: Path, arguments: tuple[str, ...], told: str) -> None:
    done = kerbwatch("duty", *arguments, cwd=folder)
    assert (done.code, done.err) == (2, f"{told}\n")


def test_check_tells_who_is_on_duty_and_warns_of_gaps(folder: Path) -> None:
    done = kerbwatch("check", cwd=folder)
    assert done.code == 0
    assert "streams.yaml: good, 2 camera(s)" in done.out
    assert "中队: on duty" in done.out
    assert "Warning: 中队 has nobody on duty from" in done.err
    assert "in the next 28 days" in done.err
    as_json = kerbwatch("check", "--json", cwd=folder).result
    assert as_json["ok"]
    assert [team["id"] for team in as_json["duty"]] == ["squad"]
    assert len(as_json["duty"][0]["gaps"]) in {8, 9}


def test_a_rota_without_gaps_is_not_warned_of(folder: Path) -> None:
    path = folder / "streams.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("Mon-Fri 20:00", "Mon-Sun 20:00"), encoding="utf-8")
    assert kerbwatch("check", cwd=folder).err == ""


def test_without_duty_the_recipients_of_the_fences_are_shown(folder: Path) -> None:
    path = folder / "streams.yaml"
    content = json.loads(path.read_text(encoding="utf-8"))
    del content["duty"]
    path.write_text(json.dumps(content), encoding="utf-8")
    found = kerbwatch("duty", "--json", cwd=folder).result
    assert found["teams"] == []
    assert [way["ladder"] for way in found["ways"]] == [[["闻韶物业"]], [["中队白班"]]]
