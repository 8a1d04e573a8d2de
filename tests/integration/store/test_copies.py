"""``kerbwatch store backup`` and ``restore``, on a file and at a server."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from alerts.errors import StoreError
from alerts.evidence import EvidenceFolder
from alerts.intake import Batch, Intake
from alerts.store.backup import backup_store
from alerts.store.copies import sum_file, sum_of
from alerts.store.inspection import inspect_store
from alerts.store.restore import restore_store
from alerts.store.sql import SqlStore
from alerts.texts import Language
from fences.event import EventKind
from tests.alerts_kit import DIRECTORY, WRITER, FakeClock, fence_event
from tests.conftest import ROOT
from tests.store_kit import CLEARED, NEXT, OPENED, Place


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
