"""A picture that has turned pink, green or another colour that no light has.

Daylight, dusk, sodium and LED lamps differ from blue to orange; none goes towards green or
magenta. What a sensor or its infrared filter does when it fails goes there: a lost red channel is
cyan, a lost green one magenta, a stuck filter pink. So only that axis is judged, against what the
camera showed before, and grey, as by night under infrared, never is a cast.
"""

from __future__ import annotations

import cv2
import numpy as np

from detector.health.thumbnail import BLOCKS_HW, Plane, Thumbnail
from fences.clock import SECOND_NS

STRONG = 0.25
"""Green against the mean of red and blue, in shares of the brightness: the cast, and the change.
Sodium light on grey ground comes to 0.19, a lawn by day to 0.5: that is what it showed before."""

SHARE = 0.8
"""Of the blocks that are bright enough to have a colour: a bus is not the whole picture."""

_DARK = 25.0
_BRIGHT_SHARE = 0.5

ENTER_NS = 30 * SECOND_NS
LEAVE_NS = 5 * SECOND_NS


def greens_of(small: Thumbnail) -> Plane:
    """Green (above 0) or magenta (below) of every block that is bright enough; else empty."""
    means = cv2.resize(small.colour, BLOCKS_HW[::-1], interpolation=cv2.INTER_AREA)
    blue, green, red = (np.asarray(plane, np.float32) for plane in cv2.split(means))
    light = (blue + green + red) / 3
    bright = light >= _DARK
    if bright.mean() < _BRIGHT_SHARE:
        return np.zeros(0, np.float32)
    return np.asarray(((green - (red + blue) / 2) / np.maximum(light, 1.0))[bright], np.float32)


def has_cast(greens: Plane, known_green: float) -> bool:
    """Whether nearly all blocks have a strong colour that the camera did not show before."""
    if greens.size == 0:
        return False
    sign = 1.0 if float(np.median(greens)) > 0 else -1.0
    strong = (sign * greens >= STRONG) & (sign * (greens - known_green) >= STRONG)
    return float(np.mean(strong)) >= SHARE
