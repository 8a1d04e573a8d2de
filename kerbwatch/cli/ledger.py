"""``kerbwatch ledger export``: the ledger of a period, for a spreadsheet."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kerbwatch.cli.duty import moment_of
from kerbwatch.cli.settings import STREAMS, Config, read_settings
from kerbwatch.cli.speak import LANGUAGE, MISUSED, TEXT, clear_failures, give_up, note, say

if TYPE_CHECKING:
    from alerts.duty.ledger import LedgerRow
    from kerbwatch.wire.ledger import LedgerTables

ledger = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@ledger.callback()
def _about() -> None:
    """The ledger of cases."""


@ledger.command("export", help=TEXT("help.ledger_export"))
def export(
    begin: Annotated[str, typer.Option("--from", metavar="TIME", help=TEXT("help.ledger_from"))],
    end: Annotated[
        str | None, typer.Option("--to", metavar="TIME", help=TEXT("help.ledger_to"))
    ] = None,
    xlsx: Annotated[
        Path | None, typer.Option("--xlsx", metavar="FILE", help=TEXT("help.ledger_xlsx"))
    ] = None,
    csv: Annotated[
        Path | None, typer.Option("--csv", metavar="FILE", help=TEXT("help.ledger_csv"))
    ] = None,
    stats: Annotated[bool, typer.Option("--stats", help=TEXT("help.ledger_stats"))] = False,
    config: Config = STREAMS,
) -> None:
    """Write it to a file, or as CSV to standard output."""
    with clear_failures():
        from alerts.store.sql import SqlStore  # noqa: PLC0415
        from kerbwatch.wire.ledger import LedgerTables, ledger_rows  # noqa: PLC0415

        if xlsx is not None and csv is not None:
            give_up(TEXT("ledger.one_file"), MISUSED)
        options = read_settings(config)
        zone = options.site.timezone
        from_ns = moment_of(begin, "--from", zone, as_json=False)
        now_ns = moment_of(None, "--to", zone, as_json=False)
        to_ns = now_ns if end is None else moment_of(_whole_day(end), "--to", zone, as_json=False)
        if to_ns <= from_ns:
            give_up(TEXT("ledger.reversed", begin=begin, end=end or "-"), MISUSED)
        store = SqlStore(options.store_url.reveal())
        try:
            rows = ledger_rows(store, options, from_ns, to_ns, now_ns)
        finally:
            store.close()
        _write(LedgerTables(options, LANGUAGE), rows, xlsx, csv, stats)


def _whole_day(text: str) -> str:
    """A date means its end: up to the midnight after it."""
    try:
        return (date.fromisoformat(text.strip()) + timedelta(days=1)).isoformat()
    except (ValueError, OverflowError):
        return text


def _write(
    tables: LedgerTables,
    rows: tuple[LedgerRow, ...],
    xlsx: Path | None,
    csv: Path | None,
    stats: bool,
) -> None:
    from kerbwatch.wire.sheets import as_csv, write_csv, write_xlsx  # noqa: PLC0415

    sheet = tables.figures(rows) if stats else tables.rows(rows)
    if xlsx is not None:
        try:
            write_xlsx([tables.rows(rows), tables.figures(rows)] if stats else [sheet], xlsx)
        except ImportError:
            give_up(TEXT("ledger.no_openpyxl"), MISUSED)
    elif csv is not None:
        write_csv(sheet, csv)
    else:
        say(as_csv(sheet).replace("\r\n", "\n").rstrip("\n"))
    if xlsx is not None or csv is not None:
        note(TEXT("ledger.written", count=len(rows), file=xlsx or csv))
