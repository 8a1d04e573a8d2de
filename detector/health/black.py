"""No light at all: a cap on the lens, an infrared lamp that has failed in a dark place."""

from __future__ import annotations

import numpy as np

from detector.health.thumbnail import Thumbnail
from fences.clock import SECOND_NS

DARKER_THAN = 24
"""Grey level that nothing reaches but the noise of a sensor at its highest gain. Rendered streets
by night have 3 % of their points above 120."""

SHARE = 0.97
"""Of the picture that must be so dark: the camera's captions are bright on any picture."""

DIM = 30.0
"""Mean grey level under which a view that has gone is called black, not covered."""

ENTER_NS = 10 * SECOND_NS
LEAVE_NS = 2 * SECOND_NS


def is_black(small: Thumbnail) -> bool:
    """Whether nothing is to be seen but captions."""
    bright = int(np.count_nonzero(small.grey >= DARKER_THAN))
    return bright <= (1.0 - SHARE) * small.grey.size
