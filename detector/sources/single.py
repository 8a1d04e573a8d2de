"""Pictures that come one by one, each whole: files, and what cameras send for snapshots."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from detector.frame import Image


class SinglePicture:
    """An image that is there already."""

    __slots__ = ("_image",)

    def __init__(self, image: Image) -> None:
        self._image = image

    def __call__(self) -> Image:
        return self._image

    def shrunk(self, long_side_px: int) -> Image:
        """The image with its long side of at most so many pixels, each the mean of its area."""
        image = self._image
        height, width = image.shape[:2]
        scale = long_side_px / max(height, width)
        if scale >= 1.0:
            return image
        size_wh = max(2, round(width * scale)), max(2, round(height * scale))
        small = cv2.resize(image, size_wh, interpolation=cv2.INTER_AREA)
        return np.asarray(small, dtype=np.uint8)


def read_single(data: NDArray[np.uint8]) -> Image | None:
    """The picture in a file's bytes: height x width x 3, BGR, upright, read-only.

    ``None`` if it cannot be decoded.
    """
    image = cv2.imdecode(data, cv2.IMREAD_COLOR) if data.size else None
    if image is None:
        return None
    upright = image.astype(np.uint8, copy=False)
    upright.flags.writeable = False
    return upright
