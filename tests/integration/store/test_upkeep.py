"""``kerbwatch store check|backup|restore``, on a file and at a server."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from alerts.errors import StoreError
from alerts.evidence import EvidenceFolder
from alerts.intake import Batch, Intake
from alerts.store.backup import backup_store
from alerts.store.copies import sum_file, sum_of
from alerts.store.engine import connect, migrate_to
from alerts.store.inspection import inspect_store
from alerts.store.restore import restore_store
from alerts.store.sql import SqlStore
from alerts.texts import Language
from fences.event import EventKind, FenceEvent
from kerbwatch.cli.app import app
from tests.alerts_kit import DIRECTORY, WRITER, FakeClock, fence_event
from tests.conftest import ROOT

CONFIG = """
site: {{id: linzi, timezone: Asia/Shanghai}}
store: {{url: "{url}"}}
cameras:
  - id: gate-3
    url: clip.mp4
    fences:
      - id: lane
        polygon: [[0.1, 0.5], [0.5, 0.5], [0.6, 0.9]]
        scenarios: {{blocked_fire_lane: {{}}}}
        see: [obstruction]
"""
OPENED, CLEARED = fence_event(EventKind.OPENED, 60), fence_event(EventKind.CLEARED, 90)
NEXT = fence_event(EventKind.OPENED, 5000, violation_s=5000)


@dataclass(frozen=True)
class Place:
    """A database that the test may break, and a folder."""

    url: str
    folder: Path

    def take_in(self, *events: FenceEvent) -> None:
        store = SqlStore(self.url)
        intake = Intake(store, WRITER, EvidenceFolder(self.folder, DIRECTORY), FakeClock())
        intake.receive(Batch("gate-3", 0, 0, events, {"lane": "{}"}))
        store.close()

    def run(self, statement: str) -> None:
        engine = connect(self.url)
        with engine.begin() as connection:
            connection.execute(text(statement))
        engine.dispose()

    def cases(self) -> tuple[tuple[int, bool], ...]:
        store = SqlStore(self.url)
        found = tuple((case.version, case.is_open) for case in store.cases())
        store.close()
        return found

    def command(self, *arguments: str | Path) -> tuple[int, Any]:
        config = self.folder / "streams.yaml"
        config.write_text(CONFIG.format(url=self.url), encoding="utf-8")
        whole = ["store", *map(str, arguments), "-c", str(config), "--json"]
        done = CliRunner().invoke(app, whole)
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done.exit_code, json.loads(done.stdout)


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    makers: dict[str, Callable[[], str]] = {
        "sqlite": lambda: f"sqlite:///{tmp_path / 'kerbwatch.db'}",
        "postgresql": lambda: request.getfixturevalue("postgres").database(),
    }
    return Place(makers[request.param](), tmp_path)


@pytest.fixture
def used(place: Place) -> Iterator[SqlStore]:
    """Somebody has the store open."""
    store = SqlStore(place.url)
    with store.write() as transaction:
        transaction.next_seq()
    yield store
    store.close()


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
    with engine.begin() as connection:
        migrate_to(connection, "0002")
    engine.dispose()
    code, said = place.command("check")
    assert (code, said["revision"]) == (0, "0002")
    assert inspect_store(place.url).revision == "0002", "and left as it is"


def test_a_copy_is_of_one_moment_while_others_write(place: Place, used: SqlStore) -> None:
    """The log of a case and its versions belong together in every copy."""
    place.take_in(OPENED)
    stop = threading.Event()

    def write() -> None:
        clock = FakeClock()
        intake = Intake(used, WRITER, EvidenceFolder(place.folder, DIRECTORY), clock)
        number = 2
        while not stop.is_set():
            event = fence_event(EventKind.UPDATED, 60 + number / 100, seq=number)
            intake.receive(Batch("gate-3", 0, 0, (event,)))
            number += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        copies = [place.folder / f"copy-{number}" for number in range(2)]
        made = [backup_store(place.url, path) for path in copies]
    finally:
        stop.set()
        writer.join(30)
    for one in made:
        assert (one.sha256, one.size_bytes) == (sum_of(one.path), one.path.stat().st_size)
        assert sum_file(one.path).read_text() == f"{one.sha256}  {one.path.name}\n"
    assert {path.name for path in place.folder.glob("copy-*")} == {
        name for one in made for name in (one.path.name, sum_file(one.path).name)
    }
    used.close()
    assert restore_store(place.url, made[0].path, "1", force=True).now.findings == ()


def test_a_copy_brings_back_what_was_there_and_keeps_what_is(place: Place) -> None:
    place.take_in(OPENED)
    code, said = place.command("backup")
    assert code == 0
    assert Path(said["path"]).parent == place.folder / "data" / "backups"
    place.take_in(CLEARED, NEXT)
    assert place.cases() == ((2, False), (1, True))

    code, refused = place.command("restore", said["path"])
    assert code == 1
    assert "--force" in refused["error"]
    assert place.cases() == ((2, False), (1, True))

    code, restored = place.command("restore", said["path"], "--force")
    assert (code, restored["ok"], restored["summed"]) == (0, True, True)
    assert place.cases() == ((1, True),)
    aside = restored["aside"]
    old = f"sqlite:///{aside}" if "/" in aside else place.url.rpartition("/")[0] + "/" + aside
    assert Place(old, place.folder).cases() == ((2, False), (1, True))
    assert not list(place.folder.glob("*restoring*"))


def test_a_copy_needs_no_force_where_nothing_is_lost(place: Place, tmp_path: Path) -> None:
    place.take_in(OPENED)
    copy = backup_store(place.url, tmp_path / "copy").path
    place.run("DELETE FROM case_log")
    place.run("DELETE FROM cases")
    restore_store(place.url, copy, "1")
    assert place.cases() == ((1, True),)


def test_a_store_in_use_is_not_replaced(place: Place, used: SqlStore, tmp_path: Path) -> None:
    place.take_in(OPENED)
    copy = backup_store(place.url, tmp_path / "copy").path
    with pytest.raises(StoreError, match="in use"):
        restore_store(place.url, copy, "1", force=True)
    assert used.cases()[0].version == 1


def test_a_service_does_not_start_amid_a_restore(tmp_path: Path) -> None:
    from alerts.store.presence import Presence  # noqa: PLC0415

    url = f"sqlite:///{tmp_path / 'kerbwatch.db'}"
    alone = Presence(url, alone=True)
    with pytest.raises(StoreError, match="being restored"):
        SqlStore(url)
    alone.end()
    SqlStore(url).close()


def test_a_killed_service_leaves_no_lock(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'kerbwatch.db'}"
    script = (
        "import os, signal; from alerts.store.sql import SqlStore;"
        f"store = SqlStore({url!r}); os.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=False, timeout=60)
    copy = backup_store(url, tmp_path / "copy").path
    assert restore_store(url, copy, "1").aside is not None


def spoil(copy: Path) -> None:
    content = bytearray(copy.read_bytes())
    content[len(content) // 2] ^= 0xFF
    copy.write_bytes(content)


def cut(copy: Path) -> None:
    copy.write_bytes(copy.read_bytes()[:2000])
    sum_file(copy).unlink()


def replace_with_nonsense(copy: Path) -> None:
    copy.write_bytes(b"this is no copy" * 500)
    sum_file(copy).unlink()


@pytest.mark.parametrize("harm", [spoil, cut, replace_with_nonsense, Path.unlink])
def test_a_bad_copy_changes_nothing(
    place: Place, tmp_path: Path, harm: Callable[[Path], None]
) -> None:
    place.take_in(OPENED)
    copy = backup_store(place.url, tmp_path / "copy").path
    harm(copy)
    place.take_in(CLEARED)
    with pytest.raises(StoreError) as caught:
        restore_store(place.url, copy, "1", force=True)
    assert caught.value.key in {"copy_sum", "copy_bad", "copy_absent"}
    assert "copy" in caught.value.text(Language.ZH)
    assert place.cases() == ((2, False),)
    assert inspect_store(place.url).findings == ()


def test_a_copy_that_does_not_add_up_is_refused(place: Place, tmp_path: Path) -> None:
    place.take_in(OPENED)
    place.run("UPDATE cases SET version = 3")
    copy = backup_store(place.url, tmp_path / "copy").path
    with pytest.raises(StoreError, match="is at version 3, its log has 1-1"):
        restore_store(place.url, copy, "1", force=True)


def test_no_copy_is_written_over_another(place: Place, tmp_path: Path) -> None:
    place.take_in(OPENED)
    made = backup_store(place.url, tmp_path / "copy")
    code, said = place.command("backup", "--out", made.path)
    assert code == 1
    assert "already" in said["error"]
    assert sum_of(made.path) == made.sha256


def test_a_folder_that_cannot_be_is_one_clear_error_and_leaves_nothing(
    place: Place, tmp_path: Path
) -> None:
    place.take_in(OPENED)
    (tmp_path / "file").write_text("no folder")
    code, said = place.command("backup", "--out", tmp_path / "file" / "copy")
    assert code == 1
    assert "could not be written" in said["error"]


def test_a_role_that_may_make_no_database_is_told_what_it_needs(
    postgres: Any, tmp_path: Path
) -> None:
    place = Place(postgres.database(), tmp_path)
    place.take_in(OPENED)
    copy = backup_store(place.url, tmp_path / "copy").path
    with psycopg.connect(postgres.admin_url, autocommit=True) as admin:
        admin.execute("ALTER ROLE kerbwatch NOCREATEDB")
        try:
            with pytest.raises(StoreError, match="CREATEDB"):
                restore_store(place.url, copy, "1", force=True)
        finally:
            admin.execute("ALTER ROLE kerbwatch CREATEDB")
    assert place.cases() == ((1, True),)


def test_a_tool_that_is_not_there_is_named(
    postgres: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("alerts.store.copies._PROGRAMS", str(tmp_path))
    place = Place(postgres.database(), tmp_path)
    place.take_in(OPENED)
    with pytest.raises(StoreError, match="pg_dump is needed and not there: apt-get install"):
        backup_store(place.url, tmp_path / "copy")
    assert not list(tmp_path.glob("copy*"))


def test_the_password_is_in_no_argument_of_a_tool(
    postgres: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[list[str]] = []
    real = subprocess.run

    def run(command: list[str], **more: Any) -> Any:
        seen.append(command)
        return real(command, **more)

    monkeypatch.setattr("alerts.store.copies.subprocess.run", run)
    place = Place(postgres.database(), tmp_path)
    place.take_in(OPENED)
    backup_store(place.url, tmp_path / "copy")
    assert len(seen) == 1
    assert not any("test" in part.removeprefix("--file=" + str(tmp_path)) for part in seen[0][1:])
