"""A full disk, for the process under test only: what SQLite, PostgreSQL and the folder then say.

SQLite is forbidden to grow (``max_page_count``), so that the error is its own and comes at
whatever statement needs a page; for PostgreSQL its error of a full disk is raised where something
is written; pictures are refused as by the system.

A camera is well again after less than a second: processes that are killed every few seconds would
never live to see a minute of it.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import patch

import psycopg.errors
from sqlalchemy import Connection, Engine, event

from alerts.errors import EvidenceError
from alerts.evidence import write_jpeg
from alerts.picture import Image
from chaos.clock import Control
from chaos.spells import WELL_S
from fences.clock import SECOND_NS

_ROOM = 2**30
_NO_SPACE = os.strerror(errno.ENOSPC)


def install(control: Control) -> None:
    """From now on a ``full`` of ``control`` is believed by every engine of this process."""

    def begun(connection: Connection) -> None:
        if connection.dialect.name == "sqlite":
            pages = 1 if control.full else _ROOM  # never less than there are already
            connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")

    def asked(connection: Connection, _cursor: object, statement: str, *_more: Any) -> None:
        writes = statement.lstrip().upper().startswith(("INSERT", "UPDATE"))
        if control.full and writes and connection.dialect.name == "postgresql":
            raise psycopg.errors.DiskFull(f"could not extend file: {_NO_SPACE}")

    event.listen(Engine, "begin", begun)
    event.listen(Engine, "before_cursor_execute", asked)
    patch("alerts.evidence.write_jpeg", _unless_full(control)).start()
    patch("alerts.patients.WELL_NS", round(WELL_S * SECOND_NS)).start()


def _unless_full(control: Control) -> Callable[[Path, Image], bytes]:
    def write(path: Path, image: Image) -> bytes:
        if control.full:
            raise EvidenceError("evidence_write", path=path, problem=_NO_SPACE)
        return write_jpeg(path, image)

    return write
