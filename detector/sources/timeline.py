"""From a stream's time stamps to media time that strictly grows."""

from __future__ import annotations

from fractions import Fraction

from fences.clock import SECOND_NS
from fences.observation import Gap

JUMP_FORWARD = "jump_forward"
CLOCK_RESTARTED = "clock_restarted"

_DAY_NS = 86_400 * SECOND_NS


class StampChoice:
    """Presentation stamps, or decoding stamps where those run backwards less often.

    Decoders give pictures in the order of presentation, so their presentation stamps must
    grow; some AVI files have them swapped while the decoding stamps grow as they should.
    """

    def __init__(self) -> None:
        self._faults_pts = 0
        self._faults_dts = 0
        self._last_pts: int | None = None
        self._last_dts: int | None = None

    def choose(self, pts: int | None, dts: int | None) -> int | None:
        """The better of a picture's two stamps; ``None`` if it has none."""
        if dts is not None:
            self._faults_dts += self._last_dts is not None and dts <= self._last_dts
            self._last_dts = dts
        if pts is not None:
            self._faults_pts += self._last_pts is not None and pts <= self._last_pts
            self._last_pts = pts
        if pts is not None and (dts is None or self._faults_pts <= self._faults_dts):
            return pts
        return dts


class Timeline:
    """Places pictures in media time, exactly: integers and fractions only.

    A stamp that is missing, repeated or a little late moves the picture half a step on. A
    leap of more than ``jump_ns`` forward is a gap; one backwards, or over a day, means that
    the stream's clock was restarted, and media time goes on one step after the last picture.
    Where it is known how much time has really passed, a leap beyond that is the stream's clock
    being set, and media time goes on by what has passed.
    """

    def __init__(
        self, time_base: Fraction, step_ns: int, *, start_ns: int = 0, jump_ns: int
    ) -> None:
        ns_per_unit = time_base * SECOND_NS
        self._ns, self._units = ns_per_unit.numerator, ns_per_unit.denominator
        self._step_ns = max(2, step_ns)
        self._jump_ns = max(jump_ns, 3 * step_ns)
        self._start_ns = start_ns
        self._last_ns: int | None = None
        self._origin: int | None = None
        self._origin_ns = start_ns
        self._choice = StampChoice()

    @property
    def end_ns(self) -> int:
        """Media time right after the last picture; the start if there was none."""
        return self._start_ns if self._last_ns is None else self._last_ns + self._step_ns

    @property
    def last_ns(self) -> int:
        """Media time of the last picture; the start if there was none."""
        return self._start_ns if self._last_ns is None else self._last_ns

    def place(
        self, pts: int | None, dts: int | None, passed_ns: int | None = None
    ) -> tuple[int, Gap | None]:
        """Media time of the next picture, and the gap before it if there is one.

        ``passed_ns``: since the picture before came, by a clock that nobody sets.
        """
        stamp = self._choice.choose(pts, dts)
        if self._last_ns is None:
            return self._moved_to(self._start_ns, stamp), None
        if stamp is None or self._origin is None:
            return self._moved_to(self.end_ns, stamp), None
        return self._from_stamp(stamp, self._last_ns, passed_ns)

    def _from_stamp(
        self, stamp: int, last_ns: int, passed_ns: int | None
    ) -> tuple[int, Gap | None]:
        assert self._origin is not None
        # a product of fractions would take longer than all else that is done with a packet
        media_ns = self._origin_ns + (stamp - self._origin) * self._ns // self._units
        ahead_ns = media_ns - last_ns
        if ahead_ns < -self._jump_ns or ahead_ns > _DAY_NS:
            return self._set_anew(stamp, last_ns, passed_ns or 0, CLOCK_RESTARTED)
        if passed_ns is not None and ahead_ns > passed_ns + self._jump_ns:
            return self._set_anew(stamp, last_ns, passed_ns, JUMP_FORWARD)
        if ahead_ns > self._jump_ns:
            return self._moved_to(media_ns, None), Gap(last_ns, media_ns, JUMP_FORWARD)
        half_step_ns = last_ns + self._step_ns // 2
        return self._moved_to(media_ns if ahead_ns > 0 else half_step_ns, None), None

    def _set_anew(
        self, stamp: int, last_ns: int, passed_ns: int, reason: str
    ) -> tuple[int, Gap | None]:
        """Go on from a stamp that has nothing to do with those before it."""
        media_ns = max(self.end_ns, last_ns + passed_ns)
        self._origin, self._origin_ns = stamp, media_ns
        return self._moved_to(media_ns, None), Gap(last_ns, media_ns, reason)

    def _moved_to(self, media_ns: int, stamp: int | None) -> int:
        if self._origin is None and stamp is not None:
            self._origin, self._origin_ns = stamp, media_ns
        self._last_ns = media_ns
        return media_ns
