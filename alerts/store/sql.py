"""The store on SQLAlchemy: SQLite by default, nothing in it that PostgreSQL does not know."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    Select,
    Table,
    bindparam,
    func,
    insert,
    select,
    true,
    update,
)
from sqlalchemy.exc import SQLAlchemyError

from alerts.cases import Case, CaseKey, CaseState, Transition
from alerts.errors import StoreError
from alerts.health import CameraStatus, QueueStats
from alerts.messages import Message
from alerts.store import rows, tables
from alerts.store.engine import IMMEDIATE, first_line, open_engine
from alerts.store.port import Checkpoint, OutboxRow, Remembered, Truth

_UPDATE_CASE = update(tables.cases).where(tables.cases.c.case_id == bindparam("known_id"))
_CHUNK = 500  # ids in one statement: databases limit the number of parameters


class SqlTransaction:
    """:class:`alerts.store.port.Transaction` on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def last_case(self, key: CaseKey) -> Case | None:
        row = self._connection.execute(_last_case(key)).mappings().first()
        return None if row is None else rows.row_to_case(row)

    def case(self, case_id: str) -> Case | None:
        found = select(tables.cases).where(tables.cases.c.case_id == case_id)
        row = self._connection.execute(found).mappings().first()
        return None if row is None else rows.row_to_case(row)

    def has_event(self, event_key: str) -> bool:
        log = tables.case_log.c
        found = self._connection.execute(select(log.id).where(log.event_id == event_key))
        return found.first() is not None

    def next_seq(self) -> int:
        return self._count("seq")

    def put_case(self, case: Case) -> None:
        row = rows.case_to_row(case)
        done = self._connection.execute(_UPDATE_CASE, row | {"known_id": case.case_id})
        if done.rowcount == 0:
            row["ordinal"] = self._count("ordinal")
            self._connection.execute(insert(tables.cases), row)

    def add_transition(self, transition: Transition) -> None:
        self._connection.execute(insert(tables.case_log), rows.transition_to_row(transition))

    def add_message(self, message: Message, wall_ns: int) -> None:
        row = {
            "topic": message.topic,
            "payload": message.payload,
            "retained": message.retained,
            "wall_ns": wall_ns,
        }
        self._connection.execute(insert(tables.outbox), row)

    def remembered(self, request_id: str) -> Remembered | None:
        answers = tables.answers
        found = select(answers).where(answers.c.request_id == request_id)
        row = self._connection.execute(found).mappings().first()
        return None if row is None else rows.row_to_answer(row)

    def remember(self, answer: Remembered) -> None:
        self._connection.execute(insert(tables.answers), asdict(answer))

    def put_checkpoint(self, checkpoint: Checkpoint) -> None:
        key = {"camera_id": checkpoint.camera_id, "fence_id": checkpoint.fence_id}
        self._put(
            tables.checkpoints,
            key,
            {
                "codec": checkpoint.codec,
                "media_ns": checkpoint.media_ns,
                "wall_ns": checkpoint.wall_ns,
            },
        )

    def put_camera(self, status: CameraStatus) -> None:
        self._put(
            tables.cameras,
            {"camera_id": status.camera_id},
            {
                "state": status.state.value,
                "since_wall_ns": status.since_wall_ns,
                "reason": status.reason,
                "until_wall_ns": status.until_wall_ns,
            },
        )

    def _count(self, name: str) -> int:
        value = self._connection.execute(
            select(tables.meta.c.value).where(tables.meta.c.name == name)
        ).scalar()
        self._put(tables.meta, {"name": name}, {"value": (value or 0) + 1})
        return int(value or 0) + 1

    def _put(self, table: Any, key: dict[str, Any], values: dict[str, Any]) -> None:
        where = [table.c[name] == value for name, value in key.items()]
        done = self._connection.execute(update(table).where(*where).values(values))
        if done.rowcount == 0:
            self._connection.execute(insert(table), key | values)


