"""Cameras that give one picture at a time: a JPEG over HTTP, fetched when one is wanted."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass
from functools import partial

import cv2
import numpy as np

from detector.frame import Frame, Image
from detector.sources.access import Access
from detector.sources.address import Address
from detector.sources.backoff import Backoff
from detector.sources.connection import Demand
from detector.sources.errors import Fault, SourceError
from detector.sources.failures import damaged, unchanged
from detector.sources.fetching import Fetch, HttpFetcher
from detector.sources.patience import LiveOptions
from detector.sources.status import OnStatus, ignore_status
from detector.sources.teller import Teller
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
        self._backoff = Backoff(self._options.pace, generator)
        self._teller = Teller(on_status, clock)
        self._closed = threading.Event()
        self._begin_ns = max(clock.wall_ns(), after_ns) - clock.monotonic_ns()
        self._seen_ns: int | None = None
        self._known: bytes | None = None
        self._due_ns: int | None = None

    @property
    def hung(self) -> bool:
        """Whether a fetch takes longer than all its parts may: an answer of single bytes does."""
        due_ns = self._due_ns
        return due_ns is not None and self._clock.monotonic_ns() > due_ns

    def __iter__(self) -> Iterator[Frame | Gap]:
        fault: Fault | None = None
        while not self._closed.is_set():
            online_ns = self._clock.monotonic_ns()
            seen_before_ns = self._seen_ns
            try:
                yield from self._pictures(fault)
            except SourceError as caught:
                error = caught
            if self._closed.is_set():
                return
            fault = error.fault
            self._teller.offline(error)
            gave_pictures = self._seen_ns != seen_before_ns
            lasted_ns = self._clock.monotonic_ns() - online_ns if gave_pictures else 0
            self._clock.wait(self._closed, self._backoff.next_s(lasted_s=lasted_ns / SECOND_NS))

    def close(self) -> None:
        """End the iteration; from another thread too."""
        self._closed.set()

    def _pictures(self, fault: Fault | None) -> Iterator[Frame | Gap]:
        """Pictures until the source is closed; raises ``SourceError`` when one does not come."""
        with closing(self._open()) as fetch:
            while not self._until_wanted():
                new = self._fetched(fetch)
                if self._closed.is_set():
                    return
                if new is None:
                    continue
                self._teller.online()
                if fault is not None and self._seen_ns is not None:
                    yield Gap(self._seen_ns, new.media_ns, fault)
                fault, self._seen_ns = None, new.media_ns
                whole = partial(_given, new.image)
                shrunk = partial(_shrunk, new.image)
                yield Frame(new.media_ns, self._clock.wall_ns(), whole, shrunk)

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
            if self._seen_ns is not None and media_ns - self._seen_ns > patience_s * SECOND_NS:
                raise unchanged(self._where, patience_s)
            return None
        with self._turn:
            image = _decoded(data)
        if image is None:
            raise damaged(self._where, "its picture cannot be decoded")
        self._known = data
        return _New(media_ns, image)

    def _asked(self, fetch: Fetch) -> bytes | None:
        self._due_ns = self._clock.monotonic_ns() + int(_PARTS * self._options.read_s * SECOND_NS)
        try:
            return fetch.fetch()
        finally:
            self._due_ns = None

    def _now_ns(self) -> int:
        return self._begin_ns + self._clock.monotonic_ns()


def _decoded(data: bytes) -> Image | None:
    if not 0 < announced_pixels(data) <= MAX_PIXELS:
        return None
    image = cv2.imdecode(np.frombuffer(data, dtype=np.uint8), cv2.IMREAD_COLOR)
    if image is None:
        return None
    upright = image.astype(np.uint8, copy=False)
    upright.flags.writeable = False
    return upright


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


def _given(image: Image) -> Image:
    return image


def _shrunk(image: Image, long_side_px: int) -> Image:
    height, width = image.shape[:2]
    scale = long_side_px / max(height, width)
    if scale >= 1.0:
        return image
    size_wh = max(2, round(width * scale)), max(2, round(height * scale))
    small = cv2.resize(image, size_wh, interpolation=cv2.INTER_AREA)
    return np.asarray(small, dtype=np.uint8)
