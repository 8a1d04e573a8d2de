"""Tables into files that a spreadsheet opens: CSV and XLSX, safe from cells that calculate."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

Cell = str | int | float | datetime | None
"""A datetime is local, without a zone: spreadsheets know none."""

_CALCULATES = ("=", "+", "-", "@", "\t", "\r")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_WIDEST = 60


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table with a name and a heading for each column."""

    name: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def harmless(text: str) -> str:
    """The text as one line that no spreadsheet takes for a formula.

    Names and words come from outside: ``=HYPERLINK(…)`` in one must not do anything in the
    sheet of who opens it. The quote in front is what spreadsheets themselves use for text.
    """
    line = _UNPRINTABLE.sub(" ", text)
    return (
        f"'{line}"
        if line.lstrip().startswith(_CALCULATES) or text.startswith(("\t", "\r"))
        else line
    )


def as_csv(sheet: Sheet) -> str:
    """The table as CSV (RFC 4180); times as ``2026-09-21 08:00:00``."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow([harmless(head) for head in sheet.heads])
    for row in sheet.rows:
        writer.writerow([_text(cell) for cell in row])
    return stream.getvalue()


def write_csv(sheet: Sheet, path: Path) -> None:
    """Write the table with a byte order mark, so that Excel reads Chinese. Raises ``OSError``."""
    path.write_text(as_csv(sheet), encoding="utf-8-sig", newline="")


def write_xlsx(sheets: Sequence[Sheet], path: Path) -> None:
    """Write one workbook with a page for each table. Raises ``OSError``."""
    from openpyxl import Workbook  # noqa: PLC0415
    from openpyxl.styles import Font  # noqa: PLC0415
    from openpyxl.utils import get_column_letter  # noqa: PLC0415

    book = Workbook()
    book.remove(book.worksheets[0])
    for sheet in sheets:
        page = book.create_sheet(sheet.name)
        page.freeze_panes = "A2"
        for number, row in enumerate((sheet.heads, *sheet.rows), start=1):
            for column, value in enumerate(row, start=1):
                cell = page.cell(number, column)
                cell.value = harmless(value) if isinstance(value, str) else value
                if isinstance(value, str):
                    cell.data_type = "s"  # text, whatever it begins with
                if number == 1:
                    cell.font = Font(bold=True)
        for column, width in enumerate(_widths(sheet), start=1):
            page.column_dimensions[get_column_letter(column)].width = width
    book.save(path)


def _widths(sheet: Sheet) -> list[int]:
    columns = zip(sheet.heads, *sheet.rows, strict=True)
    # a Chinese character is about two wide
    return [min(_WIDEST, 2 + max(2 * len(_text(cell)) for cell in column)) for column in columns]


def _text(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m-%d %H:%M:%S")
    return harmless(cell) if isinstance(cell, str) else f"{cell}"
