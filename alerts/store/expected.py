"""What is known to be asked for, read before: all at once from a server, one by one from a file."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Text, any_, bindparam, select, true
from sqlalchemy.dialects.postgresql import ARRAY

from alerts.cases import CaseKey
from alerts.store import bulk, statements, tables
from alerts.store.direct import Direct, Row

_cases, _log = tables.cases.c, tables.case_log.c
_PLACE = ("camera_id", "fence_id", "scenario_id")


@dataclass(frozen=True, slots=True)
class Expected:
    """Rows of counters, running silences and the newest cases of places.

    ``events`` are those that are in the log, ``heads`` the hash of the newest entry by the id of
    a case that is there.
    """

    counters: list[Row]
    silences: list[Row]
    events: frozenset[str]
    heads: dict[str, str | None]
    newest: list[Row]


def expected(
    direct: Direct, events: Collection[str], places: Collection[CaseKey], cases: Collection[str]
) -> Expected:
    """What there is of these events, places and cases."""
    read = _read_together if direct.takes_many else _read_singly
    return read(direct, events, places, cases)


def place_of(key: CaseKey) -> Row:
    """A place as columns."""
    return dict(zip(_PLACE, key, strict=True))


def _read_singly(
    direct: Direct, events: Collection[str], places: Collection[CaseKey], cases: Collection[str]
) -> Expected:
    heads = {case_id: direct.row(statements.HEAD, {"case_id": case_id}) for case_id in cases}
    newest = [direct.row(statements.NEWEST_CASE, place_of(key)) for key in places]
    return Expected(
        direct.rows(statements.COUNTERS),
        direct.rows(statements.RUNNING_SILENCES),
        frozenset(key for key in events if direct.row(statements.EVENT, {"event_id": key})),
        {case_id: row["log_sha256"] for case_id, row in heads.items() if row is not None},
        [row for row in newest if row is not None],
    )


def _read_together(
    direct: Direct, events: Collection[str], places: Collection[CaseKey], cases: Collection[str]
) -> Expected:
    counters, silences, known, heads, newest = direct.rows_of_all(
        [
            (statements.COUNTERS, {}),
            (statements.RUNNING_SILENCES, {}),
            (_EVENTS, {"keys": list(events)}),
            (_HEADS, {"keys": list(cases)}),
            (_NEWEST_CASES, bulk.as_value(map(place_of, places))),
        ]
    )
    return Expected(
        counters,
        silences,
        frozenset(row["event_id"] for row in known),
        {row["case_id"]: row["log_sha256"] for row in heads},
        newest,
    )


def _among(column: ColumnElement[str]) -> ColumnElement[bool]:
    return column == any_(bindparam("keys", type_=ARRAY(Text)))


_EVENTS = select(_log.event_id).where(_among(_log.event_id))

_HEADS = select(_cases.case_id, _cases.log_sha256).where(_among(_cases.case_id))

_asked = bulk.matching(tables.cases, _PLACE)

_newest = (
    select(tables.cases)
    .where(*(_cases[name] == _asked.c[name] for name in _PLACE))
    .order_by(_cases.ordinal.desc())
    .limit(1)
    .lateral()
)

_NEWEST_CASES = select(_newest).select_from(_asked.join(_newest, true()))
