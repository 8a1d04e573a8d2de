"""Puts a copy in the place of a store: verified first, all at once, the old one kept."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from alerts.errors import StoreError
from alerts.store import restore_postgres
from alerts.store.address import database_file, parsed_url, shown_url
from alerts.store.copies import check_sum
from alerts.store.inspection import Inspection, holds_cases, inspect_store, verify
from alerts.store.presence import Presence

_PARTS = ("-wal", "-shm", "-journal")


@dataclass(frozen=True, slots=True)
class Restored:
    """What is there now; ``aside``: where the old store is; ``summed``: the copy had its sum."""

    now: Inspection
    aside: str | None
    summed: bool


def restore_store(url: str, copy: Path, stamp: str, *, force: bool = False) -> Restored:
    """Put ``copy`` in place of the store, which nobody may be using.

    A store with cases in it is replaced only with ``force``, and kept under a name with
    ``stamp``. Nothing has changed where ``StoreError`` is raised: the copy is damaged or of a
    newer program, the store is in use or is there, the disk is full.
    """
    if not copy.is_file():
        raise StoreError("copy_absent", path=copy)
    summed = check_sum(copy)
    file = database_file(url)
    if file is not None:
        aside = _restore_file(url, file, copy, stamp, force=force)
    elif parsed_url(url).get_backend_name() == "postgresql":
        aside = restore_postgres.restore(url, copy, stamp, force=force)
    else:
        raise StoreError("no_copy", url=shown_url(url))
    return Restored(inspect_store(url), aside, summed)


def _restore_file(url: str, file: Path, copy: Path, stamp: str, *, force: bool) -> str | None:
    presence = Presence(url, alone=True)
    part = file.with_name(f"{file.name}.restoring")
    try:
        if not force and holds_cases(url):
            raise StoreError("store_there", url=shown_url(url))
        _forget(part)
        shutil.copyfile(copy, part)
        verify(f"sqlite:///{part}", copy)
        return _swap(part, file, stamp)
    except OSError as error:
        problem = error.strerror or str(error)
        raise StoreError("copy_write", path=file, problem=problem) from error
    finally:
        _forget(part)
        presence.end()


def _swap(part: Path, file: Path, stamp: str) -> str | None:
    """Killed at any point, the one or the other is in place, whole."""
    if not file.exists():
        part.replace(file)
        return None
    aside = file.with_name(f"{file.name}.before-{stamp}")
    with suppress(sqlite3.Error), closing(sqlite3.connect(file)) as old:
        old.execute("PRAGMA journal_mode=DELETE")  # its log goes into it; a damaged one keeps it
    aside.hardlink_to(file)
    for name in _PARTS:  # a log beside the new one would be taken for its own
        log = file.with_name(file.name + name)
        if log.exists():
            log.rename(aside.with_name(aside.name + name))
    part.replace(file)
    return str(aside)


def _forget(part: Path) -> None:
    for name in ("", *_PARTS):
        part.with_name(part.name + name).unlink(missing_ok=True)
