"""A ZIP that holds the same bytes whenever the same is put into it, there whole or not at all."""

from __future__ import annotations

import hashlib
import os
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from alerts.errors import EvidenceError

MOST_BYTES = 2_000_000_000
"""Of all that goes into one; programs that unpack stumble over more than 4 GB."""

_PIECE_BYTES = 1 << 20
_THEN = (1980, 1, 1, 0, 0, 0)
_UNIX = 3
_MODE = 0o100644 << 16


@dataclass(frozen=True, slots=True)
class Packed:
    """What was put in."""

    sha256: str
    size_bytes: int


class Archive:
    """Filled by :func:`new_archive`. Nothing is compressed: pictures and clips are already."""

    def __init__(self, archive: zipfile.ZipFile, most_bytes: int) -> None:
        self._archive = archive
        self._left = most_bytes
        self._most = most_bytes

    def put(self, name: str, data: bytes) -> Packed:
        """Raises ``EvidenceError`` where all of it would be too much."""
        self._take(len(data))
        self._archive.writestr(_entry(name), data)
        return Packed(hashlib.sha256(data).hexdigest(), len(data))

    def copy(self, name: str, source: Path) -> Packed:
        """A file as it is, piece by piece. Raises ``OSError``, and as :meth:`put`."""
        digest, size = hashlib.sha256(), 0
        with source.open("rb") as file:
            entry = _entry(name)
            entry.file_size = os.fstat(file.fileno()).st_size
            with self._archive.open(entry, "w") as into:
                while piece := file.read(_PIECE_BYTES):
                    self._take(len(piece))
                    digest.update(piece)
                    size += len(piece)
                    into.write(piece)
        return Packed(digest.hexdigest(), size)

    def _take(self, size: int) -> None:
        self._left -= size
        if self._left < 0:
            raise EvidenceError("export_too_big", megabytes=self._most // 1_000_000)


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _THEN)
    entry.create_system, entry.external_attr = _UNIX, _MODE
    return entry


@contextmanager
def new_archive(
    target: Path, *, replace: bool = False, most_bytes: int = MOST_BYTES
) -> Iterator[Archive]:
    """Filled in the block, and under its name once all of it is on disk.

    Raises ``EvidenceError`` if it is there already and not to be replaced, if it becomes too big
    or cannot be written; then nothing is left of it.
    """
    if target.exists() and not replace:
        raise EvidenceError("export_there", path=target)
    part = target.with_name(f".{target.name}.part")
    try:
        with part.open("wb") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
                yield Archive(archive, most_bytes)
            file.flush()
            os.fsync(file.fileno())
        _publish(part, target, replace=replace)
    except OSError as error:
        raise EvidenceError("export_write", path=target, problem=error.strerror) from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def _publish(part: Path, target: Path, *, replace: bool) -> None:
    if replace:
        part.replace(target)
        return
    try:
        target.hardlink_to(part)  # unlike a renaming this never takes another one's place
    except FileExistsError as error:
        raise EvidenceError("export_there", path=target) from error
    except OSError:  # a file system without hard links
        part.replace(target)
