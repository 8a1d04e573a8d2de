"""Where in a clip nothing happens: a fence there is what most of a city's are most of the time.

The footage stays as real as it is, with its noise and all that moves elsewhere in the picture;
only the place that is watched is another one.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.clips import KEY_S, Clip

GRID_WH = (64, 36)
FENCE_WH = (13, 9)
"""A fifth of the picture's width and a quarter of its height, in cells of the grid."""


def still_place(clip: Clip) -> Clip:
    """The same footage, watched where it changes least."""
    kept = clip.path.with_suffix(".still.json")
    if not kept.is_file():
        kept.write_text(json.dumps(_stillest(clip.path)), "utf-8")
    polygon = json.loads(kept.read_text("utf-8"))
    fences: tuple[dict[str, Any], ...] = tuple(
        {key: value for key, value in fence.items() if key != "scale"}
        | {"id": "still", "polygon": polygon}
        for fence in clip.fences[:1]
    )
    return replace(clip, fences=fences, still=True)


def _stillest(path: Path) -> list[list[float]]:
    """The corners of the window in which the largest change of any cell is the smallest."""
    change = _change(path)
    wide, high = FENCE_WH
    best = min(
        (float(change[top : top + high, left : left + wide].max()), left, top)
        for left in range(1, GRID_WH[0] - wide)
        for top in range(1, GRID_WH[1] - high)
    )
    _, left, top = best
    x1, y1, x2, y2 = left, top, left + wide, top + high
    return [
        [round(x / GRID_WH[0], 4), round(y / GRID_WH[1], 4)]
        for x, y in ((x1, y1), (x2, y1), (x2, y2), (x1, y2))
    ]


def _change(path: Path) -> NDArray[np.float32]:
    """How far the brightness of each cell of the grid ever goes from its middle; 0-255."""
    small = []
    with av.open(str(path)) as container:
        for number, picture in enumerate(container.decode(video=0)):
            if number % round(5 * KEY_S) == 0:
                grey = picture.to_ndarray(format="gray")
                small.append(cv2.resize(grey, GRID_WH, interpolation=cv2.INTER_AREA))
    cells = np.asarray(small, np.float32)
    return np.asarray(np.abs(cells - np.median(cells, axis=0)).max(axis=0), np.float32)
