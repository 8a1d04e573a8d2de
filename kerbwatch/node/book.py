"""Who is in quarantine, in a file of the data folder: read by the node, the doctor and people."""

from __future__ import annotations

import fcntl
import json
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from fences.clock import SECOND_NS

FIRST_NS = 600 * SECOND_NS
"""The first quarantine; each further one is twice as long as the one before ..."""

LONGEST_NS = 24 * 3600 * SECOND_NS
"""... up to this."""

PAROLE_NS = 600 * SECOND_NS
"""After a quarantine one crash within this time is enough for the next."""

FORGOTTEN_NS = 24 * 3600 * SECOND_NS
"""Who has behaved for this long after a quarantine begins anew with the first."""

_SCHEMA = "kerbwatch.quarantine/1"
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")


def node_folder(data_dir: Path) -> Path:
    """Where a node keeps what is about itself."""
    return data_dir / "node"


class BadBookError(ValueError):
    """The file cannot be understood; the text says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Held:
    """A camera that is or was left out; times in wall ns, ``times`` counts how often in a row."""

    camera_id: str
    since_wall_ns: int
    until_wall_ns: int
    times: int = 1

    def holds(self, wall_ns: int) -> bool:
        """Whether it is left out now. A clock that was set back before ``since`` frees it."""
        return self.since_wall_ns <= wall_ns < self.until_wall_ns

    def on_parole(self, wall_ns: int) -> bool:
        """Whether it has come out only just now."""
        return 0 <= wall_ns - self.until_wall_ns < PAROLE_NS


@dataclass(frozen=True, slots=True)
class QuarantineBook:
    """``quarantine.json`` in the node's folder; written whole or not at all.

    Reading raises ``BadBookError``, reading and writing ``OSError``.
    """

    folder: Path

    @property
    def path(self) -> Path:
        return self.folder / "quarantine.json"

    def read(self) -> dict[str, Held]:
        """By camera id, also those whose time is over; no file: nobody."""
        try:
            text = self.path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return {}
        except UnicodeDecodeError as error:
            raise BadBookError(f"{self.path}: no UTF-8") from error
        try:
            return {held.camera_id: held for held in _decode(text)}
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise BadBookError(f"{self.path}: {error!r}") from error

    def put(self, camera_id: str, wall_ns: int) -> Held:
        """Leave a camera out from now on, longer than the last time."""
        with self._mine():
            known = {
                one.camera_id: one
                for one in self.read().values()
                if wall_ns - one.until_wall_ns < FORGOTTEN_NS
            }
            last = known.get(camera_id)
            times = 1 if last is None else last.times + 1
            until_ns = wall_ns + _length_ns(times)
            known[camera_id] = Held(camera_id, wall_ns, until_ns, times)
            self._write(known.values())
        return known[camera_id]

    def lift(self, camera_id: str, wall_ns: int) -> bool:
        """Let a camera in again, as if nothing had been; whether it was left out."""
        with self._mine():
            known = self.read()
            held = known.pop(camera_id, None)
            if held is not None:
                self._write(known.values())
        return held is not None and held.holds(wall_ns)

    def set_aside(self) -> None:
        """Begin a new file; the one that nobody can read is kept beside it."""
        self.path.replace(self.path.with_suffix(".bad"))

    @contextmanager
    def _mine(self) -> Iterator[None]:
        """The supervisor and a person may both change it: one after the other."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "quarantine.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _write(self, known: Iterable[Held]) -> None:
        part = self.path.with_suffix(".part")
        with part.open("w", encoding="utf-8") as stream:
            stream.write(_encode(known))
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(self.path)


def _length_ns(times: int) -> int:
    return min(FIRST_NS << min(times - 1, 16), LONGEST_NS)


def _encode(known: Iterable[Held]) -> str:
    cameras = {
        held.camera_id: {
            "since_ns": held.since_wall_ns,
            "until_ns": held.until_wall_ns,
            "times": held.times,
        }
        for held in sorted(known, key=lambda one: one.camera_id)
    }
    return json.dumps({"schema": _SCHEMA, "cameras": cameras}, indent=1) + "\n"


def _decode(text: str) -> Iterator[Held]:
    content = json.loads(text)
    if content["schema"] != _SCHEMA:
        raise ValueError(f"schema: got {content['schema']!r}, expected {_SCHEMA!r}")
    for camera_id, one in content["cameras"].items():
        numbers = (one["since_ns"], one["until_ns"], one["times"])
        whole = all(type(number) is int for number in numbers)
        if not whole or not _ID.fullmatch(camera_id):
            raise ValueError(f"{camera_id}: got {one!r}, expected whole since_ns, until_ns, times")
        held = Held(camera_id, *numbers)
        if not 0 < held.until_wall_ns - held.since_wall_ns <= LONGEST_NS or held.times < 1:
            raise ValueError(f"{camera_id}: got {one!r}, expected at most 24 h, times from 1")
        yield held
