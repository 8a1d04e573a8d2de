"""A camera that is watched for hours, with a broken line every minute, keeps no frame for itself.

A service runs for months: one frame of 1080p a minute is 8 GB a day. What is watched here is
small, the hours are a fake clock's, and a leak of one frame a minute is proven to be found.
"""

from __future__ import annotations

import gc
import tracemalloc
import weakref
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from alerts.errors import StoreError
from alerts.health import CameraState
from alerts.intake import Batch, Intake
from alerts.looks import Looks
from detector.frame import Frame, Image
from detector.sampling import Sampler
from detector.sources.errors import Fault, SourceError
from detector.stream import Taken, Watch, run_stream
from fences.box import Box
from fences.clock import SECOND_NS
from fences.guard import Guard
from fences.observation import Gap
from kerbwatch.looking.eyes import OwnEyes, Watched
from kerbwatch.metrics.book import Metrics
from kerbwatch.wire.backgrounds import BackgroundFolder
from kerbwatch.wire.desk import Desk
from kerbwatch.wire.standing import Standing
from tests.alerts_kit import FakeClock
from tests.fences_kit import fence, rule
from tests.obstruction_kit import WIDE, Place

SIZE_HW = (72, 128)
FRAME_BYTES = SIZE_HW[0] * SIZE_HW[1] * 3
EVERY_S = 10.0
FRAMES_A_MINUTE = round(60 / EVERY_S)
WATCHED_MINUTES, SHORT_MINUTES = 60, 8
ALIVE_FRAMES = 3
"""What may be in use when a minute is over: the last frame, and what was made of it."""

THING = Box(0.3, 0.4, 0.5, 0.7)


