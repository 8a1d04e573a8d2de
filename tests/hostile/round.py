"""One round: hostile commands over a real Mosquitto to the real service, and what they came to."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter as Tally
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import IO, Any

from alerts.store.sql import SqlStore
from benchmarks.processes import CLOCK, wait_for
from tests.alerts_kit import TOPICS
from tests.hostile.broker import Attackers, Ear, broker
from tests.hostile.commands import GATEWAY, Attacker, Hostile
from tests.hostile.reports import TAKEN, report_body

AT_ONCE = 100
"""Commands between two looks at the case."""

GROWTH_MIB = 16.0
"""More than that would be 1.6 KiB for each of 10,000; the database's cache alone takes some."""

_LIMIT_S = 30.0


@dataclass
class Outcome:
    """``refused``: answered with a reason; ``dropped``: counted by the service, by reason.

    ``broker``: stopped by its ACL, or on a topic that is none of a command and that nobody hears.
    ``repeated``: answered
    as the one command before it was that had been done. ``kept_back``: those that the broker has
    kept and sends again with each connection. ``unexplained`` and ``changed`` are failures.
    """

    commands: int = 0
    kinds: Tally[str] = field(default_factory=Tally)
    refused: Tally[str] = field(default_factory=Tally)
    dropped: Tally[str] = field(default_factory=Tally)
    broker: Tally[str] = field(default_factory=Tally)
    repeated: int = 0
    kept_back: int = 0
    unexplained: int = 0
    changed: int = 0
    rss_before_mib: float = 0.0
    rss_after_mib: float = 0.0
    seconds: float = 0.0

    @property
    def explained(self) -> int:
        """Commands of which it is known why they came to nothing."""
        return sum((*self.refused.values(), *self.dropped.values(), *self.broker.values()))

    @property
    def failed(self) -> bool:
        grown = self.rss_after_mib - self.rss_before_mib > GROWTH_MIB
        return bool(self.unexplained or self.changed or grown)

    def as_line(self) -> str:
        return json.dumps({**vars(self), "ok": not self.failed})


