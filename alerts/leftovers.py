"""Sweeps up what a killed process has left in the evidence folder, and nothing else.

| file | goes |
|---|---|
| half of a file (``.NAME.part``) | once it is old enough |
| named as the service names files, in no log | if its case's log is whole and went on after it |
| the same, of a case that this store does not know | when all evidence of its age goes |
| the same, of a held case | never |
| anything else | never |

A camera that is killed as it opens a case opens another one later, so what a store does not know
may be nobody's; but it is all there is left where an old copy of the store, or the wrong one, was
put in its place. Nobody can tell the two apart, so it has as much time as all evidence.

Services, REST servers and commands write to one folder at the same time; none of them takes an
hour over a file, so an hour and the start of this process say what is old enough.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from pathlib import Path
from stat import S_ISREG

from alerts.chain import Trail
from alerts.naming import is_part, name_in
from alerts.proof import prove_log
from alerts.retention import Budgets, is_aged, kind_of
from alerts.store.port import Store
from fences.clock import SECOND_NS, Clock

_log = logging.getLogger(__name__)

OLD_NS = 3600 * SECOND_NS
AT_ONCE = 1000
"""Files that are looked at in one go: others wait for the same thread."""


class Leftover(StrEnum):
    """What a file is that no log names; a ``STRANGER``'s case is not of this store."""

    PART = "part"
    ORPHAN = "orphan"
    STRANGER = "stranger"


@dataclass(frozen=True, slots=True)
class Lying:
    """A file of the folder. ``path`` is relative to it; ``inode`` tells it from a newer one."""

    path: str
    written_wall_ns: int
    inode: int


class Leftovers:
    """Call :meth:`tend` as often as you like.

    It goes through the folder at the start of its process, and once more an hour later, for what
    had only just been left then.
    """

    def __init__(self, store: Store, root: Path, clock: Clock, budgets: Budgets) -> None:
        self._store = store
        self._root = root
        self._clock = clock
        self._budgets = budgets
        self._start_wall_ns = clock.wall_ns()
        self._due_ns = [clock.monotonic_ns(), clock.monotonic_ns() + OLD_NS]
        self._walk: Iterator[Lying] | None = None
        self._chunk: list[Lying] = []
        self._found: Counter[Leftover] = Counter()

    def tend(self) -> None:
        """Go a bit further. Raises ``StoreError``; what was looked at is looked at again."""
        if self._walk is None:
            if not self._due_ns or self._clock.monotonic_ns() < self._due_ns[0]:
                return
            del self._due_ns[0]
            self._walk, self._found = lying_in(self._root), Counter()
        self._chunk = self._chunk or self._next(self._walk)
        if not self._chunk:
            self._walk = None
            self._say()
            return
        self._sweep(self._chunk)
        self._chunk = []

    def _next(self, walk: Iterator[Lying]) -> list[Lying]:
        try:
            return list(islice(walk, AT_ONCE))
        except OSError as error:  # the rest of this walk is left alone
            _log.error("evidence_leftovers: %s: %s", error.filename, error.strerror)
            return []

    def _sweep(self, files: Iterable[Lying]) -> None:
        before_ns = min(self._start_wall_ns, self._clock.wall_ns() - OLD_NS)
        old = [file for file in files if file.written_wall_ns < before_ns]
        known = self._store.known_evidence([file.path for file in old])
        judged = [(file, self._what(file)) for file in old if file.path not in known]
        for file, what in judged:  # once the store has said all that it is asked
            if what is Leftover.STRANGER or (what is not None and self._remove(file)):
                self._found[what] += 1

    def _what(self, file: Lying) -> Leftover | None:
        name = file.path.rpartition("/")[2]
        if is_part(name):
            return Leftover.PART
        case_id = name_in(name)
        if case_id is None:
            return None
        trail = self._store.trail(case_id)
        if trail is None:
            age_ns = self._clock.wall_ns() - file.written_wall_ns
            aged = is_aged(kind_of(file.path), age_ns, self._budgets)
            return Leftover.ORPHAN if aged else Leftover.STRANGER
        return Leftover.ORPHAN if is_orphan(trail, file) else None

    def _remove(self, file: Lying) -> bool:
        """Whether it went: one of the same name that has just been written stays."""
        path = self._root / file.path
        try:
            now = path.lstat()
            if (now.st_ino, now.st_mtime_ns) != (file.inode, file.written_wall_ns):
                return False
            path.unlink()
        except OSError as error:
            _log.error("evidence_leftovers: %s: %s", file.path, error.strerror)
            return False
        return True

    def _say(self) -> None:
        parts, orphans = self._found[Leftover.PART], self._found[Leftover.ORPHAN]
        if parts or orphans:
            _log.info("evidence_leftovers: %d half and %d whole file(s) removed", parts, orphans)
        if strangers := self._found[Leftover.STRANGER]:
            _log.warning("evidence_strangers: %d file(s) of no case in this store", strangers)


def is_orphan(trail: Trail, file: Lying) -> bool:
    """Whether a file with the name of this case is none of its own. Pure.

    The log must be whole, know all its files, and have gone on after the file was written: where
    an old copy of a store was put back, the rest of the log may be in another one.
    """
    case = trail.case
    if case.held_by is not None or file.written_wall_ns >= case.updated_wall_ns:
        return False
    if any(entry.seal is None for entry in trail.entries) or prove_log(trail):
        return False
    return file.path not in _named_by(trail)


def _named_by(trail: Trail) -> set[str]:
    case = trail.case
    named = {file.path for entry in trail.entries if entry.seal for file in entry.seal.files}
    named |= {entry.transition.picture or "" for entry in trail.entries}
    named |= {case.picture or "", case.after_picture or "", case.clip.path if case.clip else ""}
    return named | {file.path for file in (case.peak.files if case.peak else ())}


def lying_in(root: Path) -> Iterator[Lying]:
    """The files of the folder, camera by camera and day by day; links lead nowhere.

    Raises ``OSError`` where a folder cannot be read.
    """
    for camera in _folders(root):
        for day in _folders(camera):
            for path in _paths(day):
                with suppress(FileNotFoundError):  # gone since
                    found = path.lstat()
                    if S_ISREG(found.st_mode):
                        relative = path.relative_to(root).as_posix()
                        yield Lying(relative, found.st_mtime_ns, found.st_ino)


def _folders(path: Path) -> Iterator[Path]:
    return (one for one in _paths(path) if one.is_dir() and not one.is_symlink())


def _paths(folder: Path) -> list[Path]:
    """Read at once, so that nothing stays open between two looks."""
    try:
        return sorted(folder.iterdir())
    except FileNotFoundError:
        return []
