"""What only a store on disk can get wrong."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, insert, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

from alerts.casebook import decide
from alerts.errors import StoreError
from alerts.store import rows, tables
from alerts.store.engine import open_engine
from alerts.store.sql import SqlStore
from fences.event import EventKind
from tests.alerts_kit import fence_event


def url(folder: Path) -> str:
    return f"sqlite:///{folder / 'kerbwatch.db'}"


def test_the_migrations_build_exactly_the_tables_that_the_code_uses(tmp_path: Path) -> None:
    engine = open_engine(url(tmp_path))
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), tables.metadata) == []
        query = text("SELECT sql FROM sqlite_master WHERE name = :name")
        name = {"name": "uq_cases_one_open"}
        migrated = connection.execute(query, name).scalar_one()
    engine.dispose()
    fresh = create_engine("sqlite://")
    tables.metadata.create_all(fresh)
    with fresh.connect() as connection:
        made = connection.execute(query, name).scalar_one()
    fresh.dispose()
    assert " ".join(migrated.split()) == " ".join(made.split()), "alembic compares no WHERE"


def test_a_commit_is_on_disk_before_it_returns(tmp_path: Path) -> None:
    engine = open_engine(url(tmp_path))
    with engine.connect() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    engine.dispose()
    full = 2
    assert pragmas == {
        "journal_mode": "wal",
        "synchronous": full,
        "foreign_keys": 1,
        "busy_timeout": 10_000,
    }


def test_the_database_itself_refuses_a_second_open_case(tmp_path: Path) -> None:
    store = SqlStore(url(tmp_path))
    first = decide(None, fence_event(EventKind.OPENED, 60), ())
    second = decide(None, fence_event(EventKind.OPENED, 3600, violation_s=3600), ())
    assert first is not None
    assert second is not None
    with store.write() as transaction:
        transaction.put_case(first.case)
    with pytest.raises(StoreError, match="UNIQUE"), store.write() as transaction:
        transaction.put_case(second.case)
    assert len(store.cases()) == 1
    store.close()


def test_everything_is_there_after_opening_again(tmp_path: Path) -> None:
    change = decide(None, fence_event(EventKind.OPENED, 60), ("duty-east",))
    assert change is not None
    first = SqlStore(url(tmp_path))
    with first.write() as transaction:
        transaction.put_case(change.case)
        transaction.add_transition(change.transition)
        transaction.next_seq()
    first.close()
    second = SqlStore(url(tmp_path))
    assert second.cases() == (change.case,)
    assert second.history(change.case.case_id) == (change.transition,)
    with second.write() as transaction:
        assert transaction.next_seq() == 2
    second.close()


def test_a_database_of_a_newer_program_is_refused(tmp_path: Path) -> None:
    open_engine(url(tmp_path)).dispose()
    with sqlite3.connect(tmp_path / "kerbwatch.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    with pytest.raises(StoreError, match="9999, newer than this program"):
        SqlStore(url(tmp_path))


@pytest.mark.parametrize(
    ("bad", "problem"),
    [
        ("nonsense", "not a database URL"),
        ("oracle9://u:secret@h/db", "oracle9"),
        ("sqlite:///{folder}/file/kerbwatch.db", "file"),
        ("sqlite:///{folder}/broken.db", "not a database"),
    ],
)
def test_a_database_that_cannot_be_opened_is_one_clear_error(
    tmp_path: Path, bad: str, problem: str
) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "broken.db").write_bytes(b"this is no database, and long enough to be read" * 20)
    with pytest.raises(StoreError, match=problem) as caught:
        SqlStore(bad.format(folder=tmp_path))
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_tables_are_also_postgresql() -> None:
    """No server here; at least every statement that builds them compiles."""
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    for table in tables.metadata.sorted_tables:
        assert "CREATE TABLE" in str(CreateTable(table).compile(dialect=dialect))
    index = next(one for one in tables.cases.indexes if one.name == "uq_cases_one_open")
    assert str(CreateIndex(index).compile(dialect=dialect)).endswith("WHERE is_open = true")
    assert str(CreateIndex(index).compile(dialect=sqlite.dialect())).endswith("is_open = 1")


def test_every_field_of_a_case_has_its_column() -> None:
    change = decide(None, fence_event(EventKind.OPENED, 60), ())
    assert change is not None
    row = rows.case_to_row(change.case)
    assert set(row) | {"ordinal", "log_sha256"} == set(tables.cases.c.keys())
    assert insert(tables.cases).values(row).compile() is not None
