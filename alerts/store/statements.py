"""Every statement of a transaction, built once: building one costs more than running it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Executable, Table, bindparam, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from alerts.store import tables

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

CHANGE_CASE = update(tables.cases).where(_cases.case_id == bindparam("known_id"))

EVENT = select(_log.id).where(_log.event_id == bindparam("event_id"))

HEAD = select(_cases.log_sha256).where(_cases.case_id == bindparam("case_id"))

COUNTERS = select(_meta.name, _meta.value)

HISTORY = select(tables.case_log).where(_log.case_id == bindparam("case_id")).order_by(_log.id)

STEPS = select(tables.steps.c.key).where(tables.steps.c.case_id == bindparam("case_id"))

ADD_STEP = insert(tables.steps).inline()

ADD_HELD = insert(tables.held).inline()

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

ADD_LINE = insert(tables.case_log).inline()  # nobody asks for the id

ADD_MESSAGE = insert(tables.outbox).inline()

ADD_LETTER = insert(tables.push_deliveries).inline()

ANSWER = select(tables.answers).where(tables.answers.c.request_id == bindparam("request_id"))

ADD_ANSWER = insert(tables.answers).inline()


_out = tables.outbox.c

UNSENT = (
    select(tables.outbox)
    .where(_out.sent_wall_ns.is_(None), _out.id > bindparam("after_id"))
    .order_by(_out.id)
    .limit(bindparam("most"))
)


def put(table: Table, dialect: str, *, but: frozenset[str] = frozenset()) -> Executable:
    """Insert a row, or replace the one of its key; ``but``: columns that keep their first value."""
    adding: Any = (sqlite if dialect == "sqlite" else postgresql).insert(table)
    key = [column.name for column in table.primary_key]
    changed = {
        column.name: adding.excluded[column.name]
        for column in table.columns
        if column.name not in {*key, *but}
    }
    statement: Executable = adding.on_conflict_do_update(index_elements=key, set_=changed)
    return statement


class Puts:
    """The statements that databases write in their own ways."""

    def __init__(self, dialect: str) -> None:
        self.case = put(tables.cases, dialect, but=frozenset({"ordinal"}))
        self.counter = put(tables.meta, dialect)
        self.checkpoint = put(tables.checkpoints, dialect)
        self.camera = put(tables.cameras, dialect)
        self.calm = put(tables.calm, dialect)
        self.evidence = put(tables.evidence_files, dialect, but=frozenset({"wall_ns"}))
