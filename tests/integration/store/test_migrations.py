"""A store of every older version is brought forward with all that is in it, on both databases."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import MISSING, Field, fields, replace
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData, Table, text

from alerts.casebook import decide
from alerts.cases import Case
from alerts.files import EvidenceFile
from alerts.health import CameraState, CameraStatus
from alerts.messages import Message
from alerts.peak import Peak
from alerts.store import Checkpoint, OutboxRow, rows, tables
from alerts.store.engine import connect, open_engine
from alerts.store.migration import migrate_to, revisions
from alerts.store.patience import IMMEDIATE
from alerts.store.sql import SqlStore
from fences.event import EventKind
from tests.alerts_kit import CLIP, fence_event

OLDER = revisions()[:-1]
WRITING = {IMMEDIATE: True}
CAMERA = CameraStatus("gate-3", CameraState.OFFLINE, 5, "timed_out", 9)
MARK = Checkpoint("gate-3", "lane", '{"dwell": 39}', 1, 2)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    makers: dict[str, Callable[[], str]] = {
        "sqlite": lambda: f"sqlite:///{tmp_path / 'kerbwatch.db'}",
        "postgresql": lambda: request.getfixturevalue("postgres").database(),
    }
    return makers[request.param]()


def a_case() -> tuple[Case, dict[str, object]]:
    change = decide(None, fence_event(EventKind.OPENED, 60), ("duty-east",))
    assert change is not None
    case = replace(change.with_picture("x.jpg").case, occupied_share=0.5, clear_width_m=1.5)
    pictures = (EvidenceFile("x.jpg", "ab" * 32, 9), EvidenceFile("x.raw.jpg", "cd" * 32, 8))
    peak = Peak(case.updated_wall_ns, 2, 0.5, None, pictures, is_opening=True)
    return replace(case, clip=CLIP, peak=peak), rows.transition_to_row(change.transition)


def put(connection: Connection, name: str, row: dict[str, Any]) -> set[str]:
    """Insert what of the row this version has a column for; returns its columns."""
    table = Table(name, MetaData(), autoload_with=connection)
    known = {column.name for column in table.columns}
    connection.execute(table.insert(), {key: row[key] for key in known & row.keys()})
    return known


def as_of_then(value: Any, known: set[str]) -> Any:
    """The value without the fields that this version had no column for."""
    missing = {one.name: _default(one) for one in fields(value) if one.name not in known}
    return replace(value, **missing)


def _default(one: Field[Any]) -> Any:
    return one.default_factory() if one.default_factory is not MISSING else one.default


def fill(connection: Connection) -> tuple[Case, CameraStatus]:
    case, log = a_case()
    known = put(connection, "cases", rows.case_to_row(case) | {"ordinal": 1})
    put(connection, "case_log", log)
    out = {"topic": "t", "payload": "p", "retained": True, "wall_ns": 7, "superseded": False}
    put(connection, "outbox", out)
    put(connection, "checkpoints", {name: getattr(MARK, name) for name in MARK.__slots__})
    camera = {name: getattr(CAMERA, name) for name in CAMERA.__slots__}
    cameras = put(connection, "cameras", camera | {"state": CAMERA.state.value})
    for name in ("seq", "ordinal"):
        put(connection, "meta", {"name": name, "value": 1})
    return as_of_then(case, known), as_of_then(CAMERA, cameras)


@pytest.mark.parametrize("revision", OLDER)
def test_everything_in_a_store_of_an_older_version_is_read_by_this_one(
    url: str, revision: str
) -> None:
    engine = connect(url)
    with engine.connect().execution_options(**WRITING) as connection, connection.begin():
        migrate_to(connection, revision)
        case, camera = fill(connection)
    engine.dispose()
    store = SqlStore(url)
    assert store.cases() == (case,)
    assert [line.version for line in store.history(case.case_id)] == [1]
    assert store.unsent(0, 9) == (OutboxRow(1, Message("t", "p", retained=True), 7),)
    assert store.checkpoints("gate-3") == (MARK,)
    assert store.cameras() == (camera,)
    newest, _ = a_case()
    with store.write() as transaction:
        assert transaction.next_seq() == 2
        transaction.put_case(newest)
    assert store.cases() == (newest,), "and written"
    store.close()


def test_there_are_older_versions_to_come_from() -> None:
    assert OLDER[:3] == ("0001", "0002", "0003")


def test_the_migrations_build_exactly_the_tables_that_the_code_uses(url: str) -> None:
    engine = open_engine(url)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), tables.metadata) == []
        if engine.dialect.name == "postgresql":
            query = text("SELECT indexdef FROM pg_indexes WHERE indexname = 'uq_cases_one_open'")
            made = connection.execute(query).scalar_one()
            assert made.startswith("CREATE UNIQUE INDEX")
            assert made.endswith("WHERE (is_open = true)"), "alembic compares no WHERE"
    engine.dispose()


def test_the_tables_are_those_of_the_newest_migration(tmp_path: Path) -> None:
    """Who opens a database of this version does not ask the migrations, nor load what they need."""
    assert revisions()[-1] == tables.NEWEST
    asked = "import sys; from alerts.store.sql import SqlStore; SqlStore(sys.argv[1]).close();"
    asked += " print('alembic' in sys.modules)"
    command = [sys.executable, "-c", asked, f"sqlite:///{tmp_path / 'kerbwatch.db'}"]
    said = [subprocess.check_output(command, text=True).strip() for _ in range(2)]
    assert said == ["True", "False"]
