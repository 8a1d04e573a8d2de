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

_SURELY_BLOCKED = 8
"""So many in a row have waited for the camera."""

_TRUSTED_NS = 10 * SECOND_NS
"""How long a lag is believed to be the least: after that a read must wait to prove it."""


class Rest:
    """Follows how far a reader is behind its stream, whose stamps count ``time_base`` seconds.

    The lag, by the stream's clock, is nought when the newest packet has been read; what is
    smallest of it is that nought, as no other clock is known. Without stamps (``None``) only a
    read that has waited tells.
    """

    def __init__(self, clock: Clock, time_base: Fraction | None) -> None:
        self._clock = clock
        self._ns_per_unit = None if time_base is None else float(time_base * SECOND_NS)
        self._least_lag_ns: float | None = None
        self._proven_ns = 0
        self._blocked = 0

    def length_s(self, stamp: int | None, waited_ns: int, to_key_ns: int | None) -> float:
        """For how many seconds nothing need be read, 0 if more may be waiting already.

        ``stamp``: the packet's, ``waited_ns``: how long it took to come, ``to_key_ns``: from it
        to the next key frame that is due, ``None`` if nobody knows.
        """
        if not self._at_edge(stamp, waited_ns):
            return 0.0
        rest_s = RUSHED_S if to_key_ns is None else min(MOST_S, to_key_ns / SECOND_NS)
        return rest_s if rest_s >= LEAST_S else 0.0

    def _at_edge(self, stamp: int | None, waited_ns: int) -> bool:
        blocked = waited_ns >= _BLOCKED_NS
        if stamp is None or self._ns_per_unit is None:
            return blocked
        self._blocked = self._blocked + 1 if blocked else 0
        now_ns = self._clock.monotonic_ns()
        lag_ns = now_ns - stamp * self._ns_per_unit
        least_ns = self._least_lag_ns
        if least_ns is None or lag_ns < least_ns or self._blocked >= _SURELY_BLOCKED:
            self._least_lag_ns = least_ns = lag_ns
        if blocked:
            self._proven_ns = now_ns
        trusted = now_ns - self._proven_ns < _TRUSTED_NS
        return trusted and lag_ns - least_ns <= _EDGE_NS
