"""Which frames are looked at: often while something happens, less often while nothing does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from detector.frame import Frame, FrameSource
from fences.observation import Gap

_EARLIER = 4
"""A quiet look is early by a quarter of its interval at most."""

_JITTER = 20
"""Key frames are as regular as a twentieth of their distance."""


class Sampler:
    """Takes the first frame of every interval of media time; an ``every_ns`` of 0 takes all.

    The interval is ``every_ns``, and ``idle_ns`` while the last look found nothing
    (:meth:`settle`); :attr:`stretch` lengthens both on a machine with too much to do. Frames
    that come one by one are taken on a grid that starts at the first, so that what is taken
    does not depend on the frame rate by more than one frame. Of pictures that come about as
    seldom as they are wanted (key frames), one is taken if the next would come too late.

    ``phase``, 0 to 1: where in ``idle_ns`` of media time the looks at a quiet camera have their
    place; those that lie elsewhere come a quarter of the interval early until they are there.
    Cameras that began together, or were all stirred by the same lightning, would else be looked
    at all at once for ever after, and nobody in between. None: wherever they fall.

    A dwell that will be over (:attr:`moment_ns`) has a look of its own, the first frame from then
    on, wherever in the interval that lies: else it would be told of an interval late.

    One thread asks, another may settle and stretch: every attribute is replaced as a whole.
    """

    def __init__(
        self, every_ns: int, idle_ns: int | None = None, phase: float | None = None
    ) -> None:
        if every_ns < 0:
            raise ValueError(f"got an interval of {every_ns} ns, expected 0 or more")
        self._every_ns = every_ns
        self._idle_ns = max(every_ns, every_ns if idle_ns is None else idle_ns)
        self._phase = phase
        self._patience = 1.0 if phase is None else 1.0 + phase  # not all are due after an overload
        self._due_ns: int | None = None
        self._taken_ns = 0
        self._quiet = False
        self._moment_ns: int | None = None
        self.stretch = Fraction(1)

    @property
    def wanted_ns(self) -> int:
        """The interval that is wanted now, however busy the machine is."""
        return self._idle_ns if self._quiet else self._every_ns

    @property
    def interval_ns(self) -> int:
        """The interval that is kept now."""
        return int(self.wanted_ns * self.stretch)

    @property
    def moment_ns(self) -> int | None:
        """A media time that is to be looked at besides the regular ones; ``None``: none is."""
        return self._moment_ns

    def wants(self, media_ns: int, step_ns: int = 0) -> bool:
        """Whether the frame of that media time should be looked at.

        ``step_ns``: how much later the next one would come; 0 where that is no time at all.
        """
        moment_ns = self._moment_ns
        is_moment = moment_ns is not None and media_ns >= moment_ns
        return is_moment or self._is_regular(media_ns, step_ns)

    def took(self, media_ns: int, step_ns: int = 0) -> None:
        """Note that the frame of that media time is looked at."""
        interval_ns, regular = self.interval_ns, self._is_regular(media_ns, step_ns)
        self._taken_ns = media_ns
        moment_ns = self._moment_ns
        if moment_ns is not None and media_ns >= moment_ns:
            self._moment_ns = None
            if not regular:
                return
        if interval_ns == 0 or self._due_ns is None or step_ns:
            self._due_ns = self._after(media_ns, step_ns)
        else:
            self._due_ns += interval_ns * ((media_ns - self._due_ns) // interval_ns + 1)

    def takes(self, media_ns: int) -> bool:
        """:meth:`wants`, noted; ask once for each frame."""
        wanted = self.wants(media_ns)
        if wanted:
            self.took(media_ns)
        return wanted

    def settle(self, *, quiet: bool, due_ns: int | None = None) -> None:
        """Tell whether the last look found nothing that stands, nor anything that may.

        What stirs brings the next look forward to ``every_ns`` after the last. ``due_ns``: when
        the next dwell will be over, as far as that look can tell; a later one may be on its way.
        """
        self._moment_ns = due_ns if due_ns is not None and due_ns > self._taken_ns else None
        if self._quiet and not quiet and self._due_ns is not None:
            self._due_ns = min(self._due_ns, self._taken_ns + self._every_ns)
        elif quiet and not self._quiet and self._due_ns is not None:
            place_ns = self._place_before(self._taken_ns + self._idle_ns)
            if place_ns is not None:
                self._due_ns = max(self._due_ns, place_ns)
        self._quiet = quiet

    def _is_regular(self, media_ns: int, step_ns: int) -> bool:
        """Whether its interval is over, or would be before the next one comes."""
        if self._every_ns == 0 or self._due_ns is None:
            return True
        overdue_ns = media_ns - self._taken_ns - int(self._patience * self.interval_ns)
        next_ns = media_ns + step_ns - step_ns // _JITTER
        return next_ns > self._due_ns or media_ns >= self._due_ns or overdue_ns >= 0

    def _after(self, media_ns: int, step_ns: int) -> int:
        """When the look after this one is due; one picture before its place is in place."""
        interval_ns = self.interval_ns
        due_ns = media_ns + interval_ns
        place_ns = self._place_before(due_ns + step_ns)
        if place_ns is None or not self._quiet or interval_ns != self._idle_ns:
            return due_ns
        return min(due_ns, max(place_ns, due_ns - interval_ns // _EARLIER))

    def _place_before(self, media_ns: int) -> int | None:
        """The last place for a quiet look up to then; ``None`` where it has none of its own."""
        if self._phase is None:
            return None
        offset_ns = round(self._phase * self._idle_ns)
        return media_ns - (media_ns - offset_ns) % self._idle_ns


@dataclass(frozen=True, slots=True)
class Sampled:
    """A source of which only the frames come that a sampler takes, and every gap."""

    source: FrameSource
    sampler: Sampler

    def __iter__(self) -> Iterator[Frame | Gap]:
        for item in self.source:
            if isinstance(item, Gap) or self.sampler.takes(item.media_ns):
                yield item

    def close(self) -> None:
        self.source.close()
