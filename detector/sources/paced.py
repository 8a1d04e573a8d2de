"""A recording played as if it were a live camera."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterator
from dataclasses import replace

from detector.frame import Frame, FrameSource
from detector.sources.errors import Fault, SourceError
from detector.sources.status import OnStatus, SourceState, SourceStatus, ignore_status
from fences.clock import SECOND_NS, Clock
from fences.observation import Gap

_LONE_PICTURE_NS = SECOND_NS // 25
_MAX_BEHIND_NS = SECOND_NS


class PacedSource:
    """Plays what ``open_recording`` gives at its own pace, by the clock, again and again.

    ``open_recording`` makes a fresh recording (media time from 0) for each round. The end of
    a round and the start of the next are one step apart, without a gap. Media and wall time
    are ``start_wall_ns``, by default the wall clock when the iteration begins, plus what has
    been played, so both grow across restarts. A player that falls over a second behind goes
    on from there instead of hurrying. Raises ``SourceError`` as the recording does.
    """

    def __init__(
        self,
        open_recording: Callable[[], FrameSource],
        clock: Clock,
        *,
        loop: bool = True,
        start_wall_ns: int | None = None,
        on_status: OnStatus = ignore_status,
    ) -> None:
        self._open_recording = open_recording
        self._clock = clock
        self._loop = loop
        self._start_wall_ns = start_wall_ns
        self._on_status = on_status
        self._closed = threading.Event()
        self._online = False

    def __iter__(self) -> Iterator[Frame | Gap]:
        start_ns = self._start_wall_ns
        round_ns = self._clock.wall_ns() if start_ns is None else start_ns
        pacer = _Pacer(self._clock, self._closed, round_ns)
        self._online = False
        try:
            while not self._closed.is_set():
                round_ns = yield from self._round(round_ns, pacer)
                if not self._loop:
                    break
        except SourceError as error:
            self._tell(SourceState.OFFLINE, round_ns, error.fault, error.what)
            raise
        if not self._closed.is_set():
            self._tell(SourceState.OFFLINE, round_ns, Fault.STREAM_ENDED, "it has been played")

    def close(self) -> None:
        """End the iteration at once, also while it waits for the next picture."""
        self._closed.set()

    def _round(self, round_ns: int, pacer: _Pacer) -> Generator[Frame | Gap, None, int]:
        """Play once, starting at media time ``round_ns``; returns when the next one starts."""
        last_ns, step_ns = round_ns, _LONE_PICTURE_NS
        for item in self._open_recording():
            if isinstance(item, Gap):
                last_ns = round_ns + item.to_ns
                yield replace(item, from_ns=round_ns + item.from_ns, to_ns=last_ns)
                continue
            media_ns = round_ns + item.media_ns
            if pacer.wait_until(media_ns):
                return media_ns
            self._say_online(media_ns)
            if media_ns > last_ns:
                step_ns = media_ns - last_ns
            last_ns = media_ns
            yield replace(item, media_ns=media_ns, wall_ns=media_ns)
        return last_ns + step_ns

    def _say_online(self, wall_ns: int) -> None:
        """Only with a picture in hand: a file that cannot be read was never online."""
        if not self._online:
            self._online = True
            self._tell(SourceState.ONLINE, wall_ns)

    def _tell(
        self, state: SourceState, wall_ns: int, fault: Fault | None = None, detail: str = ""
    ) -> None:
        self._on_status(SourceStatus(state, wall_ns, fault, detail))


class _Pacer:
    """Waits until media times are due."""

    def __init__(self, clock: Clock, closed: threading.Event, start_ns: int) -> None:
        self._clock = clock
        self._closed = closed
        self._ahead_ns = start_ns - clock.monotonic_ns()

    def wait_until(self, media_ns: int) -> bool:
        """Wait for the picture of ``media_ns``; whether the source was closed meanwhile."""
        early_ns = media_ns - self._ahead_ns - self._clock.monotonic_ns()
        if early_ns > 0:
            return self._clock.wait(self._closed, early_ns / SECOND_NS)
        if early_ns < -_MAX_BEHIND_NS:
            self._ahead_ns += early_ns
        return self._closed.is_set()
