"""One picture out of packets that are kept, decoded when somebody wants it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from av.packet import Packet

from detector.sources import video
from detector.sources.connection import Placed
from detector.sources.remux import Cut
from fences.clock import Clock


def last_picture(cut: Cut, clock: Clock, budget_ns: int) -> Placed | None:
    """The last picture of a cut, at its media time; ``None`` if nothing of it can be decoded.

    What it refers to is decoded before it. When ``budget_ns`` is used up, whatever the last
    picture is by then has to do: the key frame at least.
    """
    until_ns = clock.monotonic_ns() + budget_ns
    at_ns = cut.packets[0].at_ns

    def in_time() -> Iterator[Packet[Any]]:
        nonlocal at_ns
        for kept in cut.packets:
            if not kept.is_key and clock.monotonic_ns() > until_ns:
                return
            packet = Packet(kept.data)
            packet.pts = packet.dts = kept.pts
            at_ns = kept.at_ns
            yield packet

    seen = video.last_picture(cut.description.decoder(), in_time())
    return None if seen is None else Placed(cut.begin_ns + at_ns - cut.packets[0].at_ns, seen)
