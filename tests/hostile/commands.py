"""Seeded commands that must come to nothing: malformed, oversized, stale, replayed, forbidden."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from alerts.cases import Case
from alerts.orders import MAX_BYTES
from alerts.verbs import Verb
from tests.alerts_kit import TOPICS
from tests.hostile.reports import BadReports

KINDS = ("malformed", "oversized", "stale", "replayed", "unauthorised")
PEOPLE = ("duty-east", "wenshao", "other-estate", "centre")
GATEWAY = "gateway"
"""A user of the broker that may publish every command: an ACL that is too wide, or none."""


@dataclass(frozen=True, slots=True)
class Hostile:
    """A command; ``kind`` is one of :data:`KINDS`, ``user`` signs in with the broker."""

    kind: str
    topic: str
    payload: bytes
    user: str
    retained: bool = False


class Attacker:
    """Makes them against one open case that nobody has accepted. ``done``: what was done."""

    def __init__(self, seed: int, case: Case, *done: Hostile) -> None:
        self._rng = np.random.default_rng(seed)
        self._case = case
        self._done = done
        self._reports = BadReports(self._one)
        self._number = 0
        self._makers: tuple[Callable[[], Hostile], ...] = (
            self._malformed,
            self._oversized,
            self._stale,
            self._replayed,
            self._unauthorised,
        )

    def commands(self, count: int) -> Iterator[Hostile]:
        """As many of each kind as of any other, mixed."""
        kinds = np.arange(count) % len(self._makers)
        self._rng.shuffle(kinds)
        for kind in kinds:
            self._number += 1
            yield self._makers[kind]()

    def _one(self, of: tuple[Any, ...]) -> Any:
        return of[int(self._rng.integers(len(of)))]

    def _hostile(
        self, kind: str, body: Any, *, who: str = "duty-east", verb: str = "accept", **more: Any
    ) -> Hostile:
        payload = body if isinstance(body, bytes) else json.dumps(body).encode()
        case_id = str(more.pop("case_id", self._case.case_id))
        topic = TOPICS.command(who, case_id, verb)
        return Hostile(kind, topic, payload, self._user(who), self._seldom(20))

    def _report(self, kind: str, payload: bytes, who: str = "wenshao") -> Hostile:
        return Hostile(
            kind, TOPICS.report(who), payload, self._user(who), retained=self._seldom(20)
        )

    def _user(self, who: str) -> str:
        """Half of them past the ACL; the others as themselves, or as whom the ACL must stop."""
        if self._rng.integers(2):
            return GATEWAY
        return who if who in PEOPLE and not self._seldom(4) else str(self._one(PEOPLE))

    def _seldom(self, of: int) -> bool:
        return int(self._rng.integers(of)) == 0

    def _good(self, **more: Any) -> dict[str, Any]:
        return {"request_id": f"h-{self._number}", **more}

    def _malformed(self) -> Hostile:
        if self._seldom(4):
            return self._report("malformed", self._reports.malformed(f"h-{self._number}"))
        whole = json.dumps(self._good(version=self._case.version, words="x")).encode()
        cut = whole[: int(self._rng.integers(len(whole)))]
        noise = self._rng.bytes(int(self._rng.integers(1, 200)))
        wrong: tuple[Any, ...] = (None, True, -1, 2**40, 1.5, "\u0000", [], {}, "x" * 1001)
        key = self._one(("by", "version", "until", "picture"))
        bad = self._one(wrong[1:8])
        bodies: tuple[Any, ...] = (
            cut,
            noise,
            b"[" * int(self._rng.integers(1, 15_000)),
            self._good(**{key: True if key == "version" else bad}),
            self._good(words=self._one(wrong[1:5] + wrong[5:])),
            self._good(**{f"k{self._number}": 1}),
            self._good(schema="kerbwatch.command/9"),
            {"request_id": self._one(wrong)},
            self._one(wrong),
        )
        body = self._one(bodies)
        verb = self._one((*Verb, "silence", "", "删除"))
        case_id = self._one((self._case.case_id, "a b", "..", "x" * 300, "无"))
        if isinstance(body, dict) and body.get("request_id") == f"h-{self._number}":
            case_id = self._case.case_id
        return self._hostile("malformed", body, verb=verb, case_id=case_id)

    def _oversized(self) -> Hostile:
        size = MAX_BYTES + 1 + int(self._rng.integers(48_000))
        if self._seldom(10):  # Mosquitto hangs up above 1 MiB
            return self._report("oversized", self._reports.oversized(f"h-{self._number}", size))
        body = json.dumps(self._good(words="x" * size)).encode()
        return self._hostile("oversized", body)

    def _stale(self) -> Hostile:
        version = self._case.version + int(self._one((-1, 1, 7, 2**30)))
        verb = self._one(("accept", "handle", "note", "reject"))
        return self._hostile("stale", self._good(version=version, words="x"), verb=verb)

    def _replayed(self) -> Hostile:
        """The very same again, or with something changed, or kept by the broker."""
        done = self._one(self._done)
        changed = json.dumps(json.loads(done.payload) | {"words": f"{self._number}"}).encode()
        payload = done.payload if self._rng.integers(2) else changed
        return Hostile("replayed", done.topic, payload, self._user("wenshao"), self._seldom(3))

    def _unauthorised(self) -> Hostile:
        """Strangers, other teams, other names in the body, verbs and pictures of others."""
        if self._seldom(4):
            who, payload = self._reports.unauthorised(f"h-{self._number}")
            return self._report("unauthorised", payload, who)
        ways: tuple[Callable[[], Hostile], ...] = (
            lambda: self._bad("accept", who=f"nobody-{self._number}"),
            lambda: self._bad("accept", who="camera"),
            lambda: self._bad(self._one(("accept", "handle", "note")), who="other-estate"),
            lambda: self._bad("accept", by=self._one(("centre", "wenshao"))),
            lambda: self._bad(self._one(("reject", "close", "reopen", "suspend")), who="wenshao"),
            lambda: self._bad("accept", who="duty-east/../centre"),
            lambda: self._bad("accept", case_id=f"{self._case.case_id}0"),
            lambda: self._bad("handle", picture=self._one(_PATHS)),
        )
        return self._one(ways)()  # type: ignore[no-any-return]

    def _bad(self, verb: str, **more: Any) -> Hostile:
        where = {key: more.pop(key) for key in ("who", "case_id") if key in more}
        body = self._good(words="x", **more)
        return self._hostile("unauthorised", body, verb=verb, **where)


_PATHS = (
    "/etc/passwd",
    "../kerbwatch.db",
    "gate-3/2026-09-21/../../../x.jpg",
    "gate-3/2026-09-21/other.jpg",
    "图" * 200,
)
