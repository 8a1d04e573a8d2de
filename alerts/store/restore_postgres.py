"""A copy becomes a database of its own, and takes the name of the one in use in one step."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, Connection, create_engine, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from alerts.errors import StoreError
from alerts.store.address import parsed_url, shown_url
from alerts.store.copies import run_tool
from alerts.store.engine import first_line
from alerts.store.inspection import holds_cases, verify
from alerts.store.postgres import engine_arguments

_ELSEWHERE = "postgres"
"""The database that one is connected to while another one is renamed."""


def restore(url: str, copy: Path, stamp: str, *, force: bool) -> str | None:
    """Returns the name under which the old database is kept. Raises ``StoreError``.

    The server itself refuses to rename a database that anybody is connected to.
    """
    parsed = parsed_url(url)
    name = parsed.database or parsed.username or ""
    part, aside = f"{name}_restoring", f"{name}_before_{stamp}"
    with _elsewhere(parsed) as server:
        there = _count(server, "pg_database", name) > 0
        if _count(server, "pg_stat_activity", name):
            raise StoreError("store_in_use", url=shown_url(url))
        if there and not force and holds_cases(url):
            raise StoreError("store_there", url=shown_url(url))
        server.exec_driver_sql(f"DROP DATABASE IF EXISTS {_quoted(server, part)}")
        server.exec_driver_sql(f"CREATE DATABASE {_quoted(server, part)} TEMPLATE template0")
        try:
            _fill(parsed.set(database=part), copy)
            _swap(server, [(name, aside)] if there else [], (part, name))
        except BaseException as error:
            server.exec_driver_sql(f"DROP DATABASE IF EXISTS {_quoted(server, part)}")
            if isinstance(error, SQLAlchemyError) and "accessed by other users" in str(error):
                raise StoreError("store_in_use", url=shown_url(url)) from error
            raise
    return aside if there else None


def _fill(url: URL, copy: Path) -> None:
    whole = ("--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction")
    try:
        run_tool("pg_restore", url, *whole, str(copy))
    except StoreError as error:
        if error.key == "no_tool":
            raise
        raise StoreError("copy_bad", path=copy, problem=error) from error
    verify(url.render_as_string(hide_password=False), copy)


def _swap(server: Connection, aside: list[tuple[str, str]], new: tuple[str, str]) -> None:
    renames = "; ".join(
        f"ALTER DATABASE {_quoted(server, old)} RENAME TO {_quoted(server, name)}"
        for old, name in (*aside, new)
    )
    server.exec_driver_sql(f"BEGIN; {renames}; COMMIT")


@contextmanager
def _elsewhere(url: URL) -> Iterator[Connection]:
    """The same server and role, each statement a transaction of its own."""
    arguments = engine_arguments(url)
    arguments = {"connect_args": arguments["connect_args"], "poolclass": NullPool}
    engine = create_engine(url.set(database=_ELSEWHERE), isolation_level="AUTOCOMMIT", **arguments)
    try:
        with engine.connect() as connection:
            yield connection
    except SQLAlchemyError as error:
        shown = shown_url(url.render_as_string(hide_password=False))
        raise StoreError("restore_server", url=shown, problem=first_line(error)) from error
    finally:
        engine.dispose()


def _count(server: Connection, table: str, name: str) -> int:
    found = text(f"SELECT count(*) FROM {table} WHERE datname = :name")  # noqa: S608
    return int(server.execute(found, {"name": name}).scalar_one())


def _quoted(server: Connection, name: str) -> str:
    return server.dialect.identifier_preparer.quote_identifier(name)
