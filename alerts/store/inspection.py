"""Looks a store over without changing it: whether it is whole, and adds up."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, func, inspect, select, text
from sqlalchemy.exc import SQLAlchemyError

from alerts.errors import StoreError
from alerts.health import QueueStats, Shortage
from alerts.shortage import NAME, SITE, decode_shortages
from alerts.store import rows, tables
from alerts.store.address import database_file, shown_url
from alerts.store.engine import connect, first_line, revision_of
from alerts.store.migration import revisions
from alerts.store.patience import ONE_MOMENT

_SHOWN = 20  # of each kind; a broken store may have thousands


@dataclass(frozen=True, slots=True)
class Inspection:
    """``rows``: how many there are in each table; ``newest``: the version that a start makes.

    ``findings`` are what is wrong, none of them raised.
    """

    shown: str
    revision: str
    newest: str
    rows: dict[str, int]
    open_cases: int
    queue: QueueStats
    shortage: Shortage | None
    findings: tuple[StoreError, ...]


def inspect_store(url: str) -> Inspection:
    """All read at one moment, while others may write. A damaged store has findings.

    Raises ``StoreError`` if there is no store, if it is of a newer program or cannot be read
    at all.
    """
    shown = shown_url(url)
    path = database_file(url)
    if path is not None and not path.is_file():
        raise StoreError("store_absent", url=shown)
    engine = connect(url)
    try:
        moment = {ONE_MOMENT: True}
        with engine.connect().execution_options(**moment) as connection, connection.begin():
            return _inspect(connection, shown)
    except SQLAlchemyError as error:
        raise StoreError("store_read", url=shown, problem=first_line(error)) from error
    finally:
        engine.dispose()


def holds_cases(url: str) -> bool:
    """Whether anything would be lost; what cannot be read is taken for something."""
    try:
        return bool(inspect_store(url).rows.get("cases"))
    except StoreError as error:
        return error.key != "store_absent"


def verify(url: str, copy: Path) -> None:
    """Raises ``StoreError`` if the store that was made from ``copy`` is not whole."""
    try:
        found = inspect_store(url).findings
    except StoreError as error:
        raise StoreError("copy_bad", path=copy, problem=error) from error
    if found:
        raise StoreError("copy_bad", path=copy, problem=found[0])


def _inspect(connection: Connection, shown: str) -> Inspection:
    there = set(inspect(connection).get_table_names())
    if "alembic_version" not in there:
        raise StoreError("store_absent", url=shown)
    revision = revision_of(connection)
    if revision not in revisions():
        raise StoreError("store_newer", url=shown, found=revision)
    newest = revisions()[-1]
    known = [table for table in tables.metadata.sorted_tables if table.name in there]
    missing = [one.name for one in tables.metadata.sorted_tables if one.name not in there]
    findings = list(_damage(connection))
    if revision == newest:
        findings += [StoreError("found_missing", table=name) for name in missing]
    if {"cases", "case_log", "meta"} <= there:
        findings += _chains(connection)
        findings += _orphans(connection)
        findings += _doubles(connection)
        findings += _counters(connection)
    if revision == newest and not missing:
        findings += _unreadable(connection)
    counts = {
        table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
        for table in known
    }
    return Inspection(
        shown,
        revision,
        newest,
        counts,
        _open_cases(connection),
        _queue(connection),
        _shortage(connection) if "checkpoints" in there else None,
        tuple(findings),
    )


def _shortage(connection: Connection) -> Shortage | None:
    marks = tables.checkpoints.c
    query = select(marks.codec).where(marks.camera_id == SITE, marks.fence_id == NAME)
    return decode_shortages(connection.execute(query).scalars())


def _damage(connection: Connection) -> Iterator[StoreError]:
    """What the database says of itself."""
    if connection.dialect.name == "sqlite":
        said = connection.exec_driver_sql(f"PRAGMA integrity_check({_SHOWN})").scalars().all()
        yield from (StoreError("found_damaged", problem=line) for line in said if line != "ok")
        return
    invalid = text(
        "SELECT conname FROM pg_constraint WHERE NOT convalidated"
        " UNION ALL SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid"
    )
    for name in connection.execute(invalid).scalars():
        yield StoreError("found_damaged", problem=f"{name} is not valid")


def _chains(connection: Connection) -> Iterator[StoreError]:
    """Every case has its versions 1 to the newest in the log, each once."""
    cases, log = tables.cases.c, tables.case_log.c
    lines = (
        select(
            log.case_id,
            func.count().label("count"),
            func.min(log.version).label("first"),
            func.max(log.version).label("last"),
        )
        .group_by(log.case_id)
        .subquery()
    )
    found = (
        select(cases.case_id, cases.version, lines.c.count, lines.c.first, lines.c.last)
        .select_from(tables.cases.outerjoin(lines, lines.c.case_id == cases.case_id))
        .where(
            lines.c.count.is_(None)
            | (lines.c.count != cases.version)
            | (lines.c.last != cases.version)
            | (lines.c.first != 1)
        )
        .order_by(cases.ordinal)
        .limit(_SHOWN)
    )
    for row in connection.execute(found):
        held = "-" if row.count is None else f"{row.first}-{row.last} ({row.count})"
        yield StoreError("found_chain", case=row.case_id, version=row.version, log=held)


def _orphans(connection: Connection) -> Iterator[StoreError]:
    cases, log = tables.cases.c, tables.case_log.c
    join = tables.case_log.outerjoin(tables.cases, cases.case_id == log.case_id)
    lost = select(log.case_id).distinct().select_from(join).where(cases.case_id.is_(None))
    for case_id in connection.execute(lost.limit(_SHOWN)).scalars():
        yield StoreError("found_orphan", case=case_id)


def _doubles(connection: Connection) -> Iterator[StoreError]:
    cases = tables.cases.c
    place = (cases.camera_id, cases.fence_id, cases.scenario_id)
    double = select(*place).where(cases.is_open).group_by(*place).having(func.count() > 1)
    for row in connection.execute(double.limit(_SHOWN)):
        yield StoreError("found_double", place="/".join(row))


def _counters(connection: Connection) -> Iterator[StoreError]:
    """Numbers that would be given a second time."""
    meta = tables.meta.c
    value = connection.execute(select(meta.value).where(meta.name == "ordinal")).scalar() or 0
    used = connection.execute(select(func.max(tables.cases.c.ordinal))).scalar() or 0
    if used > value:
        yield StoreError("found_counter", name="ordinal", value=value, used=used)


def _unreadable(connection: Connection) -> Iterator[StoreError]:
    """Rows whose content this program cannot take for what it should be."""
    bad = 0
    for row in connection.execute(select(tables.cases)).mappings():
        try:
            rows.row_to_case(row)
        except (ValueError, TypeError) as error:
            bad += 1
            if bad <= _SHOWN:
                yield StoreError("found_unreadable", case=row["case_id"], problem=str(error))
    out = tables.outbox.c
    for row_id, payload in connection.execute(select(out.id, out.payload)):
        try:
            json.loads(payload or "{}")
        except ValueError as error:
            bad += 1
            if bad <= _SHOWN:
                yield StoreError("found_message", id=row_id, problem=str(error))


def _open_cases(connection: Connection) -> int:
    is_open = tables.cases.c.is_open
    count = select(func.count()).select_from(tables.cases).where(is_open)
    return int(connection.execute(count).scalar_one())


def _queue(connection: Connection) -> QueueStats:
    out = tables.outbox.c
    waiting = select(func.count(), func.min(out.wall_ns)).where(out.sent_wall_ns.is_(None))
    depth, oldest = connection.execute(waiting.select_from(tables.outbox)).one()
    return QueueStats(depth, oldest)
