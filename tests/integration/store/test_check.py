"""``kerbwatch store check``, on a file and at a server."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from alerts.store.engine import connect
from alerts.store.inspection import inspect_store
from alerts.store.migration import migrate_to
from alerts.store.patience import IMMEDIATE, IN_ORDER
from tests.store_kit import CLEARED, NEXT, OPENED, Place


def test_a_sound_store_is_told_with_what_is_in_it(place: Place) -> None:
    place.take_in(OPENED, CLEARED, NEXT)
    code, said = place.command("check")
    assert code == 0
    assert said["ok"] is True
    assert said["findings"] == []
    assert said["revision"] == said["newest_revision"]
    assert (said["open_cases"], said["rows"]["cases"], said["rows"]["case_log"]) == (1, 2, 3)
    assert said["queue_depth"] == said["rows"]["outbox"] == 12


def test_there_is_no_store_before_the_first_start_and_looking_makes_none(place: Place) -> None:
    code, said = place.command("check")
    assert code == 1
    assert "no store" in said["error"]
    assert not (place.folder / "kerbwatch.db").exists()


@pytest.mark.parametrize(
    ("harm", "key"),
    [
        ("DELETE FROM case_log WHERE version = 1", "chain"),
        ("UPDATE case_log SET version = 7 WHERE version = 2", "chain"),
        ("UPDATE cases SET version = version + 1", "chain"),
        ("UPDATE meta SET value = 0 WHERE name = 'ordinal'", "counter"),
        ("UPDATE cases SET labels = 'no json'", "unreadable"),
        ("UPDATE cases SET state = 'lost'", "unreadable"),
        ("UPDATE outbox SET payload = 'no json'", "message"),
        ("DROP TABLE checkpoints", "missing"),
    ],
)
def test_what_does_not_add_up_is_found_and_named(place: Place, harm: str, key: str) -> None:
    place.take_in(OPENED, CLEARED)
    place.run(harm)
    code, said = place.command("check")
    assert code == 1
    assert said["ok"] is False
    assert {one["key"] for one in said["findings"]} == {key}
    if key in {"chain", "unreadable"}:
        assert "gate-3.lane.blocked_fire_lane" in said["findings"][0]["text"]


def test_log_lines_of_no_case_and_two_open_cases_are_found_where_the_database_let_them(
    tmp_path: Path,
) -> None:
    place = Place(f"sqlite:///{tmp_path / 'kerbwatch.db'}", tmp_path)
    place.take_in(OPENED, CLEARED, NEXT)
    with sqlite3.connect(tmp_path / "kerbwatch.db") as connection:
        connection.execute("DROP INDEX uq_cases_one_open")
        connection.execute("UPDATE cases SET is_open = 1")
        connection.execute("UPDATE case_log SET case_id = 'x' WHERE version = 2")
    connection.close()
    found = {one.key for one in inspect_store(place.url).findings}
    assert found == {"found_double", "found_orphan", "found_chain"}


def test_a_damaged_file_is_found(tmp_path: Path) -> None:
    place = Place(f"sqlite:///{tmp_path / 'kerbwatch.db'}", tmp_path)
    place.take_in(OPENED)
    file = tmp_path / "kerbwatch.db"
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
        found = connection.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'ix_cases_place'"
        )
        page, size = found.fetchone()[0], connection.execute("PRAGMA page_size").fetchone()[0]
    connection.close()
    content = bytearray(file.read_bytes())
    content[(page - 1) * size : (page - 1) * size + 100] = bytes(100)
    file.write_bytes(content)
    code, said = place.command("check")
    assert code == 1
    assert "malformed" in json.dumps(said) or "damaged" in json.dumps(said)


def test_a_constraint_that_does_not_hold_is_found(postgres: Any, tmp_path: Path) -> None:
    place = Place(postgres.database(), tmp_path)
    place.take_in(OPENED)
    place.run("ALTER TABLE cases ADD CONSTRAINT odd CHECK (version > 1) NOT VALID")
    assert [str(one) for one in inspect_store(place.url).findings] == [
        "The database says that it is damaged: odd is not valid"
    ]


def test_an_older_store_is_looked_at_as_it_is(place: Place) -> None:
    engine = connect(place.url)
    writing = {IMMEDIATE: True, IN_ORDER: True}  # at a server, without it each statement is alone
    with engine.connect().execution_options(**writing) as connection, connection.begin():
        migrate_to(connection, "0002")
    engine.dispose()
    code, said = place.command("check")
    assert (code, said["revision"]) == (0, "0002")
    assert inspect_store(place.url).revision == "0002", "and left as it is"
