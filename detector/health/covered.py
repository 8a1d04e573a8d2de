"""Something before the lens: a bag, a hand, paint, a leaf.

The view that was there has gone from most of the picture, at both scales, and it went quickly:
fog, dusk and dirt come slowly, and what they leave is followed. A crowd, a lorry or a camera that
was turned bring fine structure of their own, so that the view is hidden but nothing is *gone*.
Measured on a rendered street that jumps from one weather and time of day to another: at most 37 %
gone; with a hand or a bag before the lens over 83 %.
"""

from __future__ import annotations

from detector.health.known import Comparison
from fences.clock import SECOND_NS, running

GONE_SHARE = 0.6
BACK_SHARE = 0.4
"""Of the view, between which it neither goes nor comes back."""

_LATELY_NS = 60 * SECOND_NS
"""Time constant of how fine the view has been lately, by which the speed is judged."""

_LEAST_LATELY = 0.1
_DROP = 0.3
"""Of the known fine structure, that must have been there lately; of that, what is left at most."""

_TOO_LONG_NS = 600 * SECOND_NS
"""After so long without a look night may have fallen."""

ENTER_NS = 10 * SECOND_NS
LEAVE_NS = 2 * SECOND_NS


class Cover:
    """Follows whether the view has gone."""

    def __init__(self) -> None:
        self._lately: float | None = None
        self.gone = False

    def observe(self, now: Comparison | None, dt_ns: int) -> None:
        """Take a look in; ``None`` where nothing can be said. :attr:`gone` tells of it."""
        if now is None or dt_ns > _TOO_LONG_NS:
            self._lately, self.gone = None, self.gone and now is not None
        if now is None:
            return
        if now.gone <= BACK_SHARE:
            self.gone = False
        elif now.gone >= GONE_SHARE and not self.gone and self._lately is not None:
            self.gone = self._lately >= _LEAST_LATELY and now.fine <= _DROP * self._lately
        if not self.gone:
            before = now.fine if self._lately is None else self._lately
            self._lately = before + running(dt_ns, _LATELY_NS) * (now.fine - before)
