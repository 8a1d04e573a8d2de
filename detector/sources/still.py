"""One picture out of packets that are kept, decoded when somebody wants it."""

from __future__ import annotations

import av.error
from av.packet import Packet
from av.video.frame import VideoFrame

from detector.sources.connection import Placed
from detector.sources.remux import Cut
from fences.clock import Clock


def last_picture(cut: Cut, clock: Clock, budget_ns: int) -> Placed | None:
    """The last picture of a cut, at its media time; ``None`` if nothing of it can be decoded.

    What it refers to is decoded before it. When ``budget_ns`` is used up, whatever the last
    picture is by then has to do: the key frame at least.
    """
    codec = cut.description.decoder()
    until_ns = clock.monotonic_ns() + budget_ns
    seen: VideoFrame | None = None
    at_ns = cut.packets[0].at_ns
    for kept in cut.packets:
        if seen is not None and clock.monotonic_ns() > until_ns:
            break
        packet = Packet(kept.data)
        packet.pts = packet.dts = kept.pts
        try:
            pictures = codec.decode(packet)
        except av.error.FFmpegError:  # damaged; the next may do
            continue
        at_ns = kept.at_ns
        seen = next((it for it in reversed(pictures) if not it.is_corrupt), seen)
    try:
        rest = codec.decode(None)
    except av.error.FFmpegError:
        rest = []
    seen = next((it for it in reversed(rest) if not it.is_corrupt), seen)
    return None if seen is None else Placed(cut.begin_ns + at_ns - cut.packets[0].at_ns, seen)
