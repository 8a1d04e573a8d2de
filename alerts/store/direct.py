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

from sqlalchemy import Dialect, Executable, Select
from sqlalchemy.sql.elements import ClauseElement

from alerts.store import bulk

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Written:
    """A statement as a driver takes it. ``fixed``: values that it brings along, such as a LIMIT.

    ``order`` of the values where they go by place, None where they go by name. ``names``: of the
    columns that it gives back.
    """

    text: str
    fixed: Row
    order: tuple[str, ...] | None
    names: tuple[str, ...]

    def bound(self, values: Mapping[str, Any]) -> Any:
        whole = {**self.fixed, **values} if self.fixed else values
        return whole if self.order is None else [whole[name] for name in self.order]

    def rows(self, cursor: Any) -> list[Row]:
        """What the statement has found; asking the driver for its columns would cost it more."""
        return [dict(zip(self.names, found, strict=True)) for found in cursor.fetchall()]


class Statements:
    """What has been written for one kind of database. Safe to use from several threads."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self.has_pipeline = dialect.name == "postgresql"
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
        names_found: list[str] = []
        if isinstance(statement, Select):
            names_found += statement.selected_columns.keys()
        return _Written(str(compiled), fixed, order, tuple(names_found))


class Direct:
    """Runs statements in one transaction of a driver's connection, from the first of them on.

    What goes wrong is raised as the driver's own error. ``begin``: what begins the transaction;
    with nothing every statement counts for itself. ``takes_many``: a server at the other end takes
    many statements, and many rows in one of them, at the price of one.
    """

    def __init__(self, driver: Any, statements: Statements, begin: Sequence[str] = ()) -> None:
        self._statements = statements
        self._driver = driver
        self._cursor = driver.cursor()
        self.takes_many = statements.has_pipeline
        self._to_begin = tuple(begin)
        self._to_end = False

    def rows(self, statement: Executable, values: Mapping[str, Any] | None = None) -> list[Row]:
        """What a query finds, by the names of its columns."""
        return self.run(statement, values or {}).rows(self._cursor)

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
        """What each of several queries finds; a server that takes many gets them all at once."""
        asked = []
        with self.at_once():
            for statement, values in queries:
                written = self._statements.written(statement, values)
                cursor = self._driver.cursor()
                cursor.execute(written.text, written.bound(values))
                asked.append((written, cursor))
        return [written.rows(cursor) for written, cursor in asked]

    def run(self, statement: Executable, values: Mapping[str, Any]) -> _Written:
        """Run a statement once."""
        self._begin()
        written = self._statements.written(statement, values)
        self._cursor.execute(written.text, written.bound(values))
        return written

    def run_with_each(self, statement: Executable, gathered: Sequence[Mapping[str, Any]]) -> None:
        """Run a statement with each of several values, all of the same names."""
        if len(gathered) == 1:  # the general way costs a database more
            self.run(statement, gathered[0])
        elif gathered:
            self._begin()
            written = self._statements.written(statement, gathered[0])
            self._cursor.executemany(written.text, [written.bound(one) for one in gathered])

    def write_each(self, statement: Executable, gathered: Sequence[Mapping[str, Any]]) -> None:
        """The same for statements that take all rows at once, where a server does (``Writes``)."""
        if gathered and self.takes_many:
            self.run(statement, bulk.as_value(gathered))
        else:
            self.run_with_each(statement, gathered)

    @contextmanager
    def at_once(self, *, commit: bool = False) -> Iterator[None]:
        """Statements whose results nobody asks for go to a server together, in one round trip.

        ``commit``: with the end of the transaction behind them. What is wrong with one of them is
        raised at the end.
        """
        if self.takes_many:
            with self._driver.pipeline():
                self._begin()
                yield
                if commit:
                    self.commit()
        else:
            yield
            if commit:
                self.commit()

    def commit(self) -> None:
        """End the transaction, if one has begun."""
        if self._to_end:
            self._driver.execute("COMMIT")
            self._to_end = False

    def _begin(self) -> None:
        if self._to_begin:
            for statement in self._to_begin:
                self._driver.execute(statement)
            self._to_begin, self._to_end = (), True
