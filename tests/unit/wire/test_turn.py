"""As many decode at once as there are cores; who waits is counted, and how long each took."""

from __future__ import annotations

import threading

import pytest

from detector.overload import JUDGED_EVERY_NS, LATE_NS, Overload
from fences.clock import SECOND_NS
from kerbwatch.clock import SystemClock
from kerbwatch.wire.turn import Turns


class Watched(Overload):
    def __init__(self) -> None:
        super().__init__()
        self.waits_ns: list[int] = []

    def waited(self, wait_ns: int, now_ns: int) -> None:
        self.waits_ns.append(wait_ns)
        super().waited(wait_ns, now_ns)


class Slow:
    """A clock that moves on by a second whenever it is asked."""

    def __init__(self) -> None:
        self.now_ns = 0

    def monotonic_ns(self) -> int:
        self.now_ns += SECOND_NS
        return self.now_ns

    wall_ns = monotonic_ns

    def wait(self, event: threading.Event, seconds: float) -> bool:
        raise AssertionError(f"nobody waits {seconds} s for {event}")


def test_each_decoding_is_told_with_its_seconds_even_if_it_breaks() -> None:
    told: list[float] = []
    overload = Watched()
    turn = Turns(1, overload, Slow()).of(told.append)
    with turn:
        pass
    with pytest.raises(ValueError, match="damaged"), turn:
        raise ValueError("damaged")
    assert told == [1.0, 1.0]
    assert overload.waits_ns == [SECOND_NS, SECOND_NS]
    assert LATE_NS < SECOND_NS < JUDGED_EVERY_NS  # so that these waits are long ones


def test_no_more_than_so_many_at_once() -> None:
    turns, inside, most = Turns(2, Overload(), SystemClock()), 0, 0
    lock, met = threading.Lock(), threading.Barrier(2)

    def decode() -> None:
        nonlocal inside, most
        with turns.of(lambda _: None):
            with lock:
                inside += 1
                most = max(most, inside)
            met.wait(10)  # two are inside together, or this breaks
            with lock:
                inside -= 1

    threads = [threading.Thread(target=decode) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert not met.broken
    assert most == 2
