"""The stream that a camera's evidence is cut from, beside the one that is watched.

```
sub-stream  ─► LiveSource ─pictures─► looks, cases        every camera has this one
main stream ─► LiveSource ─packets──► Ring ─► pictures and clips of cases, when there are any
```
It is read all the time, for what was before a case cannot be had afterwards, and hardly anything
of it is decoded until a case wants a picture. What breaks here is told, and costs the watched
stream nothing: evidence is then taken from that one.
"""

from __future__ import annotations

import threading
import zlib
from collections.abc import Callable

import numpy as np
import structlog

from detector.frame import Image
from detector.sources.access import Access
from detector.sources.address import Address
from detector.sources.beside import Kept
from detector.sources.errors import Fault
from detector.sources.live import LiveSource, OpenLive
from detector.sources.network import NetworkDoor
from detector.sources.patience import LiveOptions
from detector.sources.picture import PictureConverter
from detector.sources.ring import Ring
from detector.sources.status import SourceState, SourceStatus
from detector.sources.still import last_picture
from fences.clock import SECOND_NS, Clock
from kerbwatch.wire.clips import Take
from kerbwatch.wire.quarantine import Quarantine
from kerbwatch.wire.reader import Reader
from kerbwatch.wire.whereabouts import working_for

REASON = "evidence_source_{fault}"
"""The reason of a camera that is online and whose evidence comes from the watched stream."""

FURTHEST_NS = 2 * SECOND_NS
"""A picture that is further from the moment that it is to show is not used."""

BUDGET_NS = SECOND_NS // 4
"""How long a picture may be decoded for; what came before it in its group takes most of that."""

_RETRY_S = 30.0
_OPTIONS = LiveOptions(rest_s=0.3)  # what rests in the system's buffers is in no picture yet

_log = structlog.get_logger(__name__)


class EvidenceSource:
    """Reads from :meth:`start` to :meth:`close`; ``tell`` hears the reason and why, ``""``: well.

    Everything else may be asked from any thread and comes back soon.
    """

    def __init__(
        self,
        camera_id: str,
        address: Address,
        access: Access,
        ring: Ring,
        clock: Clock,
        quarantine: Quarantine,
        tell: Callable[[str, str], None],
        *,
        open_live: OpenLive | None = None,
    ) -> None:
        self._camera_id = camera_id
        self._address = address
        self._ring = ring
        self._clock = clock
        self._quarantine = quarantine
        self._tell = tell
        self._open = open_live or NetworkDoor(access, clock)
        self._generator = np.random.default_rng(zlib.crc32(f"{camera_id}/evidence".encode()))
        self._converter = PictureConverter()
        self._closed = threading.Event()
        self._source: LiveSource | None = None
        self._reader = Reader(f"evidence-{camera_id}", self._run)

    def start(self) -> None:
        self._reader.start()

    def close(self) -> None:
        """Ask the thread to end; returns at once."""
        self._closed.set()
        if self._source is not None:
            self._source.close()

    def finish(self, timeout_s: float) -> None:
        self._reader.join(timeout_s)

    def check(self) -> None:
        """To be called every second or so: a reader that does not come back is left behind."""
        source = self._source
        if source is not None and source.hung and not self._closed.is_set():
            self._tell(REASON.format(fault=Fault.HUNG), "data came, but no end of it")
            self._reader.leave(source.close)

    def at(self, wall_ns: int) -> Take:
        """Where what was seen at a time is found: both streams of a camera come equally late."""
        ago_ns = self._clock.wall_ns() - wall_ns
        return Take(self._ring, self._clock.monotonic_ns() - ago_ns)

    def picture(self, wall_ns: int) -> Image | None:
        """What the stream showed at a time, within ``FURTHEST_NS``; ``None``: it cannot be had."""
        at_ns = self.at(wall_ns).at_ns
        cut = self._ring.until(at_ns)
        if cut is None or at_ns - cut.end_ns > FURTHEST_NS:
            return None
        seen = last_picture(cut, self._clock, BUDGET_NS)
        if seen is None or at_ns - seen.media_ns > FURTHEST_NS:
            return None
        return self._converter.convert(seen.picture)

    def _run(self) -> None:
        self._quarantine.sit_out(self._camera_id, self._closed, lambda _: None)
        while not self._closed.is_set() and self._reader.current:
            try:
                working_for(self._camera_id, self._read)
            except Exception:  # noqa: BLE001  # its trouble must not end the watching
                self._tell(REASON.format(fault="internal_error"), "")
                _log.exception("evidence_source_failed", camera=self._camera_id)
                self._clock.wait(self._closed, _RETRY_S)

    def _read(self) -> None:
        kept = Kept(self._ring)
        source = self._source = LiveSource(
            self._address,
            self._clock,
            self._generator,
            options=_OPTIONS,
            on_status=self._say,
            demand=kept,
            tap=kept,
            open_live=self._open,
        )
        if self._closed.is_set():
            return
        for _ in source:
            pass  # that it could be decoded is all that was wanted

    def _say(self, status: SourceStatus) -> None:
        if status.state is SourceState.ONLINE:
            self._tell("", "")
        elif not self._closed.is_set():
            self._tell(REASON.format(fault=status.fault), status.detail)
