"""How far apart the key frames of a stream are: whether looking at these alone is often enough."""

from __future__ import annotations

from collections import deque
from itertools import pairwise

from av.packet import Packet
from av.video.stream import VideoStream

from fences.clock import SECOND_NS

_RARE_NS = SECOND_NS
"""Looks no more often than this may do with a live stream's key frames, however far apart."""

_FAR_NS = 600 * SECOND_NS
"""Stamps further apart than this were set anew."""

_REMEMBERED = 4
"""Encoders put key frames where a scene changes too: the longest of the last distances counts."""


class KeyDistance:
    """The longest distance of key frames: known of a recording, measured on a live stream.

    ``step_ns`` is media time, ``None`` where nobody knows. Of a recording that does not tell,
    everything is decoded; of a live stream, key frames until the second one has come.
    """

    def __init__(self, known_ns: int | None = None, *, live: bool = True) -> None:
        self.live = live
        self.step_ns = known_ns
        self._last_ns: int | None = None
        self._steps_ns: deque[int] = deque(maxlen=_REMEMBERED)

    def suffice(self, interval_ns: int) -> bool:
        """Whether whoever looks at such intervals needs no other pictures."""
        if self.step_ns is None:
            return self.live and interval_ns >= _RARE_NS
        return 20 * self.step_ns <= 21 * interval_ns

    def note(self, packet: Packet[VideoStream]) -> None:
        """Take in a key frame, by its own stamps."""
        stamp = packet.dts if packet.pts is None else packet.pts
        if not self.live or stamp is None or packet.time_base is None:
            return
        now_ns = int(stamp * packet.time_base * SECOND_NS)
        if self._last_ns is not None and 0 < now_ns - self._last_ns < _FAR_NS:
            self._steps_ns.append(now_ns - self._last_ns)
            self.step_ns = max(self._steps_ns)
        self._last_ns = now_ns


def recorded_keys(stream: VideoStream) -> KeyDistance:
    """What the index of a recording says of its key frames; many files have one."""
    if stream.time_base is None:
        return KeyDistance(live=False)
    entries = stream.index_entries
    stamps = [entry.timestamp for entry in entries if entry.is_keyframe]
    stamps += [entries[-1].timestamp] if len(entries) else []
    longest = max((b - a for a, b in pairwise(stamps)), default=0)
    if longest <= 0 or stamps != sorted(stamps):
        return KeyDistance(live=False)
    return KeyDistance(int(longest * stream.time_base * SECOND_NS), live=False)
