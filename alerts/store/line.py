"""A connection that is kept: taking one from the pool costs as much as what is done with it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import PoolProxiedConnection

from alerts.store import postgres
from alerts.store.direct import Direct, Statements


class Line:
    """Transactions by keys that come one after the other, each waiting for the one before.

    A line that was lost, as by a restart of the server, is noticed before the next transaction
    begins, and another one is opened. All methods raise the driver's own errors and SQLAlchemy's.
    """

    def __init__(self, engine: Engine, statements: Statements, begin: tuple[str, ...] = ()) -> None:
        self._engine = engine
        self._statements = statements
        self._begin = begin
        self._is_server = engine.dialect.name == "postgresql"
        self._lock = threading.Lock()
        self._lent: PoolProxiedConnection | None = None

    @contextmanager
    def transaction(self) -> Iterator[Direct]:
        """Begun with its first statement; committed at the end, or undone if something is raised.

        Without ``begin`` every statement counts for itself.
        """
        with self._lock:
            direct = Direct(self._open().driver_connection, self._statements, self._begin)
            try:
                yield direct
                direct.commit()
            except BaseException:
                self._undo()
                raise

    def close(self) -> None:
        """Give the connection back; the next transaction opens another."""
        with self._lock:
            self._give_back()

    def _open(self) -> PoolProxiedConnection:
        if self._lent is not None and self._is_lost(self._lent):
            self._drop(self._lent)
        if self._lent is None:
            self._lent = self._engine.raw_connection()
            if self._is_server:
                postgres.by_keys(self._lent.driver_connection)
        return self._lent

    def _is_lost(self, lent: PoolProxiedConnection) -> bool:
        return self._is_server and postgres.is_lost(lent.driver_connection)

    def _undo(self) -> None:
        """What cannot be undone is given up with its connection: the server undoes it then."""
        lent = self._lent
        if lent is None:
            return
        try:
            lent.rollback()
        except self._engine.dialect.loaded_dbapi.Error:
            self._drop(lent)

    def _drop(self, lent: PoolProxiedConnection) -> None:
        self._lent = None
        lent.invalidate()

    def _give_back(self) -> None:
        lent, self._lent = self._lent, None
        if lent is not None:
            with suppress(DBAPIError):  # lost already: there is nothing to give back
                lent.close()
