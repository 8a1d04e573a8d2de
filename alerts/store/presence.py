"""Who uses a store: a service and everything else that opens it, or a restore, alone.

SQLite: a lock on a file beside the database, which ends with its process, however that ends.
PostgreSQL knows its connections, and lets no database be renamed that has any.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from alerts.errors import StoreError
from alerts.store.address import database_file, shown_url


class Presence:
    """Says that a store is in use until :meth:`end`; ``alone``: by nobody else.

    Raises ``StoreError`` if it is being restored, with ``alone`` if anybody uses it, and if
    its folder cannot be written.
    """

    def __init__(self, url: str, *, alone: bool = False) -> None:
        self._lock: int | None = None
        path = database_file(url)
        if path is None:
            return
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._lock = os.open(lock_file(path), os.O_CREAT | os.O_RDWR, 0o660)
            fcntl.flock(self._lock, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        except BlockingIOError:
            self.end()
            key = "store_in_use" if alone else "store_restoring"
            raise StoreError(key, url=shown_url(url)) from None
        except OSError as error:
            self.end()
            problem = error.strerror or str(error)
            raise StoreError("store_open", url=shown_url(url), problem=problem) from error

    def end(self) -> None:
        """Let others have it; may be called again."""
        lock, self._lock = self._lock, None
        if lock is not None:
            os.close(lock)


def lock_file(path: Path) -> Path:
    """Beside the database; it stays, for removing it would let two hold it at once."""
    return path.with_name(path.name + ".lock")
