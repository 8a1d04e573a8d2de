"""What SQLite needs: its log beside it, every commit on disk, one writer at a time."""

from __future__ import annotations

import sqlite3

from sqlalchemy import Connection, Engine, event
from sqlalchemy.pool import ConnectionPoolEntry

from alerts.store.patience import IMMEDIATE, LOCK_S

BEGIN_IN_ORDER = ("BEGIN IMMEDIATE",)
"""Takes the writer's lock at once: upgrading from a read later may fail with "locked"."""


def prepare(engine: Engine) -> None:
    """Every connection of the engine is set up so."""
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)


def _on_connect(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # we begin transactions ourselves, below
    for pragma in (
        "journal_mode=WAL",  # readers and the writer do not wait for each other
        # FULL syncs the log at every commit: with NORMAL a power cut may undo the last
        # commits, and an acknowledged case would be gone
        "synchronous=FULL",
        f"busy_timeout={LOCK_S * 1000}",
        "foreign_keys=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _on_begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get(IMMEDIATE, False)
    connection.exec_driver_sql(BEGIN_IN_ORDER[0] if writes else "BEGIN")
