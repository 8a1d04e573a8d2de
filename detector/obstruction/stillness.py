"""Which pixels keep their value, and since when."""

from __future__ import annotations

import cv2
import numpy as np

from detector.obstruction.memory import Memory
from detector.obstruction.view import Mask, Plane, difference
from fences.clock import SECOND_NS, running

SETTLE_NS = 1 * SECOND_NS
"""How long a pixel must keep its value to be still."""

MIN_LOOKS = 2
"""How many looks must have met that value, when looks are rare."""

STILL_CONTRAST = 14.0
"""Most change of a channel (0-255) of a pixel that keeps its value."""

FOLLOW_TAU_NS = 30 * SECOND_NS
"""Time constant with which kept values, and the background, follow slow light. One for both:
else a kept value would drift from the background and look like a thing that always stood."""

MAX_NOISE = 4.0
"""Most noise (0-255) that a pixel is believed to have: a passer-by in dark clothes is none."""

_NOISE_TAU_NS = 4 * SECOND_NS


def note_stillness(memory: Memory, pixels: Plane, media_ns: int, dt_ns: int, hidden: Mask) -> Mask:
    """Follow, per pixel, the value it keeps; return which show their still value now.

    What only passes before a pixel leaves no trace: its value is replaced by one that has
    lasted, and by nothing else. ``hidden`` pixels are followed but not believed: a detector
    may take a bag for a person, and a person does not keep still for long.
    """
    tolerance = np.maximum(5.0 * memory.noise, STILL_CONTRAST)
    change = difference(pixels, memory.still)
    same: Mask = memory.learned & (change <= tolerance)
    kept: Mask = same & ~hidden
    kept_u8 = kept.astype(np.uint8)
    _follow(memory, pixels, kept, media_ns, dt_ns)
    cv2.accumulateWeighted(
        np.minimum(change, MAX_NOISE), memory.noise, running(dt_ns, _NOISE_TAU_NS), kept_u8
    )
    again = ~same & (difference(pixels, memory.fresh) <= tolerance)
    memory.fresh_looks += again
    started = ~again
    cv2.copyTo(pixels, started.astype(np.uint8), memory.fresh)
    np.copyto(memory.fresh_since_ns, media_ns, where=started)
    np.copyto(memory.fresh_looks, 1, where=started)
    _settle(memory, pixels, again & ~hidden, media_ns)
    return kept


def _follow(memory: Memory, pixels: Plane, kept: Mask, media_ns: int, dt_ns: int) -> None:
    """Kept values become the mean of all looks since they are kept, then of the last ones.

    One look by night is mostly noise: texture and colour of the ground show in the mean only.
    """
    kept_ns = np.maximum(media_ns - memory.still_since_ns, 0).astype(np.float32)
    weight = np.float32(dt_ns) / (kept_ns + np.float32(max(dt_ns, 1)))
    share = np.maximum(weight, np.float32(running(dt_ns, FOLLOW_TAU_NS))) * kept
    step = cv2.subtract(pixels, memory.still)
    cv2.multiply(step, cv2.merge((share, share, share)), dst=step)  # NumPy takes thrice the time
    cv2.accumulate(step, memory.still)


def _settle(memory: Memory, pixels: Plane, again: Mask, media_ns: int) -> None:
    lasted = media_ns - memory.fresh_since_ns >= SETTLE_NS
    settled = again & lasted & (memory.fresh_looks >= MIN_LOOKS)
    if not settled.any():
        return
    begun = np.asarray(cv2.addWeighted(memory.fresh, 0.5, pixels, 0.5, 0.0), dtype=np.float32)
    cv2.copyTo(begun, settled.astype(np.uint8), memory.still)
    np.copyto(memory.still_since_ns, memory.fresh_since_ns, where=settled)
    first = settled & ~memory.learned
    cv2.copyTo(memory.still, first.astype(np.uint8), memory.background)
    memory.learned |= first
