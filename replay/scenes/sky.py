"""The sky above the roofs."""

from __future__ import annotations

import numpy as np

from replay.scenes.arrays import Image
from replay.scenes.camera import View
from replay.scenes.spec import Conditions, DayPart
from replay.scenes.texture import clouds

_COLOURS = {
    DayPart.DAY: ((226.0, 208.0, 190.0), (236.0, 232.0, 228.0)),
    DayPart.DUSK: ((128.0, 96.0, 88.0), (132.0, 142.0, 172.0)),
    DayPart.NIGHT: ((34.0, 26.0, 24.0), (46.0, 42.0, 44.0)),
}


def sky(rng: np.random.Generator, view: View, conditions: Conditions) -> Image:
    """A full picture (H, W, 3) of sky; the street is painted over it."""
    top, horizon = (np.array(colour) for colour in _COLOURS[conditions.day_part])
    reach = max(view.height_px // 3, 1)
    share = np.clip(np.arange(view.height_px) / reach, 0, 1)[:, None, None]
    picture = np.broadcast_to(
        top * (1 - share) + horizon * share, (view.height_px, view.width_px, 3)
    ).copy()
    bright = 0.05 if conditions.day_part is DayPart.NIGHT else 0.03
    picture[:reach] *= 1 + bright * clouds(rng, reach, view.width_px, 300)[:, :, None]
    return np.clip(picture, 0, 255).astype(np.uint8)
