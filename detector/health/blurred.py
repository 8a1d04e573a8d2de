"""Out of focus, or seen through a film of rain or dirt.

Fine structure is gone, the coarse structure of the same view is still there. Fog takes both alike,
for it takes contrast; so do dusk and exposure. The ratio of what is left of the two, against what
the camera has known over the last hour, is what is judged: between any two of the rendered weathers
and times of day it stays above 0.76; with a blur of 0.4 % of the width (8 pixels of 1920) it is
below 0.2, with half that blur, at which detectors still see, 0.36.
"""

from __future__ import annotations

from detector.health.known import Comparison
from fences.clock import SECOND_NS

BLURRED_RATIO = 0.3
SHARP_RATIO = 0.45
"""Between which a picture neither becomes blurred nor sharp again."""

_SAME_VIEW = 0.5
_COARSE_LEFT = 0.1
"""Likeness, and how much, of the coarse view that must be left."""

ENTER_NS = 60 * SECOND_NS
"""A camera that looks for its focus finds it in seconds."""

LEAVE_NS = 5 * SECOND_NS


class Sharpness:
    """Follows whether the view is blurred."""

    def __init__(self) -> None:
        self.lost = False

    def observe(self, now: Comparison | None) -> None:
        """Take a look in; ``None`` where nothing can be said. :attr:`lost` tells of it."""
        if now is None or now.likeness < _SAME_VIEW or now.coarse < _COARSE_LEFT:
            self.lost = False
            return
        self.lost = now.fine < (SHARP_RATIO if self.lost else BLURRED_RATIO) * now.coarse