class SqlStore:
    """:class:`alerts.store.port.Store` in a database.

    Migrates it at start. Raises ``StoreError`` if it cannot be opened, read or written.
    """

    def __init__(self, url: str) -> None:
        self._engine = open_engine(url)

    @contextmanager
    def write(self) -> Iterator[SqlTransaction]:
        with self._connected(writes=True) as connection:
            yield SqlTransaction(connection)

    def last_case(self, key: CaseKey) -> Case | None:
        with self._connected() as connection:
            return SqlTransaction(connection).last_case(key)

    def case(self, case_id: str) -> Case | None:
        query = select(tables.cases).where(tables.cases.c.case_id == case_id)
        found = self._read(query)
        return rows.row_to_case(found[0]) if found else None

    def cases(self) -> tuple[Case, ...]:
        query = select(tables.cases).order_by(tables.cases.c.ordinal)
        return tuple(rows.row_to_case(row) for row in self._read(query))

    def cases_in(self, states: Collection[CaseState]) -> tuple[Case, ...]:
        cases = tables.cases
        wanted = select(cases).where(cases.c.state.in_([state.value for state in states]))
        query = wanted.order_by(cases.c.ordinal)
        return tuple(rows.row_to_case(row) for row in self._read(query))

    def history(self, case_id: str) -> tuple[Transition, ...]:
        log = tables.case_log
        query = select(log).where(log.c.case_id == case_id).order_by(log.c.id)
        return tuple(rows.row_to_transition(row) for row in self._read(query))

    def checkpoints(self, camera_id: str) -> tuple[Checkpoint, ...]:
        table = tables.checkpoints
        query = select(table).where(table.c.camera_id == camera_id).order_by(table.c.fence_id)
        return tuple(rows.row_to_checkpoint(row) for row in self._read(query))

    def cameras(self) -> tuple[CameraStatus, ...]:
        query = select(tables.cameras).order_by(tables.cameras.c.camera_id)
        return tuple(rows.row_to_camera(row) for row in self._read(query))

    def truth(self) -> Truth:
        cases, out = tables.cases, tables.outbox
        opened = select(cases).where(cases.c.is_open).order_by(cases.c.ordinal)
        known = select(tables.cameras).order_by(tables.cameras.c.camera_id)
        pending = select(out.c.topic).where(out.c.sent_wall_ns.is_(None), out.c.retained)
        with self._connected() as connection:
            return Truth(
                tuple(rows.row_to_case(row) for row in connection.execute(opened).mappings()),
                tuple(rows.row_to_camera(row) for row in connection.execute(known).mappings()),
                frozenset(connection.execute(pending).scalars()),
            )

    def unsent(self, after_id: int, limit: int) -> tuple[OutboxRow, ...]:
        out = tables.outbox
        waiting = select(out).where(out.c.sent_wall_ns.is_(None), out.c.id > after_id)
        query = waiting.order_by(out.c.id).limit(limit)
        return tuple(rows.row_to_message(row) for row in self._read(query))

    def mark_sent(self, ids: Collection[int], wall_ns: int) -> None:
        ordered = sorted(ids)
        out = tables.outbox
        with self._connected(writes=True) as connection:
            for start in range(0, len(ordered), _CHUNK):
                chunk = ordered[start : start + _CHUNK]
                mark = update(out).where(out.c.id.in_(chunk)).values(sent_wall_ns=wall_ns)
                connection.execute(mark)

    def supersede_retained(self, wall_ns: int) -> int:
        out = tables.outbox
        waiting = (out.c.sent_wall_ns.is_(None), out.c.retained)
        newest = select(func.max(out.c.id)).where(*waiting).group_by(out.c.topic)
        mark = update(out).where(*waiting, out.c.id.not_in(newest))
        with self._connected(writes=True) as connection:
            done = connection.execute(mark.values(sent_wall_ns=wall_ns, superseded=True))
            return done.rowcount

    def queue(self) -> QueueStats:
        out = tables.outbox
        count = select(func.count(), func.min(out.c.wall_ns)).where(out.c.sent_wall_ns.is_(None))
        with self._connected() as connection:
            depth, oldest = connection.execute(count.select_from(out)).one()
            return QueueStats(depth, oldest)

    def prune_sent(self, keep: int) -> int:
        return self._prune(tables.outbox, tables.outbox.c.sent_wall_ns.is_not(None), keep)

    def forget_answers(self, keep: int) -> int:
        return self._prune(tables.answers, true(), keep)

    def _prune(self, table: Table, which: ColumnElement[bool], keep: int) -> int:
        with self._connected(writes=True) as connection:
            nth = select(table.c.id).where(which).order_by(table.c.id.desc()).offset(keep).limit(1)
            last_old = connection.execute(nth).scalar()
            if last_old is None:
                return 0
            return connection.execute(table.delete().where(which, table.c.id <= last_old)).rowcount

    def close(self) -> None:
        self._engine.dispose()

    def _read(self, query: Select[Any]) -> list[RowMapping]:
        with self._connected() as connection:
            return list(connection.execute(query).mappings().all())

    @contextmanager
    def _connected(self, *, writes: bool = False) -> Iterator[Connection]:
        options = {IMMEDIATE: writes}
        try:
            with (
                self._engine.connect().execution_options(**options) as connection,
                connection.begin(),
            ):
                yield connection
        except SQLAlchemyError as error:
            raise StoreError("store_write", problem=first_line(error)) from error


def _last_case(key: CaseKey) -> Select[Any]:
    cases = tables.cases
    mine = select(cases).where(
        cases.c.camera_id == key[0], cases.c.fence_id == key[1], cases.c.scenario_id == key[2]
    )
    return mine.order_by(cases.c.ordinal.desc()).limit(1)
