"""When a reader may leave packets to the system's buffers, and for how long.

```
key frame         packets that wait              key frame
|read             |read all of them at once      |read
+-----rest--------+-----rest---------------------+-----> time
```
A packet that is taken as it comes wakes a thread, takes Python's lock from whoever computes and
finds cold caches: that cost more than reading it. Read in bursts that end where the stream does
for now, and begin when the next key frame is due, they cost half, and no picture comes later.
"""

from __future__ import annotations

from collections import deque
from fractions import Fraction

from fences.clock import SECOND_NS, Clock

MOST_S = 1.0
"""Longest rest: so much of a stream of 8 Mbit/s still lies in a connection's usual buffers."""

RUSHED_S = 0.5
"""Longest rest where nobody knows when the next key frame comes, or where all is decoded."""

LEAST_S = 0.1
"""No rest is worth while that is shorter."""

_EDGE_NS = 60_000_000
"""Who is no further behind than this has read all that is there, at 25 pictures a second."""

_BLOCKED_NS = 15_000_000
"""A read that took so long has waited for the camera, or for the lock."""

_SPACED, _STEPS, _STEP = (0.5, 1.6), 3, (0.85, 1.2)
"""Of the time between two packets: a read that took so long has come when its packet did, if so
many in a row have, and so long on average. The lock, however many want it, keeps no such beat."""

_STRETCH_NS = 2 * SECOND_NS
_PACE = (0.9, 1.1)
"""Whoever reads for so long, and so many seconds of the stream a second, is not behind either,
though packets come in clumps; or is so busy that nothing is won by hurry."""

_TRUSTED_NS = 10 * SECOND_NS
"""How long a lag is believed to be the least: after that reads must wait to prove it."""


class Rest:
    """Follows how far a reader is behind its stream, whose stamps count ``time_base`` seconds.

    The lag, by the stream's clock, is nought when the newest packet has been read; what is
    smallest of it is that nought, as no other clock is known. It grows where a server, a network
    or a clock falls behind: who then keeps step with the stream is at its end all the same.
    Without stamps (``None``) only a read that has waited tells. No rest is longer than ``most_s``.
    """

    def __init__(self, clock: Clock, time_base: Fraction | None, most_s: float = MOST_S) -> None:
        self._clock = clock
        self._most_s = most_s
        self._ns_per_unit = None if time_base is None else float(time_base * SECOND_NS)
        self._least_lag_ns: float | None = None
        self._proven_ns = 0
        self._last_ns = 0.0  # by the stream, of the packet before
        self._in_step: deque[tuple[int, float]] = deque(maxlen=_STEPS)  # ns waited, and apart
        self._stretch: tuple[int, float] | None = None  # began at ns, by ours and by the stream

    def length_s(self, stamp: int | None, waited_ns: int, to_wanted_ns: int | None) -> float:
        """For how many seconds nothing need be read, 0 if more may be waiting already.

        ``stamp``: the packet's, ``waited_ns``: how long it took to come, ``to_wanted_ns``: from
        it to the next that is wanted, ``None`` if nobody knows.
        """
        if not self._at_edge(stamp, waited_ns):
            return 0.0
        wanted_s = RUSHED_S if to_wanted_ns is None else to_wanted_ns / SECOND_NS
        rest_s = min(self._most_s, wanted_s)
        if rest_s < LEAST_S:
            return 0.0
        self._stretch = None
        self._in_step.clear()
        return rest_s

    def _at_edge(self, stamp: int | None, waited_ns: int) -> bool:
        if stamp is None or self._ns_per_unit is None:
            return waited_ns >= _BLOCKED_NS
        now_ns, stream_ns = self._clock.monotonic_ns(), stamp * self._ns_per_unit
        lag_ns = now_ns - stream_ns
        proven = self._keeps_step(waited_ns, stream_ns) or self._keeps_pace(now_ns, stream_ns)
        if proven:
            self._proven_ns = now_ns
        if proven or self._least_lag_ns is None or lag_ns < self._least_lag_ns:
            self._least_lag_ns = lag_ns
        trusted = now_ns - self._proven_ns < _TRUSTED_NS
        return trusted and lag_ns - self._least_lag_ns <= _EDGE_NS

    def _keeps_step(self, waited_ns: int, stream_ns: float) -> bool:
        """Whether this read and those before it took as long as their packets were apart."""
        apart_ns, self._last_ns = stream_ns - self._last_ns, stream_ns
        if waited_ns < _BLOCKED_NS or not _is_within(_SPACED, waited_ns, apart_ns):
            self._in_step.clear()
            return False
        self._in_step.append((waited_ns, apart_ns))
        waits_ns, aparts_ns = zip(*self._in_step, strict=True)
        return len(waits_ns) == _STEPS and _is_within(_STEP, sum(waits_ns), sum(aparts_ns))

    def _keeps_pace(self, now_ns: int, stream_ns: float) -> bool:
        """At the end of a stretch of reading: whether it went on as the stream does."""
        if self._stretch is None:
            self._stretch = now_ns, stream_ns
            return False
        began_ns, began_stream_ns = self._stretch
        took_ns = now_ns - began_ns
        if took_ns < _STRETCH_NS:
            return False
        self._stretch = now_ns, stream_ns
        return _is_within(_PACE, stream_ns - began_stream_ns, took_ns)


def _is_within(bounds: tuple[float, float], part: float, whole: float) -> bool:
    least, most = bounds
    return least * whole <= part <= most * whole
