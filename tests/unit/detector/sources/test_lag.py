"""When a packet came is known though it was read late."""

from __future__ import annotations

from detector.sources.lag import LeastLag
from fences.clock import SECOND_NS

SENT_NS = 3_600 * SECOND_NS
"""By our clock, when the stream's shows 0."""


def read(lag: LeastLag, stamp_s: float, late_s: float) -> float:
    """A packet that is read so late; when the stream's clock showed 0, as far as is known, in s."""
    stamp_ns = round(stamp_s * SECOND_NS)
    now_ns = SENT_NS + stamp_ns + round(late_s * SECOND_NS)
    return (lag.least_ns(stamp_ns, now_ns) - SENT_NS) / SECOND_NS


def test_who_reads_late_knows_all_the_same_when_packets_came() -> None:
    lag = LeastLag()
    assert [read(lag, second, late) for second, late in enumerate((0.5, 0.1, 0.9, 0.3))] == [
        0.5, 0.1, 0.1, 0.1,
    ]  # fmt: skip


def test_a_stream_that_falls_behind_for_good_is_followed() -> None:
    lag = LeastLag()
    read(lag, 0, 0.0)
    told = [read(lag, second, 0.8) for second in range(1, 25)]
    assert told[0] == 0.0
    assert told[-1] == 0.8
