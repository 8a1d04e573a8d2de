"""``kerbwatch cases`` as people use it, on the store of a configuration."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from datetime import timedelta
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from alerts.cases import utc
from alerts.store.sql import SqlStore
from kerbwatch.clock import SystemClock
from tests.e2e.kit import Done, camera, fence, kerbwatch, streams

pytestmark = pytest.mark.timeout(120)

PEOPLE = [
    {"id": "duty", "name": "东片区值班", "role": "officer"},
    {"id": "estate", "name": "闻韶物业", "role": "property"},
    {"id": "other", "name": "天齐物业", "role": "property"},
    {"id": "centre", "name": "监控中心", "role": "operator"},
]
PLACE = ("--camera", "cam", "--fence", "corner", "--scenario", "construction_waste")


def configured(folder: Path) -> Path:
    watched = [camera("cam", "clip.avi", [fence(notify=["duty", "estate"])])]
    return streams(folder, watched, recipients=PEOPLE)


def cases(folder: Path, *arguments: str | Path, lang: str = "en") -> Done:
    return kerbwatch("cases", *arguments, cwd=folder, lang=lang)


def result(folder: Path, *arguments: str | Path) -> Any:
    return cases(folder, *arguments, "--json").result


def test_a_report_is_worked_off_from_the_command_line(tmp_path: Path) -> None:
    configured(tmp_path)
    picture = tmp_path / "phone.png"
    cv2.imwrite(str(picture), np.full((60, 80, 3), 90, np.uint8))
    assert "No case is open" in cases(tmp_path, "list").out
    opened = result(
        tmp_path, "report", *PLACE, "-m", "楼道口有垃圾", "--as", "estate", "--picture", picture
    )
    case_id = opened["case_id"]
    assert (opened["ok"], opened["state"], opened["version"]) == (True, "opened", 1)
    short = case_id.rpartition("-")[2]
    told = cases(tmp_path, "accept", short, "--as", "estate")
    assert (told.code, told.out) == (0, f"{case_id}: accepted, version 2\n")
    until = ("--until", "2099-01-01T00:00")
    refused = cases(tmp_path, "extend", case_id, "--as", "estate", "-m", "雨天", *until)
    assert (refused.code, refused.out) == (1, "")
    assert "at most 24 hours" in refused.err
    for verb, more in (
        ("handle", ("--picture", picture, "-m", "已清运")),
        ("return", ("--as", "duty", "-m", "不干净")),
        ("note", ("-m", "再去")),
        ("handle", ()),
        ("close", ("--as", "duty", "-m", "已到现场查看")),
        ("reopen", ("--as", "duty", "-m", "又来了")),
        ("reject", ("--as", "centre", "-m", "是绿化施工")),
    ):
        who = () if "--as" in more else ("--as", "estate")
        assert result(tmp_path, verb, case_id, *who, *more)["ok"], verb
    assert result(tmp_path, "list") == []
    (body,) = result(tmp_path, "list", "--all")
    assert (body["state"], body["close_reason"], body["version"]) == ("rejected", "rejected", 9)
    assert Path(body["picture"]).is_file()
    shown = result(tmp_path, "show", case_id, "--as", "duty")
    assert shown["verbs"] == ["reopen"]
    said = [(line["reason"], line["actor"], line["words"]) for line in shown["log"]]
    assert said[0] == ("reported", "estate", "楼道口有垃圾")
    assert said[3] == ("return", "duty", "不干净")
    assert [line["version"] for line in shown["log"]] == list(range(1, 10))


def test_suspending_needs_a_time_and_a_reason(tmp_path: Path) -> None:
    configured(tmp_path)
    case_id = result(tmp_path, "report", *PLACE, "-m", "垃圾", "--as", "duty")["case_id"]
    asked = ("suspend", case_id, "--as", "duty")
    assert cases(tmp_path, *asked, "-m", "施工").code == 2
    assert "expected a time such as" in cases(tmp_path, *asked, "--until", "soon").err
    assert "needs a reason" in cases(tmp_path, *asked, "--until", "2027-01-01T00:00").err
    done = result(tmp_path, *asked, "--until", "2027-01-01T00:00", "-m", "施工至元旦")
    assert done["state"] == "suspended"
    (body,) = result(tmp_path, "list")
    assert body["suspended_until"].startswith("2027-01-01T00:00:00.000+08:00")
    assert result(tmp_path, "show", case_id)["log"][-1]["until"] == body["suspended_until"]
    assert "until 2027-01-01 00:00:00 (施工至元旦)" in cases(tmp_path, "show", case_id).out


def test_a_camera_is_silenced_listed_and_lifted(tmp_path: Path) -> None:
    configured(tmp_path)
    case_id = result(tmp_path, "report", *PLACE, "-m", "垃圾", "--as", "duty")["case_id"]
    until = ("--until", "2099-01-01T00:00")
    assert "Nothing is silenced" in cases(tmp_path, "silences").out
    far = cases(tmp_path, "silence", "--camera", "cam", "--as", "duty", *until, "-m", "施工")
    assert (far.code, "at most 168 hours" in far.err) == (1, True)
    soon = utc(SystemClock().wall_ns()) + timedelta(hours=2)
    until = ("--until", soon.isoformat())
    asked = ("silence", "--camera", "cam", "--as", "duty", *until, "-m", "施工")
    assert cases(tmp_path, *asked).out == "Done\n"
    assert cases(tmp_path, "snooze", case_id, "--as", "estate", *until).code == 0
    first, second = result(tmp_path, "silences")
    assert (first["camera"], first["author"], first["kind"]) == ("cam", "duty", "silence")
    assert (second["case_id"], second["recipient"], second["reason"]) == (case_id, "estate", "")
    told = cases(tmp_path, "silences", lang="zh").out
    assert "静默：cam" in told
    assert "由东片区值班设置（施工）" in told
    assert cases(tmp_path, "lift", "--number", "1", "--as", "centre").code == 0
    assert [one["lifted_by"] for one in result(tmp_path, "silences", "--all")] == ["centre", None]
    assert cases(tmp_path, "lift", case_id, "--as", "estate").code == 0
    assert result(tmp_path, "silences") == []
    log = [line["reason"] for line in result(tmp_path, "show", case_id)["log"]]
    assert log == ["reported", "silence", "snooze", "lift", "lift"]


def test_deadlines_who_is_told_and_what_is_silent_are_listed_and_shown(tmp_path: Path) -> None:
    watched = [camera("cam", "clip.avi", [fence(notify=["duty", "estate"])])]
    rule = {"accept": "30 min", "handle": "2 h"}
    streams(tmp_path, watched, recipients=PEOPLE, duty={"deadlines": [rule]})
    case_id = result(tmp_path, "report", *PLACE, "-m", "垃圾", "--as", "duty")["case_id"]
    soon = utc(SystemClock().wall_ns()) + timedelta(hours=2)
    until = ("--until", soon.isoformat(), "-m", "施工")
    assert cases(tmp_path, "silence", case_id, "--as", "duty", *until).code == 0
    (listed,) = result(tmp_path, "list")
    assert (listed["overdue"], [it["author"] for it in listed["silences"]]) == ([], ["duty"])
    table = cases(tmp_path, "list", lang="zh").out
    assert all(word in table for word in ("静默至", "时限", "闻韶物业"))
    shown = cases(tmp_path, "show", case_id).out
    assert "Accept by: 20" in shown
    assert "Told: 东片区值班, 闻韶物业" in shown
    assert "Silence: cam · corner · construction_waste, until 20" in shown
    assert "overdue" not in shown
    file = tmp_path / "data" / "kerbwatch.db"
    with contextlib.closing(sqlite3.connect(file)) as store, store:
        store.execute("UPDATE cases SET accept_due_wall_ns = 1000000000000000000")
    assert "Accept by: 2001-09-09 09:46:40, overdue" in cases(tmp_path, "show", case_id).out
    assert "（已超时）" in cases(tmp_path, "list", lang="zh").out
    assert result(tmp_path, "show", case_id)["overdue"] == ["accept"]


def test_refusals_say_why_in_both_languages_and_for_machines(tmp_path: Path) -> None:
    configured(tmp_path)
    case_id = result(tmp_path, "report", *PLACE, "-m", "垃圾", "--as", "duty")["case_id"]
    assert "该案卷未派给您" in cases(tmp_path, "accept", case_id, "--as", "other", lang="zh").err
    stale = cases(tmp_path, "accept", case_id, "--as", "duty", "--version", "7", "--json")
    assert (stale.code, stale.result["ok"]) == (1, False)
    assert (stale.result["code"], stale.result["version"]) == ("stale_version", 1)
    assert "the verb close" in cases(tmp_path, "close", case_id, "--as", "estate").err.lower()
    again = cases(tmp_path, "report", *PLACE, "-m", "垃圾", "--as", "centre")
    assert "has an open case" in again.err


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("accept", "x", "--as", "nobody"), 2, "got recipient nobody, expected one of: duty"),
        (("accept", "x", "--as", "duty"), 1, "there is no case x"),
        (("accept", "x"), 2, "--as"),
        (("show", "x"), 1, "there is no case x"),
        (("accept", "x", "--as", "duty", "--request-id", "a/b"), 2, "--request-id: got a/b"),
        (("note", "x", "--as", "duty", "-m", "x" * 1001), 2, "at most 1000 characters"),
        (("list", "-c", "no.yaml"), 2, "no.yaml:1:1"),
        (("silence", "--as", "duty", "--until", "2099-01-01"), 2, "what is to be silent"),
        (("lift", "--as", "duty"), 2, "what is to be lifted"),
    ],
)
def test_misuse_is_told_in_one_sentence(
    tmp_path: Path, arguments: tuple[str, ...], code: int, words: str
) -> None:
    configured(tmp_path)
    done = cases(tmp_path, *arguments)
    assert (done.code, done.out) == (code, "")
    assert words in done.err
    assert "Traceback" not in done.err


def test_the_same_request_counts_once(tmp_path: Path) -> None:
    configured(tmp_path)
    case_id = result(tmp_path, "report", *PLACE, "-m", "垃圾", "--as", "duty")["case_id"]
    asked = ("accept", case_id, "--as", "duty", "--request-id", "r-1")
    first, second = result(tmp_path, *asked), result(tmp_path, *asked)
    assert first == second
    assert result(tmp_path, "show", case_id)["case"]["version"] == 2


@pytest.mark.parametrize(("lang", "words"), [("en", "accepted"), ("zh", "接单")])
def test_the_table_and_a_case_are_shown_in_the_reader_s_language(
    tmp_path: Path, lang: str, words: str
) -> None:
    configured(tmp_path)
    case_id = result(tmp_path, "report", *PLACE, "-m", "垃圾", "--as", "duty")["case_id"]
    cases(tmp_path, "accept", case_id, "--as", "estate", "-m", "马上到")
    table = cases(tmp_path, "list", lang=lang).out
    assert words in table
    assert "闻韶物业" in table
    shown = cases(tmp_path, "show", case_id, "--as", "duty", lang=lang).out
    assert case_id in shown
    assert "马上到" in shown
    assert "handle" in shown.splitlines()[-1]


def test_what_was_done_here_waits_for_the_service_in_the_outbox(tmp_path: Path) -> None:
    configured(tmp_path)
    case_id = result(tmp_path, "report", *PLACE, "-m", "垃圾", "--as", "duty")["case_id"]
    store = SqlStore(f"sqlite:///{tmp_path / 'data' / 'kerbwatch.db'}")
    rows = [row.message for row in store.unsent(0, 99)]
    store.close()
    ends = [message.topic.removeprefix("kerbwatch/test/") for message in rows]
    assert ends[:4] == ["events", f"cases/{case_id}", "inbox/duty", "inbox/estate"]
    assert ends[4].startswith("result/duty/cli-")
    assert json.loads(rows[2].payload)["verbs"] == [
        "accept",
        "handle",
        "reject",
        "suspend",
        "note",
        "silence",
        "snooze",
        "lift",
    ]


@pytest.mark.parametrize(("lang", "words"), [("zh", "没有静默"), ("en", "Nothing is silenced")])
def test_the_language_is_chosen_at_the_command_itself(
    tmp_path: Path, lang: str, words: str
) -> None:
    configured(tmp_path)
    other = {"zh": "en", "en": "zh"}[lang]
    told = cases(tmp_path, "silences", "--lang", lang, lang=other)
    assert (told.code, told.err) == (0, "")
    assert words in told.out