class Server:
    """The service's process. :meth:`state` is what it says of itself."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.state = self._read()

    def ask(self, word: str = "state") -> Mapping[str, Any]:
        to = self._process.stdin
        assert to is not None
        to.write(f"{word}\n")
        to.flush()
        self.state = self._read()
        return self.state

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        state = json.loads(self._process.stdout.readline() or "{}")
        assert state.get("running"), "the service has ended"
        return dict(state)


@contextmanager
def _serving(folder: Path, port: int, log: IO[str]) -> Iterator[Server]:
    command = [sys.executable, "-m", "tests.hostile.server", str(folder), str(port)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": log}
    with subprocess.Popen(command, text=True, **pipes) as process:  # type: ignore[call-overload]
        try:
            yield Server(process)
        finally:
            process.stdin.close()
            process.wait(20)


class Round:
    """Everything is started by :meth:`run`, in ``folder``, and ended by it."""

    def __init__(self, folder: Path, seed: int) -> None:
        self._folder = folder
        self._seed = seed
        self._marks = 0
        self.outcome = Outcome()

    def run(self, count: int) -> Outcome:
        """Raises ``NoMosquittoError`` where there is none."""
        begun_ns = CLOCK.monotonic_ns()
        with ExitStack() as stack:
            port = stack.enter_context(broker(self._folder))
            log = stack.enter_context((self._folder / "server.log").open("w"))
            self._server = stack.enter_context(_serving(self._folder, port, log))
            self._ear = Ear(port, f"{TOPICS.root}/#")
            stack.callback(self._ear.close)
            self._attackers = Attackers(port, stack)
            self._store = SqlStore(f"sqlite:///{self._folder / 'kerbwatch.db'}")
            stack.callback(self._store.close)
            self._attack(self._begin(), count)
            self._come_back(port)
        self.outcome.seconds = round((CLOCK.monotonic_ns() - begun_ns) / 1e9, 1)
        return self.outcome

    def _begin(self) -> Attacker:
        """What is done, to be replayed; a picture of another case, to be named."""
        (case,) = self._store.cases()
        other = self._folder / "evidence" / "gate-3" / "2026-09-21" / "other.jpg"
        other.parent.mkdir(parents=True)
        other.write_bytes(b"of another case")
        body = json.dumps({"request_id": "done-1", "words": "在路上"}).encode()
        done = Hostile("", TOPICS.command("wenshao", case.case_id, "note"), body, "wenshao")
        body = json.dumps(report_body(TAKEN, "done-2")).encode()
        reported = Hostile("", TOPICS.report("wenshao"), body, "wenshao")
        self._attackers.send(done, reported)
        self._settle()
        now, new = self._store.cases()
        assert now.version == case.version + 1, "it was done"
        assert new.picture is not None, "so was the report"
        self._before = self._truth()
        self._ear.heard.clear()
        return Attacker(self._seed, now, done, reported)

    def _attack(self, attacker: Attacker, count: int) -> None:
        out = self.outcome
        warm = count // 5  # by then every cache is full
        commands = attacker.commands(count)
        while some := tuple(islice(commands, AT_ONCE)):
            if out.commands <= warm:
                out.rss_before_mib = self._rss_mib()
            counted = Tally(self._server.state["unusable"])
            self._attackers.send(*some)
            self._settle()
            out.commands += len(some)
            out.kinds.update(one.kind for one in some)
            self._judge(some, Tally(self._server.ask()["unusable"]) - counted)
            out.changed += self._truth() != self._before
        out.rss_after_mib = self._rss_mib()

    def _judge(self, some: tuple[Hostile, ...], dropped: Tally[str]) -> None:
        """Each of them must be stopped by the broker, answered, or counted."""
        out = self.outcome
        heard, self._ear.heard = self._ear.heard, []
        through = Tally((topic, body) for topic, body in heard if "/cmd/" in topic)
        for one in some:
            comes = through[one.topic, one.payload] > 0
            through[one.topic, one.payload] -= comes
            if not comes or TOPICS.command_of(one.topic) is None:
                out.broker[one.kind] += 1
        codes = [
            json.loads(body)["code"]
            for topic, body in heard
            if "/result/" in topic and "/mark-" not in topic
        ]
        out.dropped.update(dropped)
        out.refused.update(code for code in codes if code is not None)
        out.repeated += codes.count(None)
        out.unexplained = abs(out.commands - out.explained - out.repeated)
        out.unexplained += sum("/inbox/" in topic or "/events" in topic for topic, _ in heard)

    def _settle(self) -> None:
        """Behind everything that was sent goes one that is refused: then all has been seen to."""
        self._marks += 1
        topic = TOPICS.command("centre", "none", "note")
        body = json.dumps({"request_id": f"mark-{self._marks}", "words": "x"}).encode()
        self._attackers.send(Hostile("", topic, body, GATEWAY))
        answer = TOPICS.result("centre", f"mark-{self._marks}")
        answered = lambda: any(topic == answer for topic, _ in list(self._ear.heard))  # noqa: E731
        wait_for("an answer", answered, _LIMIT_S, every_s=0.005)
        self._ear.heard = [it for it in self._ear.heard if it[0] != answer and it[1] != body]

    def _come_back(self, port: int) -> None:
        """The broker sends what it has kept with a new connection; the service must ignore it."""
        late = Ear(port, TOPICS.all_commands)
        self._settle()
        kept = [body for _, body in late.heard if b"mark-" not in body]
        late.close()
        self._server.ask("again")
        self._settle()
        self.outcome.kept_back = self._server.ask()["unusable"].get("retained", 0)
        self.outcome.unexplained += abs(self.outcome.kept_back - len(kept))
        self.outcome.changed += self._truth() != self._before

    def _truth(self) -> object:
        cases = self._store.cases()
        files = sorted((self._folder / "evidence").rglob("*"))
        return files, cases, [self._store.history(case.case_id) for case in cases]

    def _rss_mib(self) -> float:
        return round(float(self._server.ask()["rss_kib"]) / 1024, 1)