@dataclass
class Film:
    """Frames that know when they are forgotten. A thing stands there half of the time."""

    alive: int = 0
    _drawn: dict[bool, list[Image]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        place = Place(SIZE_HW)
        for there in (False, True):
            things = (THING,) if there else ()
            self._drawn[there] = [place.draw(number, *things) for number in range(8)]

    def frame(self, at_ns: int) -> Frame:
        """A new picture, of which nobody but the frame knows."""
        second = at_ns // SECOND_NS
        drawn = self._drawn[(second // 300) % 2 == 1]
        picture = drawn[second % len(drawn)].copy()
        self.alive += 1
        weakref.finalize(picture, self._forgotten).atexit = False
        return Frame(at_ns, at_ns, lambda: picture)

    def _forgotten(self) -> None:
        self.alive -= 1


@dataclass
class Connection:
    """A minute of a camera, after which the line breaks."""

    film: Film
    clock: FakeClock
    lost_ns: int | None

    def __iter__(self) -> Iterator[Frame | Gap]:
        if self.lost_ns is not None:
            yield Gap(self.lost_ns, self.clock.wall_ns(), Fault.TIMED_OUT)
        for _ in range(FRAMES_A_MINUTE):
            self.clock.pass_s(EVERY_S)
            yield self.film.frame(self.clock.wall_ns())
        raise SourceError(Fault.TIMED_OUT, "silence", where="cam", expected="data", remedy="wait")

    def close(self) -> None:
        pass


@dataclass
class Store:
    """An intake that keeps nothing, and may be away."""

    away: bool = False
    taken: int = 0
    refused: int = 0
    looks: Looks = field(default_factory=Looks)

    def receive(self, batch: Batch) -> tuple[()]:
        self._answer()
        self.taken += bool(batch.events)
        return ()

    def camera_status(self, *_: object) -> None:
        self._answer()

    def _answer(self) -> None:
        if self.away:
            self.refused += 1
            raise StoreError("store_write", problem="disk full")


Keep = Callable[[Taken], Any]
"""What a leaky sink keeps of a look; None: nothing."""


@dataclass
class Sink:
    """Passes on to the desk, and may keep a little of one look a minute."""

    desk: Desk
    keep: Keep | None
    kept: list[Any] = field(default_factory=list)
    looks: int = 0

    def took(self, taken: Taken) -> None:
        self.desk.took(taken)
        if taken.image is not None:
            self.looks += 1
            if self.keep is not None and self.looks % FRAMES_A_MINUTE == 0:
                self.kept.append(self.keep(taken))


class Camera:
    """All that watches one camera, wired as in the service."""

    def __init__(self, folder: Path, keep: Keep | None) -> None:
        watched = fence(rule(dwell=30, clear_after=20, bridge=60), polygon=WIDE)
        self.clock, self.film = FakeClock(), Film()
        self.store = Store()
        intake = cast("Intake", self.store)
        self.metrics = Metrics(self.clock, {"cam": EVERY_S})
        self.standing = Standing("cam", intake, self.metrics, self.clock)
        self.guard = Guard((watched,))
        seen = Watched("cam", (watched,), is_live=True)
        self.eyes = OwnEyes(seen, (), BackgroundFolder(folder))
        desk = Desk("cam", intake, self.guard, self.eyes, lambda *_: None)
        self.sink = Sink(desk, keep)

    def watch(self, minutes: int) -> None:
        """The store is away for ten minutes of every thirty."""
        lost_ns = None
        for minute in range(minutes):
            self.store.away = 10 <= minute % 30 < 20
            source = Connection(self.film, self.clock, lost_ns)
            self.standing.tell(CameraState.ONLINE, self.clock.wall_ns())
            with pytest.raises(SourceError):
                run_stream(source, Watch(Sampler(0), self.eyes, self.guard, self.sink))
            lost_ns = self.clock.wall_ns()
            self.standing.tell(CameraState.OFFLINE, lost_ns, Fault.TIMED_OUT)
            self.clock.pass_s(2.0)


@dataclass(frozen=True)
class Growth:
    """``alive``: frames that somebody still holds; ``bytes_a_minute``: of everything."""

    alive: int
    bytes_a_minute: float

    @property
    def leaks(self) -> bool:
        return self.alive > ALIVE_FRAMES or self.bytes_a_minute > FRAME_BYTES / 10


def growth(camera: Camera, minutes: int) -> Growth:
    """What it grows by in ``minutes``, after as many in which all fills that is filled once."""
    tracemalloc.start()
    try:
        camera.watch(minutes)
        gc.collect()
        before = tracemalloc.get_traced_memory()[0]
        camera.watch(minutes)
        gc.collect()
        after = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    return Growth(camera.film.alive, (after - before) / minutes)


def test_hours_of_broken_lines_keep_no_frame(tmp_path: Path) -> None:
    """With cases that come and go, and a store that is away and back with pictures waiting."""
    camera = Camera(tmp_path, keep=None)
    grown = growth(camera, WATCHED_MINUTES // 2)
    assert camera.sink.looks == WATCHED_MINUTES * FRAMES_A_MINUTE
    assert camera.store.taken > 8, "nothing happened, so nothing was proven"
    assert camera.store.refused > 60
    assert not grown.leaks, grown


def _picture(taken: Taken) -> Image:
    assert taken.image is not None
    return taken.image()


def _with_itself(taken: Taken) -> list[Any]:
    ring: list[Any] = [taken]
    ring.append(ring)
    return ring


LEAKS: dict[str, Keep] = {
    "frame": _picture,
    "look": lambda taken: taken,
    "view": lambda taken: _picture(taken)[::2, ::2],
    "copy": lambda taken: _picture(taken).copy(),
    "half": lambda taken: np.ascontiguousarray(_picture(taken)[::2]),
    "bytes": lambda taken: _picture(taken).tobytes(),
    "cycle": _with_itself,
}


@pytest.mark.parametrize("keep", LEAKS.values(), ids=LEAKS)
def test_a_leak_of_one_frame_a_minute_is_found(keep: Keep, tmp_path: Path) -> None:
    """As a whole, as a part, as a copy, or within something else."""
    assert growth(Camera(tmp_path, keep), SHORT_MINUTES).leaks


def test_without_a_leak_as_short_a_run_finds_none(tmp_path: Path) -> None:
    """A leak grows every time; what is built once, whenever that is, does not."""
    grown = [growth(Camera(tmp_path / str(n), keep=None), SHORT_MINUTES) for n in range(2)]
    assert not all(one.leaks for one in grown), grown
