"""How late a stream's packets come: what tells when they were sent, by our own clock."""

from __future__ import annotations

from fences.clock import SECOND_NS

_WINDOW_NS = 10 * SECOND_NS
"""The least of the last one to two of these counts: stamps and our clock drift apart."""


class LeastLag:
    """Our time less the stream's, where nothing has waited.

    A packet can be read late, after others or after a rest, but never early; so the least that
    was seen is the truest, and later ones have waited by what they have more.
    """

    __slots__ = ("_before_ns", "_least_ns", "_since_ns")

    def __init__(self) -> None:
        self._since_ns: int | None = None
        self._least_ns = self._before_ns = 0

    def least_ns(self, stamp_ns: int, now_ns: int) -> int:
        """Take in a packet with that stamp, which is read now; the least of late."""
        lag_ns = now_ns - stamp_ns
        if self._since_ns is None:
            self._since_ns, self._least_ns, self._before_ns = now_ns, lag_ns, lag_ns
        elif now_ns - self._since_ns > _WINDOW_NS:
            self._since_ns, self._before_ns, self._least_ns = now_ns, self._least_ns, lag_ns
        else:
            self._least_ns = min(self._least_ns, lag_ns)
        return min(self._least_ns, self._before_ns)
