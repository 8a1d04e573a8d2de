"""What one camera's looks and inferences come to, for the figures."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from detector.engines.protocol import Engine
from detector.frame import Image
from detector.latest import Latest
from detector.lookers import Look
from detector.sampling import Sampler
from fences.box import Box
from fences.clock import SECOND_NS, Clock
from fences.observation import Detection
from kerbwatch.metrics.book import Metrics
from kerbwatch.metrics.declared import LATE_S


class Skips(Protocol):
    """Who knows how many looks did without the models."""

    @property
    def skipped(self) -> int: ...


class LookCounter:
    """Told of every look of one camera, in order, by whoever looks.

    A look is late by the interval that was wanted after the one before it. After
    :meth:`begin_anew` the next one cannot be late: nobody could have looked.
    """

    def __init__(
        self, sampler: Sampler, eyes: Skips, latest: Latest, metrics: Metrics, clock: Clock
    ) -> None:
        self._sampler = sampler
        self._eyes = eyes
        self._latest = latest
        self._metrics = metrics
        self._clock = clock
        self._last: tuple[int, int] | None = None
        self._dropped = self._skipped = 0

    def looked(self, look: Look) -> None:
        """Count a look that is just over."""
        begun_ns = self._clock.monotonic_ns() - look.took_ns
        late = False
        last, self._last = self._last, (begun_ns, self._sampler.wanted_ns)
        if last is not None:
            reached_s, wanted_s = (begun_ns - last[0]) / SECOND_NS, last[1] / SECOND_NS
            late = reached_s > wanted_s + LATE_S
            self._metrics.interval(look.camera_id, wanted_s, reached_s)
        self._metrics.looked(look.camera_id, look.media_ns, look.took_ns / SECOND_NS, late=late)
        dropped, skipped = self._latest.dropped, self._eyes.skipped
        self._metrics.dropped(look.camera_id, dropped - self._dropped)
        self._metrics.skipped(look.camera_id, skipped - self._skipped)
        self._dropped, self._skipped = dropped, skipped

    def begin_anew(self) -> None:
        """The camera was away."""
        self._last = None


class TimedEngine:
    """An engine whose inferences are told with the seconds that each took, waiting included."""

    def __init__(self, engine: Engine, on_inferred: Callable[[float], None], clock: Clock) -> None:
        self._engine = engine
        self._on_inferred = on_inferred
        self._clock = clock
        self.card = engine.card
        self.runs_on = engine.runs_on

    def infer(self, image: Image, within: Box | None = None) -> tuple[Detection, ...]:
        begun_ns = self._clock.monotonic_ns()
        found = self._engine.infer(image, within)
        self._on_inferred((self._clock.monotonic_ns() - begun_ns) / SECOND_NS)
        return found

    def close(self) -> None:
        self._engine.close()
