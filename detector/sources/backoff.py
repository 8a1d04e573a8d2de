"""How long to wait before the next try."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class RetryPace:
    """Delays double from ``first_s`` up to ``longest_s``, each cut by up to half at random.

    Chance keeps cameras behind one switch from all coming back in the same moment. A
    connection that gave pictures for ``steady_s`` makes the next delay the first again.
    """

    first_s: float = 1.0
    longest_s: float = 30.0
    steady_s: float = 10.0


class Backoff:
    """The delays of one source."""

    def __init__(self, pace: RetryPace, generator: np.random.Generator) -> None:
        self._pace = pace
        self._generator = generator
        self._failures = 0

    def next_s(self, *, lasted_s: float = 0.0) -> float:
        """Seconds to wait after a connection that gave pictures for ``lasted_s``."""
        if lasted_s >= self._pace.steady_s:
            self._failures = 0
        doublings = min(self._failures, 32)
        self._failures += 1
        whole_s = min(self._pace.longest_s, self._pace.first_s * (1 << doublings))
        return whole_s * float(self._generator.uniform(0.5, 1.0))
