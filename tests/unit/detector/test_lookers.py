"""A few threads look at many cameras: each in its turn, none twice at once, none forgotten."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any, cast

import numpy as np
import pytest

from detector.frame import Frame
from detector.lookers import Look, Lookers, Seat
from detector.overload import Overload
from detector.sampling import Sampler
from detector.stream import Watch
from fences.observation import Gap, Tick
from kerbwatch.clock import SystemClock

WAIT_S = 10.0


class Seen:
    """A watch that notes what it takes, and may be held or broken."""

    def __init__(self) -> None:
        self.sampler = Sampler(0)
        self.taken: list[int] = []
        self.gate = threading.Event()
        self.gate.set()
        self.begun = threading.Semaphore(0)
        self.inside = 0
        self.most_inside = 0
        self.breaks: Exception | None = None

    def take(self, item: Frame | Gap | Tick) -> None:
        self.inside += 1
        self.most_inside = max(self.most_inside, self.inside)
        self.begun.release()
        assert self.gate.wait(WAIT_S)
        self.taken.append(item.to_ns if isinstance(item, Gap) else item.media_ns)
        self.inside -= 1
        if self.breaks is not None:
            raise self.breaks


def frame(media_ns: int) -> Frame:
    return Frame(media_ns, media_ns, lambda: np.zeros((2, 2, 3), np.uint8))


def seat(name: str, seen: Seen, **more: Any) -> Seat:
    return Seat(name, cast("Watch", seen), **{"on_failure": lambda _: None, **more})


@pytest.fixture
def start() -> Iterator[Callable[[int], Lookers]]:
    started: list[Lookers] = []

    def begin(workers: int) -> Lookers:
        lookers = Lookers(workers, SystemClock(), Overload())
        lookers.start()
        started.append(lookers)
        return lookers

    yield begin
    for lookers in started:
        lookers.close(WAIT_S)


def offer(lookers: Lookers, camera: Seat, media_ns: int) -> None:
    camera.latest.put(frame(media_ns), SystemClock().monotonic_ns())
    lookers.offer(camera)


def test_every_camera_is_looked_at_once_before_any_is_twice(
    start: Callable[[int], Lookers],
) -> None:
    lookers, order = start(1), []
    slow = Seen()
    slow.gate.clear()
    first = seat("first", slow)
    offer(lookers, first, 1)
    assert slow.begun.acquire(timeout=WAIT_S)
    seats = [
        seat(f"c{n}", Seen(), on_look=lambda look: order.append(look.camera_id)) for n in range(5)
    ]
    for again in range(3):  # one sends thrice as much before anybody looks
        for camera in seats if again == 0 else seats[:1]:
            offer(lookers, camera, again + 1)
    slow.gate.set()
    assert all(lookers.idle(camera, WAIT_S) for camera in seats)
    assert order == ["c0", "c1", "c2", "c3", "c4"]
    assert cast("Seen", seats[0].watch).taken == [3]
    assert seats[0].latest.dropped == 2


def test_no_camera_is_looked_at_by_two_threads_at_once(start: Callable[[int], Lookers]) -> None:
    lookers, seen = start(4), Seen()
    camera = seat("gate", seen)
    for media_ns in range(1, 200):
        offer(lookers, camera, media_ns)
    assert lookers.idle(camera, WAIT_S)
    assert seen.most_inside == 1
    assert seen.taken == sorted(seen.taken)
    assert seen.taken[-1] == 199


def test_what_comes_while_a_camera_is_looked_at_is_looked_at_next(
    start: Callable[[int], Lookers],
) -> None:
    lookers, seen = start(2), Seen()
    camera = seat("gate", seen)
    seen.gate.clear()
    offer(lookers, camera, 1)
    assert seen.begun.acquire(timeout=WAIT_S)
    offer(lookers, camera, 2)
    seen.gate.set()
    assert lookers.idle(camera, WAIT_S)
    assert seen.taken == [1, 2]


def test_a_look_that_breaks_is_told_and_harms_nobody(start: Callable[[int], Lookers]) -> None:
    lookers, told = start(1), list[Exception]()
    bad, good = Seen(), Seen()
    bad.breaks = ValueError("no such picture")
    broken, well = seat("bad", bad, on_failure=told.append), seat("good", good)
    offer(lookers, broken, 1)
    offer(lookers, well, 1)
    assert lookers.idle(broken, WAIT_S)
    assert lookers.idle(well, WAIT_S)
    assert (told, good.taken) == ([bad.breaks], [1])


def test_it_is_known_where_each_thread_is(start: Callable[[int], Lookers]) -> None:
    lookers, where = start(1), Counter[str]()
    looks: list[Look] = []

    def around(look: Callable[[], None]) -> None:
        where["in"] += 1
        look()
        where["out"] += 1

    camera = seat("gate", Seen(), around=around, on_look=looks.append)
    offer(lookers, camera, 5)
    assert lookers.idle(camera, WAIT_S)
    assert where == {"in": 1, "out": 1}
    (look,) = looks
    assert (look.camera_id, look.media_ns) == ("gate", 5)
    assert look.took_ns > 0
    assert look.waited_ns >= 0


def test_closing_ends_the_threads_and_whoever_waits(start: Callable[[int], Lookers]) -> None:
    lookers = start(3)
    lookers.close(WAIT_S)
    camera = seat("gate", Seen())
    offer(lookers, camera, 1)
    assert lookers.idle(camera, WAIT_S)
    assert cast("Seen", camera.watch).taken == []


def test_a_new_factor_reaches_cameras_that_wait_for_their_next_look() -> None:
    """Else one that was told to wait 16 times as long in a rush would wait so long after it."""
    overload, waits, comes = Overload(), Seen(), Seen()
    lookers = Lookers(1, SystemClock(), overload)
    lookers.start()
    try:
        first, second = seat("waits", waits), seat("comes", comes)
        offer(lookers, first, 1)
        assert lookers.idle(first, WAIT_S)
        overload.factor = Fraction(3)
        offer(lookers, second, 1)
        assert lookers.idle(second, WAIT_S)
        assert waits.sampler.stretch == comes.sampler.stretch == Fraction(3)
    finally:
        lookers.close(WAIT_S)
