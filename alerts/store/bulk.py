"""Many rows in one statement, for PostgreSQL: a statement costs it and its driver more than a row.

The rows go there as JSON, and the server makes rows of it again. All columns are text, whole
numbers, floats and truth values, which come out of JSON as they went in.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import orjson
from sqlalchemy import (
    JSON,
    ColumnClause,
    Executable,
    Integer,
    String,
    Table,
    TableValuedAlias,
    Text,
    bindparam,
    cast,
    column,
    func,
    select,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.types import TypeEngine

_PLACE = "place"


def as_value(rows: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """What these statements are run with."""
    numbered = [{_PLACE: number, **row} for number, row in enumerate(rows)]
    return {"rows": orjson.dumps(numbered).decode()}


def add(table: Table, *, but: frozenset[str] = frozenset()) -> Executable:
    """Insert rows, in their order, without the columns ``but``."""
    adding: Executable = _inserted(table, but)
    return adding


def put(table: Table, *, keep: frozenset[str] = frozenset()) -> Executable:
    """Insert rows, or replace those of their keys; columns in ``keep`` keep their first value.

    No two of the rows may have the same key.
    """
    adding = _inserted(table, frozenset())
    key = [column.name for column in table.primary_key]
    names = [column.name for column in table.columns if column.name not in {*key, *keep}]
    changed = {name: adding.excluded[name] for name in names}
    putting: Executable = adding.on_conflict_do_update(index_elements=key, set_=changed)
    return putting


def matching(table: Table, names: Collection[str]) -> TableValuedAlias:
    """The rows, to ask for what goes with them; ``names``: the columns of a table they have."""
    return _rows(table, names)


def _inserted(table: Table, but: frozenset[str]) -> Any:
    names = [column.name for column in table.columns if column.name not in but]
    new = _rows(table, names)
    rows = select(*(new.c[name] for name in names)).order_by(new.c[_PLACE])
    return insert(table).from_select(names, rows, include_defaults=False)


def _rows(table: Table, names: Collection[str]) -> TableValuedAlias:
    columns: list[ColumnClause[Any]] = [column(_PLACE, Integer)]
    for name in names:
        kind: TypeEngine[Any] = table.c[name].type
        if isinstance(kind, String):
            kind = Text()  # what is too long for its column is to be refused there, not cut here
        columns.append(column(name, kind))
    told = cast(bindparam("rows", type_=Text), JSON)
    return func.json_to_recordset(told).table_valued(*columns).render_derived(with_types=True)
