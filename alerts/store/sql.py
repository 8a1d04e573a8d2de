"""The store on SQLAlchemy: SQLite by default, PostgreSQL by URL."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    Select,
    Table,
    func,
    select,
    true,
    update,
)
from sqlalchemy.exc import SQLAlchemyError

from alerts.cases import Case, CaseKey, CaseState, Transition
from alerts.chain import Trail
from alerts.duty.quiet import KeptSilence
from alerts.errors import StoreError
from alerts.health import CameraStatus, QueueStats
from alerts.pushing.course import Delivery, PushStats, Standing
from alerts.retention import Kept, Kind, Usage
from alerts.store import deliveries, kept, rows, statements, tables
from alerts.store.direct import Row, Statements
from alerts.store.engine import BEGIN_IN_ORDER, first_line, open_engine
from alerts.store.expected import place_of
from alerts.store.line import Line
from alerts.store.pages import Wanted, page_query
from alerts.store.patience import IMMEDIATE, ONE_MOMENT
from alerts.store.port import Checkpoint, OutboxRow, Truth
from alerts.store.presence import Presence
from alerts.store.statements import Writes, runs_of
from alerts.store.transaction import SqlTransaction


class SqlStore:
    """:class:`alerts.store.port.Store` in a database.

    Migrates it at start. Raises ``StoreError`` if it cannot be opened, read or written.
    """

    def __init__(self, url: str) -> None:
        self._presence = Presence(url)
        try:
            self._engine = open_engine(url)
        except BaseException:
            self._presence.end()
            raise
        dbapi = self._engine.dialect.loaded_dbapi
        self._driver_error: type[Exception] = dbapi.Error
        self._writes = Writes(self._engine.dialect.name)
        self._statements = Statements(self._engine.dialect)
        one_writer = self._engine.dialect.name == "sqlite"
        # SQLite's own way of waiting sleeps longer and longer, and is not fair
        self._writing: AbstractContextManager[object] = (
            threading.Lock() if one_writer else nullcontext()
        )
        begin = BEGIN_IN_ORDER[self._engine.dialect.name]
        self._writer = Line(self._engine, self._statements, begin)
        self._drain = Line(self._engine, self._statements)

    @contextmanager
    def write(self) -> Iterator[SqlTransaction]:
        with self._noting_trouble(), self._writing, self._writer.transaction() as direct:
            transaction = SqlTransaction(direct, self._writes)
            yield transaction
            transaction.flush(commit=True)

    def last_case(self, key: CaseKey) -> Case | None:
        found = self._read(statements.NEWEST_CASE, place_of(key))
        return rows.row_to_case(found[0]) if found else None

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

    def page(self, wanted: Wanted, limit: int) -> tuple[Case, ...]:
        return tuple(rows.row_to_case(row) for row in self._read(page_query(wanted, limit)))

    def history(self, case_id: str) -> tuple[Transition, ...]:
        log = tables.case_log
        query = select(log).where(log.c.case_id == case_id).order_by(log.c.id)
        return tuple(rows.row_to_transition(row) for row in self._read(query))

    def steps(self, case_id: str) -> frozenset[str]:
        query = select(tables.steps.c.key).where(tables.steps.c.case_id == case_id)
        return frozenset(row["key"] for row in self._read(query))

    def open_versions(self) -> tuple[tuple[str, int], ...]:
        it = tables.cases.c
        query = select(it.case_id, it.version).where(it.is_open).order_by(it.ordinal)
        return tuple((row["case_id"], row["version"]) for row in self._read(query))

    def open_counts(self) -> dict[tuple[str, str], int]:
        it = tables.cases.c
        query = select(it.camera_id, it.fence_id, func.count().label("open")).where(it.is_open)
        found = self._read(query.group_by(it.camera_id, it.fence_id))
        return {(row["camera_id"], row["fence_id"]): row["open"] for row in found}

    def next_held(self) -> int | None:
        query = select(func.min(tables.held.c.until_wall_ns).label("until"))
        until: int | None = self._read(query)[0]["until"]
        return until

    def silences(self, *, running: bool) -> tuple[KeptSilence, ...]:
        query = statements.RUNNING_SILENCES if running else statements.SILENCES
        return tuple(rows.row_to_silence(row) for row in self._read(query))

    def next_silence_end(self) -> int | None:
        it = tables.silences.c
        query = select(func.min(it.until_wall_ns).label("until")).where(it.over_wall_ns.is_(None))
        until: int | None = self._read(query)[0]["until"]
        return until

    def calm(self) -> str | None:
        found = self._read(statements.CALM)
        return found[0]["codec"] if found else None

    def trail(self, case_id: str) -> Trail | None:
        cases, log, meta = tables.cases, tables.case_log, tables.meta.c
        lines = select(log).where(log.c.case_id == case_id).order_by(log.c.id)
        mark = select(meta.value).where(meta.name == "sealed_after")
        with self._connected(one_moment=True) as connection:
            found = connection.execute(select(cases).where(cases.c.case_id == case_id))
            row = found.mappings().first()
            if row is None:
                return None
            after = connection.execute(mark).scalar() or 0
            entries = connection.execute(lines).mappings()
            return Trail(
                rows.row_to_case(row),
                row["log_sha256"],
                tuple(rows.row_to_entry(line, after) for line in entries),
            )

    def lost_ordinals(self) -> tuple[int, ...]:
        meta = tables.meta.c
        given = select(meta.value).where(meta.name == "ordinal")
        with self._connected(one_moment=True) as connection:
            last = connection.execute(given).scalar() or 0
            there = set(connection.execute(select(tables.cases.c.ordinal)).scalars())
        return tuple(number for number in range(1, last + 1) if number not in there)

    def checkpoints(self, camera_id: str) -> tuple[Checkpoint, ...]:
        table = tables.checkpoints
        query = select(table).where(table.c.camera_id == camera_id)
        marks = (rows.row_to_checkpoint(row) for row in self._read(query))
        return tuple(sorted(marks, key=lambda mark: mark.fence_id))  # databases sort by locale

    def camera(self, camera_id: str) -> CameraStatus | None:
        own = tables.cameras.c.camera_id == camera_id
        return next(iter(rows.rows_to_cameras(self._read(select(tables.cameras).where(own)))), None)

    def cameras(self) -> tuple[CameraStatus, ...]:
        return rows.rows_to_cameras(self._read(select(tables.cameras)))

    def truth(self) -> Truth:
        cases, out = tables.cases, tables.outbox
        opened = select(cases).where(cases.c.is_open).order_by(cases.c.ordinal)
        known = select(tables.cameras)
        pending = select(out.c.topic).where(out.c.sent_wall_ns.is_(None), out.c.retained)
        with self._connected(one_moment=True) as connection:
            return Truth(
                tuple(rows.row_to_case(row) for row in connection.execute(opened).mappings()),
                rows.rows_to_cameras(connection.execute(known).mappings()),
                frozenset(connection.execute(pending).scalars()),
            )

    def unsent(self, after_id: int, limit: int) -> tuple[OutboxRow, ...]:
        with self._noting_trouble(), self._drain.transaction() as direct:
            found = direct.rows(statements.UNSENT, {"after_id": after_id, "most": limit})
        return tuple(map(rows.row_to_message, found))

    def mark_sent(self, ids: Collection[int], wall_ns: int) -> None:
        runs = [
            {"first": first, "last": last, "sent_wall_ns": wall_ns} for first, last in runs_of(ids)
        ]
        with self._noting_trouble(), self._writing, self._drain.transaction() as direct:
            direct.run_with_each(statements.MARK_SENT, runs)

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

    def due_deliveries(
        self, now_wall_ns: int, back_wall_ns: int, after_id: int, limit: int, but: Collection[str]
    ) -> tuple[Delivery, ...]:
        query = deliveries.due(now_wall_ns, back_wall_ns, after_id, limit, but)
        return tuple(deliveries.row_to_delivery(row) for row in self._read(query))

    def settle_deliveries(self, settled: Collection[Delivery]) -> None:
        changed = [deliveries.how_far(one) for one in settled]
        if changed:
            with self._connected(writes=True) as connection:
                connection.execute(deliveries.SETTLE, changed)

    def deliveries(self, limit: int, *, done: bool = False) -> tuple[Delivery, ...]:
        query = deliveries.newest(limit, done=done)
        return tuple(deliveries.row_to_delivery(row) for row in self._read(query))

    def push_stats(self) -> PushStats:
        with self._connected() as connection:
            return deliveries.stats(connection)

    def prune_deliveries(self, keep: int) -> int:
        table = tables.push_deliveries
        ended = (Standing.SENT, Standing.DEAD)
        return sum(self._prune(table, table.c.standing == one.value, keep) for one in ended)

    def evidence_usage(self) -> Usage:
        return kept.usage_of(self._read(kept.USAGE))

    def oldest_evidence(self, kind: Kind, limit: int) -> tuple[Kept, ...]:
        return tuple(map(kept.kept_of, self._read(kept.oldest(kind, limit))))

    def removed_evidence(self, limit: int) -> tuple[str, ...]:
        return tuple(row["path"] for row in self._read(kept.removed(limit)))

    def known_evidence(self, paths: Collection[str]) -> frozenset[str]:
        return frozenset(row["path"] for row in self._read(kept.known(paths)))

    def forget_evidence(self, paths: Collection[str]) -> None:
        if paths:
            with self._connected(writes=True) as connection:
                connection.execute(kept.FORGET, [{"gone": path} for path in paths])

    def close(self) -> None:
        self._writer.close()
        self._drain.close()
        self._engine.dispose()
        self._presence.end()

    def _read(self, query: Select[Any], values: Row | None = None) -> list[RowMapping]:
        with self._connected() as connection:
            return list(connection.execute(query, values or {}).mappings().all())

    @contextmanager
    def _noting_trouble(self) -> Iterator[None]:
        try:
            yield
        except (SQLAlchemyError, self._driver_error) as error:
            raise StoreError("store_write", problem=first_line(error)) from error

    @contextmanager
    def _connected(self, *, writes: bool = False, one_moment: bool = False) -> Iterator[Connection]:
        """A transaction. ``one_moment``: all that it reads is of one and the same moment."""
        options = {IMMEDIATE: writes, ONE_MOMENT: one_moment}
        with (
            self._noting_trouble(),
            self._writing if writes else nullcontext(),
            self._engine.connect().execution_options(**options) as connection,
            connection.begin(),
        ):
            yield connection
