"""Opens the database: connections and migrations."""

from __future__ import annotations

import logging

from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.exc import NoSuchModuleError, SQLAlchemyError

from alerts.errors import StoreError
from alerts.store import postgres, sqlite
from alerts.store.address import parsed_url, shown_url
from alerts.store.patience import IMMEDIATE, IN_ORDER
from alerts.store.tables import NEWEST


def open_engine(url: str) -> Engine:
    """A migrated database. Raises ``StoreError`` if it cannot be opened or is too new."""
    engine = connect(url)
    shown = shown_url(url)
    try:
        _migrate(engine, shown)
    except SQLAlchemyError as error:
        engine.dispose()
        raise StoreError("store_open", url=shown, problem=first_line(error)) from error
    except StoreError:
        engine.dispose()
        raise
    return engine


def connect(url: str) -> Engine:
    """An engine for this database as it is, not yet connected. Raises ``StoreError``."""
    parsed = parsed_url(url)
    try:
        if parsed.get_backend_name() != "postgresql":
            engine = create_engine(parsed)
        else:
            engine = create_engine(parsed, **postgres.engine_arguments(parsed))
    except (SQLAlchemyError, NoSuchModuleError, ImportError) as error:
        raise StoreError("store_open", url=shown_url(url), problem=first_line(error)) from error
    prepare = _PREPARE.get(engine.dialect.name)
    if prepare is not None:
        prepare(engine)
    return engine


BEGIN_IN_ORDER = {"sqlite": sqlite.BEGIN_IN_ORDER, "postgresql": postgres.BEGIN_IN_ORDER}
"""What begins a transaction whose rows are numbered in the order of the commits."""

_PREPARE = {"sqlite": sqlite.prepare, "postgresql": postgres.prepare}


def first_line(error: BaseException) -> str:
    """What the driver says, without SQLAlchemy's statement and link."""
    cause = getattr(error, "orig", None) or error
    return (str(cause).splitlines() or [type(cause).__name__])[0]


def _is_newest(engine: Engine) -> bool:
    with engine.connect() as connection, connection.begin():
        there = engine.dialect.has_table(connection, "alembic_version")
        return there and revision_of(connection) == NEWEST


def revision_of(connection: Connection) -> str:
    """The version of a database, within the transaction that has begun."""
    return str(connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar())


def _migrate(engine: Engine, shown: str) -> None:
    if _is_newest(engine):
        return
    from alerts.store.migration import CommandError, migrate_to, revisions  # noqa: PLC0415

    logging.getLogger("alembic").setLevel(logging.WARNING)  # it tells of every start
    options = {IMMEDIATE: True, IN_ORDER: True}  # two that start at once wait for each other
    with engine.connect().execution_options(**options) as connection:
        try:
            with connection.begin():
                if engine.dialect.name == "postgresql":
                    postgres.unhurried(connection)
                migrate_to(connection)
        except CommandError as error:
            with connection.begin():
                found = revision_of(connection)
            if found in revisions():
                raise
            raise StoreError("store_newer", url=shown, found=found) from error
