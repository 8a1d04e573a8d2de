"""One round: hostile commands against a post over a real store, and what has become of them."""

from __future__ import annotations

import gc
import json
import tracemalloc
from collections import Counter as Tally
from dataclasses import dataclass, field
from pathlib import Path

from alerts.casebook import decide
from alerts.cases import Case
from alerts.counter import Counter
from alerts.evidence import EvidenceFolder
from alerts.keeper import write_change
from alerts.link import Heard
from alerts.mqtt.commands import CommandPost
from alerts.orders import Place
from alerts.store.sql import SqlStore
from fences.event import EventKind
from tests.alerts_kit import DIRECTORY, TOPICS, WRITER, FakeClock, FakeLink, fence_event
from tests.hostile.commands import Attacker, Hostile

WARM_UP = 500
"""Commands after which caches are full; memory is compared with what it was then."""

GROWTH_BYTES = 1_000_000
"""How much more may be in use at the end: a hundred bytes for each of 10,000."""


@dataclass
class Outcome:
    """``refused``: answered with a reason; ``dropped``: counted with one, by why.

    ``repeated``: answered as the one command before it was that had been done. ``unexplained``
    and ``changed`` are failures.
    """

    commands: int = 0
    kinds: Tally[str] = field(default_factory=Tally)
    refused: Tally[str] = field(default_factory=Tally)
    dropped: Tally[str] = field(default_factory=Tally)
    repeated: int = 0
    unexplained: int = 0
    changed: int = 0
    grown_bytes: int = 0

    @property
    def failed(self) -> bool:
        return bool(self.unexplained or self.changed or self.grown_bytes > GROWTH_BYTES)

    def as_line(self) -> str:
        return json.dumps({**vars(self), "ok": not self.failed})


class Round:
    """A store in ``folder`` with one case, and the post that takes what comes."""

    def __init__(self, folder: Path, seed: int) -> None:
        self._clock = FakeClock()
        self._store = SqlStore(f"sqlite:///{folder / 'kerbwatch.db'}")
        evidence = EvidenceFolder(folder / "evidence", DIRECTORY)
        counter = Counter(self._store, WRITER, evidence, self._clock)
        self._post = CommandPost(counter, TOPICS, self._clock)
        case = self._open()
        other = folder / "evidence" / "gate-3" / "2026-09-21" / "other.jpg"
        other.parent.mkdir(parents=True)
        other.write_bytes(b"of another case")
        body = json.dumps({"request_id": "done-1", "words": "在路上"}).encode()
        done = Hostile("replayed", TOPICS.command("wenshao", case.case_id, "note"), body)
        self.outcome = Outcome()
        self._give(done)
        (now,) = self._store.cases()
        assert now.version == case.version + 1, "it was done"
        self._attacker = Attacker(seed, now, done)
        self._before = (now, self._store.history(now.case_id))

    def _open(self) -> Case:
        change = decide(None, fence_event(EventKind.OPENED, 60), ("duty-east", "wenshao"))
        assert change is not None
        with self._store.write() as transaction:
            write_change(transaction, change, WRITER, self._clock)
        return change.case

    def run(self, count: int) -> Outcome:
        """Take ``count`` of them, and close the store."""
        self.outcome = Outcome()
        tracemalloc.start()
        base = 0
        for number, hostile in enumerate(self._attacker.commands(count)):
            if number == min(WARM_UP, count // 2):
                base = _in_use()
            self._take(hostile)
            if number % 100 == 99:
                self._send()
        self._send()
        self.outcome.grown_bytes = _in_use() - base
        tracemalloc.stop()
        self._post.stop(1.0)
        self._store.close()
        return self.outcome

    def _take(self, hostile: Hostile) -> None:
        out = self.outcome
        out.commands += 1
        out.kinds[hostile.kind] += 1
        counted = sum(self._post.unusable.values())
        code = self._give(hostile)
        if sum(self._post.unusable.values()) > counted:
            out.dropped = Tally(self._post.unusable)
        elif code is None:
            out.unexplained += 1
        elif code == "done":
            out.repeated += hostile.kind == "replayed"
            out.unexplained += hostile.kind != "replayed"
        else:
            out.refused[code] += 1
        cases = self._store.cases()
        log = self._store.history(self._before[0].case_id)
        out.changed += (cases, log) != ((self._before[0],), self._before[1])

    def _give(self, hostile: Hostile) -> str | None:
        """The way of a message without the thread: the code of its answer, if it gets one."""
        heard = Heard(FakeLink(), hostile.topic, hostile.payload, hostile.retained)
        assert self._post.take(heard)
        if self._post._waiting.empty():
            return None
        item = self._post._waiting.get_nowait()
        assert item is not None
        place, payload = item
        assert isinstance(place, Place)
        answer = self._post.handle(place, payload)
        if answer is None:
            return None
        return "done" if answer.refusal is None else answer.refusal.code.value

    def _send(self) -> None:
        """As the outbox's drainer does, so that the store does not grow by answers."""
        rows = self._store.unsent(0, 1000)
        self._store.mark_sent([row.id for row in rows], self._clock.wall_ns())


def _in_use() -> int:
    gc.collect()
    return tracemalloc.get_traced_memory()[0]
