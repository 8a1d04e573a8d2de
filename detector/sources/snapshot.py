"""Cameras that give one picture at a time: a JPEG over HTTP, fetched when one is wanted."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass
from functools import partial

import numpy as np

from detector.frame import Frame, Image
from detector.sources.access import Access
from detector.sources.address import Address
from detector.sources.backoff import Backoff
from detector.sources.connection import Demand
from detector.sources.deadline import Deadline
from detector.sources.failures import damaged, unchanged
from detector.sources.fetching import Fetch, HttpFetcher
from detector.sources.patience import LiveOptions
from detector.sources.reconnecting import Reconnecting
from detector.sources.single import SinglePicture, read_single
from detector.sources.status import OnStatus, ignore_status
from fences.clock import SECOND_NS, Clock
from fences.observation import Gap

UNCHANGED_S = 60.0
"""A camera that gives the same picture, byte for byte, for so long has stopped seeing."""

MAX_PIXELS = 64_000_000
"""Of a picture, before it is decoded: no camera has more, and a small file may announce them."""

_FRAME_HEADS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""JPEG's markers that are followed by height and width."""

_PARTS = 4
"""Waits of a fetch, one after the other: login, redirects, picture."""

_ASK_S = 0.1
"""How often it is asked whether a picture is wanted: what stirs may bring the next one forward."""

OpenFetcher = Callable[[Address, Access, LiveOptions, Clock], Fetch]
"""One connection to a camera: HTTP's own, kept open where the camera does."""


@dataclass(frozen=True, slots=True)
class _New:
    """A picture that was not there before."""

    media_ns: int
    image: Image


class SnapshotSource:
    """A camera that is asked for each picture, for as long as nobody closes it.

    Nothing is fetched while ``demand`` wants none. A picture that is the same as the one before
    is no new frame, and where none comes for ``UNCHANGED_S`` the camera is offline. Media time
    is the wall clock at the start plus what has passed since, no earlier than ``after_ns``.
    ``close`` ends a wait at once and a fetch within ``read_s``. ``turn`` is held while a picture
    is decoded.
    """

    def __init__(
        self,
        address: Address,
        clock: Clock,
        generator: np.random.Generator,
        *,
        demand: Demand,
        access: Access | None = None,
        options: LiveOptions | None = None,
        after_ns: int = 0,
        on_status: OnStatus = ignore_status,
        turn: AbstractContextManager[object] | None = None,
        open_fetcher: OpenFetcher = HttpFetcher,
    ) -> None:
        self._clock = clock
        self._options = options or LiveOptions()
        self._demand = demand
        self._turn = nullcontext() if turn is None else turn
        self._where = address.redacted
        self._open = partial(open_fetcher, address, access or Access(), self._options, clock)
        backoff = Backoff(self._options.pace, generator)
        self._reconnecting = Reconnecting(clock, backoff, on_status)
        self._closed = self._reconnecting.closed
        self._deadline = Deadline(clock)
        self._begin_ns = max(clock.wall_ns(), after_ns) - clock.monotonic_ns()
        self._known: bytes | None = None

    @property
    def hung(self) -> bool:
        """Whether a fetch takes longer than all its parts may: an answer of single bytes does."""
        return self._deadline.passed

    def __iter__(self) -> Iterator[Frame | Gap]:
        return self._reconnecting.items(self._pictures)

    def close(self) -> None:
        """End the iteration; from another thread too."""
        self._closed.set()

    def _pictures(self) -> Generator[Frame, None, None]:
        """Pictures until the source is closed; raises ``SourceError`` when one does not come."""
        with closing(self._open()) as fetch:
            while not self._until_wanted():
                new = self._fetched(fetch)
                if self._closed.is_set():
                    return
                if new is None:
                    continue
                single = SinglePicture(new.image)
                yield Frame(new.media_ns, self._clock.wall_ns(), single, single.shrunk)

    def _until_wanted(self) -> bool:
        """Wait for when a picture is wanted; whether the source was closed meanwhile."""
        while not self._closed.is_set():
            if self._demand.wants(self._now_ns()):
                return False
            self._clock.wait(self._closed, _ASK_S)
        return True

    def _fetched(self, fetch: Fetch) -> _New | None:
        """The next picture, ``None`` if it is the same as before."""
        media_ns = self._now_ns()
        data = self._asked(fetch)
        self._demand.took(media_ns)
        if data is None or data == self._known:
            patience_s = max(UNCHANGED_S, 3 * self._demand.interval_ns / SECOND_NS)
            seen_ns = self._reconnecting.seen_ns
            if seen_ns is not None and media_ns - seen_ns > patience_s * SECOND_NS:
                raise unchanged(self._where, patience_s)
            return None
        with self._turn:
            image = _decoded(data)
        if image is None:
            raise damaged(self._where, "its picture cannot be decoded")
        self._known = data
        return _New(media_ns, image)

    def _asked(self, fetch: Fetch) -> bytes | None:
        self._deadline.begin(_PARTS * self._options.read_s)
        try:
            return fetch.fetch()
        finally:
            self._deadline.met()

    def _now_ns(self) -> int:
        return self._begin_ns + self._clock.monotonic_ns()


def _decoded(data: bytes) -> Image | None:
    if not 0 < announced_pixels(data) <= MAX_PIXELS:
        return None
    return read_single(np.frombuffer(data, dtype=np.uint8))


def announced_pixels(data: bytes) -> int:
    """Width times height by a JPEG's own head; 0 if it has none."""
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        marker, size = data[at + 1], int.from_bytes(data[at + 2 : at + 4], "big")
        if marker in _FRAME_HEADS:
            height, width = data[at + 5 : at + 7], data[at + 7 : at + 9]
            return int.from_bytes(height, "big") * int.from_bytes(width, "big")
        at += 1 if marker == 0xFF else 2 + size
    return 0
