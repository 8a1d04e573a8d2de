"""What PostgreSQL needs: time-outs, so that nothing hangs, and numbers in the order of commits."""

from __future__ import annotations

import select
from contextlib import suppress
from typing import Any

from sqlalchemy import URL, Connection, Engine, event
from sqlalchemy.pool import ConnectionPoolEntry

from alerts.store.patience import (
    CONNECT_S,
    IMMEDIATE,
    IN_ORDER,
    LOCK_S,
    ONE_MOMENT,
    SILENCE_S,
    STATEMENT_S,
)

NAME = "kerbwatch"
"""What the server lists our connections as (``pg_stat_activity.application_name``)."""

WRITER_LOCK = 0x6B657262  # "kerb"
"""The advisory lock that whoever changes cases holds until the commit."""

BEGIN_IN_ORDER = ("BEGIN", f"SELECT pg_advisory_xact_lock({WRITER_LOCK})")
"""Begins a transaction whose rows are numbered in the order of the commits.

Rows get their numbers when they are written and are seen when they are committed: with two writers
at once the outbox would pass over a number that is committed later.
"""

_DRIVER = "postgresql+psycopg"
_CONNECT: dict[str, Any] = {
    "application_name": NAME,
    "connect_timeout": CONNECT_S,
    # half-open lines: the other machine lost its power, a firewall forgot about us
    "keepalives_idle": SILENCE_S // 2,
    "keepalives_interval": 5,
    "keepalives_count": 2,
    "tcp_user_timeout": SILENCE_S * 1000,
}
_SESSION = (
    f"SET statement_timeout = '{STATEMENT_S}s'",
    f"SET lock_timeout = '{LOCK_S}s'",
    # a node that hangs in the middle of a transaction lets go of the lock
    f"SET idle_in_transaction_session_timeout = '{2 * STATEMENT_S}s'",
    # with "off" a crash may undo the last commits, and an acknowledged case would be gone
    """SELECT set_config('synchronous_commit', 'on', false)
       WHERE current_setting('synchronous_commit') = 'off'""",
)


def with_driver(url: URL) -> URL:
    """``postgresql://`` means psycopg, whatever this SQLAlchemy takes by itself."""
    return url.set(drivername=_DRIVER) if url.drivername == "postgresql" else url


def engine_arguments(url: URL) -> dict[str, Any]:
    """For ``create_engine``; what the URL says itself counts more."""
    own = {name: value for name, value in _CONNECT.items() if name not in url.query}
    return {
        "connect_args": own,
        "pool_pre_ping": True,  # a server that was restarted is noticed before a batch is lost
        "pool_timeout": LOCK_S,
    }


def prepare(engine: Engine) -> None:
    """Every connection of the engine is set up so."""
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)


def by_keys(driver: Any) -> None:
    """From now on this connection finds rows by their keys, however few there are.

    A statement is planned once. While its table is nearly empty that means reading all of it, and
    so it would stay until the server next looks how large tables have become.
    """
    driver.execute("SET enable_seqscan = off")


def is_lost(driver: Any) -> bool:
    """Whether the server has ended this idle connection, as far as is known on this side.

    It sends a word of farewell, or at least an end of the stream, when it ends or is killed. What
    was heard of that in the middle of a statement has closed it, and it has no descriptor any more.
    """
    if driver.closed:
        return True
    heard = select.poll()
    heard.register(driver.fileno(), select.POLLIN)
    while not driver.closed and heard.poll(0):
        with suppress(driver.OperationalError):  # it is closed then
            driver.pgconn.consume_input()
    return bool(driver.closed)


def unhurried(connection: Connection) -> None:
    """Until the end of this transaction a statement may take as long as it takes."""
    connection.exec_driver_sql("SET LOCAL statement_timeout = 0")


def _on_connect(connection: Any, _entry: ConnectionPoolEntry) -> None:
    with connection.cursor() as cursor:
        for statement in _SESSION:
            cursor.execute(statement)
    connection.commit()
    connection.autocommit = True  # we begin transactions ourselves, below


def _on_begin(connection: Connection) -> None:
    """What only reads once needs no transaction: one round trip instead of three."""
    options = connection.get_execution_options()
    if options.get(IN_ORDER, False):
        connection.exec_driver_sql("; ".join(BEGIN_IN_ORDER))
    elif options.get(ONE_MOMENT, False):
        connection.exec_driver_sql("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
    elif options.get(IMMEDIATE, False):
        connection.exec_driver_sql("BEGIN")
