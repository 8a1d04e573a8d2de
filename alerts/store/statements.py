"""Every statement of a transaction, built once: building one costs more than running it."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Executable, Table, bindparam, delete, insert, select, update
from sqlalchemy.dialects import sqlite

from alerts.store import bulk, tables

_cases, _log, _meta = tables.cases.c, tables.case_log.c, tables.meta.c

CASE = select(tables.cases).where(_cases.case_id == bindparam("case_id"))

NEWEST_CASE = (
    select(tables.cases)
    .where(
        _cases.camera_id == bindparam("camera_id"),
        _cases.fence_id == bindparam("fence_id"),
        _cases.scenario_id == bindparam("scenario_id"),
    )
    .order_by(_cases.ordinal.desc())
    .limit(1)
)

EVENT = select(_log.id).where(_log.event_id == bindparam("event_id"))

HEAD = select(_cases.log_sha256).where(_cases.case_id == bindparam("case_id"))

COUNTERS = select(_meta.name, _meta.value)

HISTORY = select(tables.case_log).where(_log.case_id == bindparam("case_id")).order_by(_log.id)

STEPS = select(tables.steps.c.key).where(tables.steps.c.case_id == bindparam("case_id"))

_DUE = tables.held.c.until_wall_ns <= bindparam("now_wall_ns")

DUE_HELD = select(tables.held).where(_DUE).order_by(tables.held.c.seq, tables.held.c.id)

DROP_HELD = delete(tables.held).where(_DUE)

SILENCES = select(tables.silences).order_by(tables.silences.c.number)

RUNNING_SILENCES = SILENCES.where(tables.silences.c.over_wall_ns.is_(None))

ADD_SILENCE = insert(tables.silences).inline()

END_SILENCE = update(tables.silences).where(tables.silences.c.number == bindparam("which"))

OPEN_CASES = (
    select(tables.cases)
    .where(_cases.camera_id == bindparam("camera_id"), _cases.is_open)
    .order_by(_cases.ordinal)
)

CASES_OF_STORM = (
    select(tables.cases).where(_cases.storm == bindparam("storm")).order_by(_cases.ordinal)
)

CALM = select(tables.calm.c.codec)

ANSWER = select(tables.answers).where(tables.answers.c.request_id == bindparam("request_id"))


_out = tables.outbox.c

UNSENT = (
    select(tables.outbox)
    .where(_out.sent_wall_ns.is_(None), _out.id > bindparam("after_id"))
    .order_by(_out.id)
    .limit(bindparam("most"))
)

MARK_SENT = (
    update(tables.outbox)
    .where(_out.id.between(bindparam("first"), bindparam("last")))
    .values(sent_wall_ns=bindparam("sent_wall_ns"))
)


def runs_of(ids: Collection[int]) -> tuple[tuple[int, int], ...]:
    """The same numbers as ranges, first and last of each: PUBACKs come nearly in order."""
    runs: list[tuple[int, int]] = []
    for number in sorted(set(ids)):
        if runs and runs[-1][1] == number - 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return tuple(runs)


class Writes:
    """The statements that write rows, in the way of one kind of database.

    A server takes all rows at once (:mod:`alerts.store.bulk`), SQLite one after the other.
    """

    def __init__(self, dialect: str) -> None:
        many = dialect == "postgresql"
        add, put = (bulk.add, bulk.put) if many else (_add, _put)
        self.case = put(tables.cases, keep=frozenset({"ordinal"}))
        # a server would join what it knows little of, and may read the whole table for it
        self.changed_case = self.case if many else _CHANGE_CASE
        self.line = add(tables.case_log, but=_NUMBER)
        self.step = add(tables.steps)
        self.held = add(tables.held, but=_NUMBER)
        self.message = add(tables.outbox, but=_NUMBER | {"sent_wall_ns"})
        self.letter = add(tables.push_deliveries, but=_NUMBER | {"done_wall_ns", "via", "problem"})
        self.answer = add(tables.answers, but=_NUMBER)
        self.counter = put(tables.meta)
        self.checkpoint = put(tables.checkpoints)
        self.camera = put(tables.cameras)
        self.calm = put(tables.calm)
        self.evidence = put(tables.evidence_files, keep=frozenset({"wall_ns"}))


_NUMBER = frozenset({"id"})


def _add(table: Table, *, but: frozenset[str] = frozenset()) -> Executable:  # noqa: ARG001
    """Insert a row; nobody asks for its number."""
    return insert(table).inline()


def _put(table: Table, *, keep: frozenset[str] = frozenset()) -> Executable:
    """Insert a row, or replace the one of its key; columns in ``keep`` keep their first value."""
    adding = sqlite.insert(table)
    key = [column.name for column in table.primary_key]
    changed = {
        column.name: adding.excluded[column.name]
        for column in table.columns
        if column.name not in {*key, *keep}
    }
    return adding.on_conflict_do_update(index_elements=key, set_=changed)


_CHANGE_CASE = update(tables.cases).where(_cases.case_id == bindparam("known_case_id"))
