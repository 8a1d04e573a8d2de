"""What there is at the end, read with plain SQL and plain MQTT; nothing of Kerbwatch reads it."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from chaos.ear import Said
from chaos.letterbox import Letter

Row = dict[str, Any]
_SQLITE = "sqlite:///"


@dataclass(frozen=True, slots=True)
class Told:
    """A message that tells of a case: on ``events``, or in the inbox of ``recipient``.

    ``kind``: new, update or end.
    """

    event_id: str
    seq: int
    case_id: str
    version: int
    digest: str
    recipient: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """``cases``, ``log`` (in the order of its ids) and ``steps`` are rows of the store's tables.

    ``events`` and ``inboxes`` are what was heard, in order. ``results`` are the answers of each
    request by recipient and request id. ``retained``: the case topics that hold something at
    the end, as case id and version. ``files``: SHA-256 of what lies in the evidence folder.
    ``letters`` are rows of ``push_deliveries``, ``taken`` what arrived of them, in order;
    those after ``last_letter`` may be on their way still. ``cameras``, ``held`` and ``silences``
    are rows too; ``statuses`` is what the broker holds of each camera. ``set_back``: to and from
    which wall time the clock was. Whatever was due by ``ended_wall_ns`` has had its time.
    """

    cases: tuple[Row, ...]
    log: tuple[Row, ...]
    steps: tuple[Row, ...]
    events: tuple[Told, ...]
    inboxes: tuple[Told, ...]
    results: dict[str, list[Row]]
    retained: dict[str, int]
    files: dict[str, str]
    letters: tuple[Row, ...] = ()
    taken: tuple[Letter, ...] = ()
    last_letter: int = 0
    cameras: tuple[Row, ...] = ()
    held: tuple[Row, ...] = ()
    silences: tuple[Row, ...] = ()
    statuses: dict[str, Row] = field(default_factory=dict)
    set_back: tuple[tuple[int, int], ...] = ()
    ended_wall_ns: int = 0

    @property
    def health(self) -> tuple[Row, ...]:
        """The cases that are about a camera itself: they have no fence."""
        return tuple(row for row in self.cases if not row["fence_id"])

    @property
    def street(self) -> tuple[Row, ...]:
        """All others."""
        return tuple(row for row in self.cases if row["fence_id"])


def ask(url: str, query: str) -> tuple[Row, ...]:
    """The rows of a query. ``url`` is the store's, of SQLite or PostgreSQL."""
    if url.startswith(_SQLITE):
        path = url.removeprefix(_SQLITE)
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=20)) as database:
            database.row_factory = sqlite3.Row
            return tuple(dict(row) for row in database.execute(query))
    with psycopg.connect(url) as server, server.cursor() as cursor:
        cursor.execute(query.encode())
        names = [column.name for column in cursor.description or ()]
        return tuple(dict(zip(names, row, strict=True)) for row in cursor.fetchall())


def gather(url: str, evidence: Path, heard: Iterable[Said], late: Iterable[Said]) -> Facts:
    """Everything. ``late`` is what somebody hears who comes when all is over."""
    events: list[Told] = []
    inboxes: list[Told] = []
    results: dict[str, list[Row]] = {}
    for said in heard:
        kind, _, rest = said.topic.split("/", 2)[2].partition("/")
        if kind == "events":
            events.append(_told(said))
        elif kind == "inbox":
            inboxes.append(_told(said, rest))
        elif kind == "result":
            results.setdefault(rest, []).append(json.loads(said.payload))
    return Facts(
        ask(url, "SELECT * FROM cases ORDER BY ordinal"),
        ask(url, "SELECT * FROM case_log ORDER BY id"),
        ask(url, "SELECT * FROM steps"),
        tuple(events),
        tuple(inboxes),
        results,
        _retained(late),
        files_in(evidence),
        ask(url, "SELECT * FROM push_deliveries ORDER BY id"),
        cameras=ask(url, "SELECT * FROM cameras"),
        held=ask(url, "SELECT * FROM held"),
        silences=ask(url, "SELECT * FROM silences ORDER BY number"),
        statuses=_statuses(late),
    )


def files_in(evidence: Path) -> dict[str, str]:
    """The SHA-256 of everything that lies in the folder, by path."""
    return {
        path.relative_to(evidence).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in evidence.rglob("*")
        if path.is_file()
    }


def _told(said: Said, recipient: str = "") -> Told:
    body = json.loads(said.payload)
    case = body if recipient else body["case"]
    digest = hashlib.sha256(said.payload).hexdigest()
    found = (body["event_id"], body["seq"], case["case_id"], case["version"], digest)
    return Told(*found, recipient, body["kind"])


def _statuses(late: Iterable[Said]) -> dict[str, Row]:
    levels = ((said.topic.split("/"), said.payload) for said in late)
    return {
        level[3]: json.loads(payload)
        for level, payload in levels
        if level[2] == "cameras" and level[4] == "status" and payload
    }


def _retained(late: Iterable[Said]) -> dict[str, int]:
    held: dict[str, int] = {}
    for said in late:
        levels = said.topic.split("/")
        if levels[2] == "cases" and said.payload:
            held[levels[3]] = int(json.loads(said.payload)["version"])
    return held
