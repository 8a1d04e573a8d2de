"""A camera in quarantine waits until its time is over, somebody lifts it, or the service stops."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from fences.clock import SECOND_NS
from kerbwatch.node.book import Held, QuarantineBook
from kerbwatch.wire.quarantine import LOOK_S, Quarantine

NOW_NS = 1_790_000_000 * SECOND_NS


@dataclass
class Clock:
    """Time passes only while somebody waits; ``then`` may do something meanwhile."""

    now_ns: int = NOW_NS
    then: Callable[[], object] = lambda: None
    waits: list[float] = field(default_factory=list)

    def wall_ns(self) -> int:
        return self.now_ns

    def monotonic_ns(self) -> int:
        return self.now_ns

    def wait(self, event: threading.Event, seconds: float) -> bool:
        self.waits.append(seconds)
        self.now_ns += round(seconds * SECOND_NS)
        self.then()
        return event.is_set()


@pytest.fixture
def book(tmp_path: Path) -> QuarantineBook:
    return QuarantineBook(tmp_path)


def sit_out(book: QuarantineBook | None, clock: Clock, closed: threading.Event) -> list[Held]:
    told: list[Held] = []
    Quarantine(book, clock).sit_out("gate-3", closed, told.append)
    return told


def test_who_is_in_none_does_not_wait(book: QuarantineBook) -> None:
    book.put("gate-4", NOW_NS)
    clock = Clock()
    assert sit_out(book, clock, threading.Event()) == []
    assert sit_out(None, clock, threading.Event()) == []
    assert clock.waits == []


def test_it_ends_by_itself_when_its_time_is_over(book: QuarantineBook) -> None:
    held = book.put("gate-3", NOW_NS - 7 * SECOND_NS)
    clock = Clock()
    told = sit_out(book, clock, threading.Event())
    assert set(told) == {held}
    assert clock.now_ns == held.until_wall_ns
    assert max(clock.waits) == LOOK_S


def test_lifting_it_is_noticed_at_the_next_look(book: QuarantineBook) -> None:
    book.put("gate-3", NOW_NS)
    clock = Clock(then=lambda: book.lift("gate-3", NOW_NS))
    assert len(sit_out(book, clock, threading.Event())) == 1
    assert clock.waits == [LOOK_S]


def test_a_service_that_stops_does_not_wait_for_it(book: QuarantineBook) -> None:
    book.put("gate-3", NOW_NS)
    closed = threading.Event()
    clock = Clock(then=closed.set)
    assert len(sit_out(book, clock, closed)) == 1
    assert sit_out(book, clock, closed) == []


def test_a_bad_file_is_told_once_and_holds_nobody(book: QuarantineBook) -> None:
    book.path.write_text("{")
    quarantine = Quarantine(book, Clock())
    with capture_logs() as logs:
        assert [quarantine.held(name) for name in ("gate-3", "gate-4")] == [None, None]
    assert [line["event"] for line in logs] == ["quarantine_unreadable"]
