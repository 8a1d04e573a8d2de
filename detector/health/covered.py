"""Something before the lens: a bag, a hand, paint, a leaf.

The view that was there has gone from most of the picture, at both scales, and it went quickly:
fog, dusk and dirt come slowly, and what they leave is followed. A crowd, a lorry or a camera that
was turned bring fine structure of their own, so that the view is hidden but nothing is *gone*.
Measured on a rendered street from one weather and time of day to any other: at most 6 % gone; with
a hand or a bag before the lens over 83 %.
"""

from __future__ import annotations

from detector.health.known import Comparison
from fences.clock import SECOND_NS

GONE_SHARE = 0.6
BACK_SHARE = 0.4
"""Of the view, between which it neither goes nor comes back."""

QUICK_NS = 60 * SECOND_NS
"""In which the view must have gone."""

_SLOWEST_NS = 600 * SECOND_NS
"""The same for a camera that is looked at seldom: two looks, but no longer than this."""

ENTER_NS = 10 * SECOND_NS
LEAVE_NS = 2 * SECOND_NS


class Cover:
    """Follows whether the view has gone."""

    def __init__(self) -> None:
        self._seen_ns: int | None = None
        self.gone = False

    def observe(self, now: Comparison | None, media_ns: int, dt_ns: int) -> None:
        """Take a look in; ``None`` where nothing can be said. :attr:`gone` tells of it."""
        if now is None or now.gone <= BACK_SHARE:
            self._seen_ns, self.gone = media_ns, False
        elif now.gone >= GONE_SHARE and not self.gone:
            quick_ns = max(QUICK_NS, min(2 * dt_ns, _SLOWEST_NS))
            self.gone = self._seen_ns is not None and media_ns - self._seen_ns <= quick_ns
