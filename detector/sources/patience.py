"""How long a live source is waited for."""

from __future__ import annotations

from dataclasses import dataclass, field

from detector.sources.backoff import RetryPace
from detector.sources.failures import timed_out, undecodable
from detector.sources.rest import MOST_S
from fences.clock import SECOND_NS, Clock


@dataclass(frozen=True, slots=True)
class LiveOptions:
    """Patience with a live source, in seconds.

    ``read_s`` bounds every wait for an answer or for data and, once pictures come, for the
    next one that can be decoded; ``first_picture_s`` the wait for the first (a camera may
    send a whole picture only every 10 s). ``jump_s`` is the leap in the stream's time stamps
    that counts as a gap. ``decode_threads`` above 1 delays pictures by that many. ``rest_s`` is
    the longest that packets may be left unread.
    """

    read_s: float = 4.0  # a stop must not take longer than 5 s
    first_picture_s: float = 20.0
    jump_s: float = 3.0
    decode_threads: int = 1
    rest_s: float = MOST_S
    pace: RetryPace = field(default=RetryPace())


class Patience:
    """What is borne of one connection: neither silence nor data without pictures for too long."""

    def __init__(self, options: LiveOptions, clock: Clock, where: str) -> None:
        self._read_s = options.read_s
        self._clock = clock
        self._where = where
        self._pictureless_s = options.first_picture_s
        self._pictured_ns = clock.monotonic_ns()

    def renew(self, pause_s: float) -> None:
        """A picture has come; the next may well take ``pause_s``."""
        self._pictured_ns = self._clock.monotonic_ns()
        self._pictureless_s = self._read_s + pause_s

    def check(self, waited_ns: int) -> None:
        """After data that took so long to come. Raises ``SourceError`` when patience is at its end.

        FFmpeg gives a last packet when a read times out, and only then the error.
        """
        if waited_ns > self._read_s * SECOND_NS:
            raise timed_out(self._where, f"nothing came for {waited_ns / SECOND_NS:.1f} s")
        if self._clock.monotonic_ns() - self._pictured_ns > self._pictureless_s * SECOND_NS:
            raise undecodable(self._where, self._pictureless_s)
