"""Statements straight to the driver: SQLAlchemy writes each of them once, and runs none.

Its way through a statement costs the processor more than SQLite needs to run it, and nothing of it
is needed here: all columns are text, whole numbers, floats and truth values, which the drivers
bind and give back by themselves. Values are bound, never written into a statement.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Dialect, Executable
from sqlalchemy.sql.elements import ClauseElement

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Written:
    """A statement as a driver takes it. ``fixed``: values that it brings along, such as a LIMIT.

    ``order`` of the values where they go by place, None where they go by name.
    """

    text: str
    fixed: Row
    order: tuple[str, ...] | None

    def bound(self, values: Mapping[str, Any]) -> Any:
        whole = {**self.fixed, **values} if self.fixed else values
        return whole if self.order is None else [whole[name] for name in self.order]


class Statements:
    """What has been written for one kind of database. Safe to use from several threads."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._written: dict[tuple[Executable, tuple[str, ...]], _Written] = {}

    def written(self, statement: Executable, values: Mapping[str, Any]) -> _Written:
        """For values of these names; all of them must be used."""
        key = (statement, tuple(values))
        found = self._written.get(key)
        if found is None:
            found = self._written[key] = self._write(statement, key[1])
        return found

    def _write(self, statement: Executable, names: tuple[str, ...]) -> _Written:
        if not isinstance(statement, ClauseElement):
            raise TypeError(type(statement).__name__)
        compiled: Any = statement.compile(dialect=self._dialect, column_keys=list(names))
        fixed = {name: it for name, it in compiled.params.items() if name not in names}
        if missing := [name for name, value in fixed.items() if value is None]:
            raise ValueError(f"no value for {missing} in {compiled}")
        order = tuple(compiled.positiontup) if compiled.positional else None
        return _Written(str(compiled), fixed, order)


class Direct:
    """Runs statements in the transaction of a connection, which begins and ends it itself.

    What goes wrong is raised as the driver's own error.
    """

    def __init__(self, connection: Connection, statements: Statements) -> None:
        self._statements = statements
        self._lent: Any = connection.connection
        self._cursor: Any = self._lent.cursor()
        self._has_pipeline = connection.dialect.name == "postgresql"

    def rows(self, statement: Executable, values: Mapping[str, Any] | None = None) -> list[Row]:
        """What a query finds, by the names of its columns."""
        self.run(statement, values or {})
        return _rows(self._cursor)

    def row(self, statement: Executable, values: Mapping[str, Any] | None = None) -> Row | None:
        """The first row that a query finds."""
        found = self.rows(statement, values)
        return found[0] if found else None

    def value(self, statement: Executable, values: Mapping[str, Any] | None = None) -> Any:
        """The first column of the first row that a query finds; None if it finds nothing."""
        self.run(statement, values or {})
        found = self._cursor.fetchone()
        return None if found is None else found[0]

    def rows_of_all(
        self, queries: Sequence[tuple[Executable, Mapping[str, Any]]]
    ) -> list[list[Row]]:
        """What each of several queries finds; a server is asked for all of them at once."""
        if not self._has_pipeline:
            return [self.rows(statement, values) for statement, values in queries]
        with self.at_once():
            cursors = [self._lent.cursor() for _ in queries]
            for cursor, (statement, values) in zip(cursors, queries, strict=True):
                written = self._statements.written(statement, values)
                cursor.execute(written.text, written.bound(values))
        return [_rows(cursor) for cursor in cursors]

    def run(self, statement: Executable, values: Mapping[str, Any]) -> None:
        """Run a statement once."""
        written = self._statements.written(statement, values)
        self._cursor.execute(written.text, written.bound(values))

    def run_with_each(self, statement: Executable, gathered: Sequence[Mapping[str, Any]]) -> None:
        """Run a statement with each of several values, all of the same names."""
        if len(gathered) == 1:  # the general way costs a database more
            self.run(statement, gathered[0])
        elif gathered:
            written = self._statements.written(statement, gathered[0])
            self._cursor.executemany(written.text, [written.bound(one) for one in gathered])

    @contextmanager
    def at_once(self, *, commit: bool = False) -> Iterator[None]:
        """Statements whose results nobody asks for go to a server together, in one round trip.

        ``commit``: with the end of the transaction behind them; elsewhere that is not done here.
        What is wrong with one of them is raised at the end.
        """
        if not self._has_pipeline:
            yield
            return
        driver = self._lent.driver_connection
        with driver.pipeline():
            yield
            if commit:
                driver.execute("COMMIT")


def _rows(cursor: Any) -> list[Row]:
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, found, strict=True)) for found in cursor.fetchall()]
