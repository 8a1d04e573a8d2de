"""A copy of a store while others use it: everything as it was at one moment."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from alerts.errors import StoreError
from alerts.store.address import database_file, parsed_url, shown_url
from alerts.store.copies import publish, run_tool
from alerts.store.patience import LOCK_S
from alerts.store.presence import Presence


@dataclass(frozen=True, slots=True)
class Backup:
    """Where the copy is, how large, and its SHA-256, which stands beside it too."""

    path: Path
    size_bytes: int
    sha256: str


def suffix_of(url: str) -> str:
    """How copies of this kind of store are called: ``.db`` for SQLite, ``.dump`` at a server."""
    return ".dump" if database_file(url) is None else ".db"


def backup_store(url: str, path: Path) -> Backup:
    """Write the copy. Raises ``StoreError``, also if there is such a file already."""
    if path.exists():
        raise StoreError("copy_there", path=path)
    part = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.unlink(missing_ok=True)  # of one that was killed
    except OSError as error:
        raise StoreError("copy_write", path=path, problem=error.strerror or error) from error
    presence = Presence(url)
    try:
        _copy(url, part)
        return Backup(path, part.stat().st_size, publish(part, path))
    except FileExistsError:
        raise StoreError("copy_there", path=path) from None
    except (OSError, sqlite3.Error) as error:
        raise StoreError("copy_write", path=path, problem=error) from error
    finally:
        part.unlink(missing_ok=True)
        presence.end()


def _copy(url: str, part: Path) -> None:
    parsed = parsed_url(url)
    file = database_file(url)
    if file is not None:
        if not file.is_file():
            raise StoreError("store_absent", url=shown_url(url))
        copy_sqlite(file, part)
    elif parsed.get_backend_name() == "postgresql":
        form = ("--format=custom", "--no-owner", "--no-privileges")
        wait = f"--lock-wait-timeout={LOCK_S * 1000}"
        run_tool("pg_dump", parsed, *form, wait, f"--file={part}")
    else:
        raise StoreError("no_copy", url=shown_url(url))


def copy_sqlite(source: Path, target: Path) -> None:
    """All of a database, with its log, in one file. Raises ``sqlite3.Error``.

    All pages in one step: a read that no writer waits for, and that none can start anew.
    """
    with (
        closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=rw", uri=True)) as old,
        closing(sqlite3.connect(target)) as new,
    ):
        old.execute(f"PRAGMA busy_timeout={LOCK_S * 1000}")
        old.backup(new, pages=-1)
        new.execute("PRAGMA journal_mode=DELETE")  # no log beside it when it is opened
