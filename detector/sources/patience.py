"""How long a live source is waited for."""

from __future__ import annotations

from dataclasses import dataclass, field

from detector.sources.backoff import RetryPace


@dataclass(frozen=True, slots=True)
class LiveOptions:
    """Patience with a live source, in seconds.

    ``read_s`` bounds every wait for an answer or for data and, once pictures come, for the
    next one that can be decoded; ``first_picture_s`` the wait for the first (a camera may
    send a whole picture only every 10 s). ``jump_s`` is the leap in the stream's time stamps
    that counts as a gap. ``decode_threads`` above 1 delays pictures by that many.
    """

    read_s: float = 4.0  # a stop must not take longer than 5 s
    first_picture_s: float = 20.0
    jump_s: float = 3.0
    decode_threads: int = 1
    pace: RetryPace = field(default=RetryPace())
