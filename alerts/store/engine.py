"""Opens the database: connections, pragmas, migrations."""

from __future__ import annotations

import logging
import sqlite3
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry

from alerts.errors import StoreError

BUSY_TIMEOUT_S = 10
"""How long a connection waits for another process that is writing."""

IMMEDIATE = "kerbwatch_immediate"
"""Execution option of a connection that is going to write."""


def open_engine(url: str) -> Engine:
    """A migrated database. Raises ``StoreError`` if it cannot be opened or is too new."""
    try:
        parsed = make_url(url)
        shown = parsed.render_as_string(hide_password=True)
    except ArgumentError as error:
        raise StoreError("store_open", url=repr(url), problem="not a database URL") from error
    try:
        if parsed.get_backend_name() == "sqlite" and parsed.database:
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(parsed)
    except (SQLAlchemyError, NoSuchModuleError, OSError, ImportError) as error:
        raise StoreError("store_open", url=shown, problem=first_line(error)) from error
    try:
        _prepare(engine)
        _migrate(engine, shown)
    except SQLAlchemyError as error:
        engine.dispose()
        raise StoreError("store_open", url=shown, problem=first_line(error)) from error
    except StoreError:
        engine.dispose()
        raise
    return engine


def first_line(error: BaseException) -> str:
    """What the driver says, without SQLAlchemy's statement and link."""
    cause = getattr(error, "orig", None) or error
    return (str(cause).splitlines() or [type(cause).__name__])[0]


def _prepare(engine: Engine) -> None:
    if engine.dialect.name != "sqlite":
        return
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)


def _on_connect(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # we begin transactions ourselves, below
    for pragma in (
        "journal_mode=WAL",  # readers and the writer do not wait for each other
        # FULL syncs the log at every commit: with NORMAL a power cut may undo the last
        # commits, and an acknowledged case would be gone
        "synchronous=FULL",
        f"busy_timeout={BUSY_TIMEOUT_S * 1000}",
        "foreign_keys=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _on_begin(connection: Connection) -> None:
    # a writer takes the lock at once: upgrading from a read later may fail with "locked"
    writes = connection.get_execution_options().get(IMMEDIATE, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _migrate(engine: Engine, shown: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    logging.getLogger("alembic").setLevel(logging.WARNING)  # it tells of every start
    attributes: dict[str, Any] = config.attributes
    with engine.connect().execution_options(**{IMMEDIATE: True}) as connection:
        attributes["connection"] = connection
        try:
            with connection.begin():
                command.upgrade(config, "head")
        except CommandError as error:
            found = _version(connection)
            if found in {script.revision for script in _scripts(config)}:
                raise
            raise StoreError("store_newer", url=shown, found=found) from error


def _scripts(config: Config) -> list[Any]:
    return list(ScriptDirectory.from_config(config).walk_revisions())


def _version(connection: Connection) -> str:
    with connection.begin():
        query = "SELECT version_num FROM alembic_version"
        return str(connection.exec_driver_sql(query).scalar())
