"""Tables for spreadsheets: Chinese is read, and no cell calculates."""

from __future__ import annotations

import csv
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kerbwatch.wire.sheets import Sheet, as_csv, harmless, write_csv, write_xlsx

SHEET = Sheet(
    "台账",
    ("案卷号", "用时"),
    (
        ("=HYPERLINK(1)", 1.5),
        ("+1", -2),
        ("-1\n=2", None),
        ("@x", 3),
        ("闻韶, “3号”门", datetime(2026, 9, 21, 8, 0)),  # noqa: DTZ001
    ),
)


@given(text=st.text())
@example(text="\x1b=HYPERLINK(1)")
def test_no_text_calculates_or_breaks_its_line(text: str) -> None:
    shown = harmless(text)
    assert not shown.lstrip().startswith(("=", "+", "-", "@"))
    assert len(shown.splitlines()) <= 1 or not {"\n", "\r"} & set(shown)


@given(text=st.text(alphabet=st.characters(categories=["L", "N"])))
def test_a_plain_text_stays_as_it_is(text: str) -> None:
    assert harmless(text) == text


def test_csv_has_a_byte_order_mark_and_reads_back(tmp_path: Path) -> None:
    write_csv(SHEET, tmp_path / "a.csv")
    raw = (tmp_path / "a.csv").read_bytes()
    assert raw.startswith("\ufeff案卷号,用时\r\n".encode())
    assert raw[3:].decode() == as_csv(SHEET)
    with (tmp_path / "a.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.reader(stream))
    assert rows[1:] == [
        ["'=HYPERLINK(1)", "1.5"],
        ["'+1", "-2"],
        ["'-1 =2", ""],
        ["'@x", "3"],
        ["闻韶, “3号”门", "2026-09-21 08:00:00"],
    ]


def test_a_workbook_has_a_page_for_each_table_and_no_formula(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl", reason="needs openpyxl: pip install openpyxl")
    write_xlsx([SHEET, Sheet("统计", ("数",), ())], tmp_path / "a.xlsx")
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert book.sheetnames == ["台账", "统计"]
    page = book["台账"]
    assert [cell.value for cell in page[1]] == ["案卷号", "用时"]
    assert {cell.data_type for row in page.iter_rows() for cell in row} <= {"s", "n", "d"}
    assert page["A2"].value == "'=HYPERLINK(1)"
    assert page["B6"].value == datetime(2026, 9, 21, 8, 0)  # noqa: DTZ001
    assert page.freeze_panes == "A2"
