"""``kerbwatch ledger export``: out of a real store, into files that a spreadsheet opens."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path

import pytest

from alerts.casebook import decide
from alerts.cases import CaseState, Transition
from alerts.store.sql import SqlStore
from fences.clock import SECOND_NS
from fences.event import EventKind
from tests.alerts_kit import START_WALL_NS, fence_event
from tests.e2e.kit import camera, fence, kerbwatch, streams

pytestmark = pytest.mark.timeout(120)

MINUTE = 60 * SECOND_NS
OPENED = START_WALL_NS + MINUTE  # 2026-09-21 22:14:20 in Shanghai
DUTY = {
    "teams": [{"id": "squad", "name": "中队", "members": ["duty-east"]}],
    "areas": [{"id": "north", "name": "北网格", "cameras": ["gate-3"]}],
    "deadlines": [{"accept": "30 min", "handle": "2 h"}],
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One case, accepted after 10 minutes and handled after three hours, and a rejected one."""
    lane = fence("lane", name="=cmd|消防通道")
    people = [{"id": "duty-east", "name": "东片区值班", "role": "officer"}]
    cameras = [camera("gate-3", "a.mp4", [lane])]
    streams(tmp_path, cameras, recipients=people, duty=DUTY)
    store = SqlStore(f"sqlite:///{tmp_path}/data/kerbwatch.db")
    for fence_id, steps in (
        ("lane", ((CaseState.ACCEPTED, 10), (CaseState.HANDLED, 180), (CaseState.CLOSED, 185))),
        ("strip", ((CaseState.REJECTED, 20),)),
    ):
        change = decide(
            None, fence_event(EventKind.OPENED, 60.0, fence_id=fence_id), ("duty-east",)
        )
        assert change is not None
        lines = [change.transition]
        for version, (state, minutes) in enumerate(steps, start=2):
            at = OPENED + minutes * MINUTE
            lines.append(Transition(change.case.case_id, version, state, "duty-east", "x", at, 0))
        last = lines[-1]
        with store.write() as transaction:
            transaction.put_case(
                replace(
                    change.case,
                    state=last.state,
                    version=last.version,
                    updated_wall_ns=last.wall_ns,
                )
            )
            for line in lines:
                transaction.add_transition(line)
    store.close()
    return tmp_path


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_the_ledger_of_a_day_in_both_languages(folder: Path) -> None:
    done = kerbwatch(
        "ledger", "export", "--from", "2026-09-21", "--to", "2026-09-21", cwd=folder, lang="zh"
    )
    assert (done.code, done.err) == (0, "")
    lane, strip = sorted(table(done.out), key=lambda row: row["状态"] != "结案")
    assert lane["网格"] == "北网格"
    assert lane["围栏"] == "'=cmd|消防通道"
    assert (lane["接单人"], lane["按时接单"], lane["按时处置"]) == ("东片区值班", "是", "否")
    assert lane["立案时间"] == "2026-09-21 22:14:20"
    assert (lane["接单用时（分钟）"], lane["处置用时（分钟）"]) == ("10.0", "170.0")
    assert strip["按时处置"] == ""
    english = kerbwatch("ledger", "export", "--from", "2026-09-21", cwd=folder).out
    assert {row["Area"] for row in table(english)} == {"北网格"}


def test_the_statistics_and_the_files(folder: Path) -> None:
    arguments = ("ledger", "export", "--from", "2026-09-21", "--stats")
    done = kerbwatch(*arguments, "--csv", "s.csv", cwd=folder)
    assert (done.code, done.out, done.err) == (0, "", "2 opening(s) written to s.csv\n")
    raw = (folder / "s.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = table(raw.decode("utf-8-sig"))
    (area,) = (row for row in rows if row["By"] == "Area")
    assert (area["Of"], area["Opened"], area["Closed"], area["Rejected"]) == (
        "北网格",
        "2",
        "1",
        "1",
    )
    assert (area["Overdue"], area["Closed in time"]) == ("1", "0")
    assert {row["By"] for row in rows} == {"Area", "Scenario", "Camera", "Team", "Hour"}


def test_a_workbook_has_the_ledger_and_its_statistics(folder: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl", reason="needs openpyxl: pip install openpyxl")
    arguments = ("ledger", "export", "--from", "2026-09-21", "--stats", "--xlsx", "s.xlsx")
    assert kerbwatch(*arguments, cwd=folder).code == 0
    book = openpyxl.load_workbook(folder / "s.xlsx")
    assert book.sheetnames == ["Ledger", "Statistics"]
    assert book["Ledger"].max_row == 3


def test_a_period_without_cases_is_empty_and_a_reversed_one_misuse(folder: Path) -> None:
    period = ("--from", "2026-09-01", "--to", "2026-09-20")
    done = kerbwatch("ledger", "export", *period, cwd=folder)
    assert (done.code, table(done.out)) == (0, [])
    done = kerbwatch("ledger", "export", "--from", "2026-09-20", "--to", "2026-09-01", cwd=folder)
    assert done.code == 2
    assert "--to: got 2026-09-01, expected a time after --from 2026-09-20" in done.err
    done = kerbwatch("ledger", "export", "--from", "soon", cwd=folder)
    assert (done.code, "--from: got soon" in done.err) == (2, True)
