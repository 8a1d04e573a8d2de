"""Pictures for phones: read from the evidence folder, and no bigger than allowed."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

_log = logging.getLogger(__name__)
_SIDES_PX = (1920, 1280, 960, 640, 480)
_QUALITY = 80


@dataclass(frozen=True, slots=True)
class Pictures:
    """Those of one evidence folder, each in ``limit_bytes`` at most; 0: none at all."""

    folder: Path
    limit_bytes: int

    def load(self, relative: str | None) -> bytes | None:
        """A JPEG as it is if it is small enough, else a smaller copy.

        None where there is none that can be read: a letter goes without it rather than not.
        """
        if relative is None or not self.limit_bytes:
            return None
        try:
            written = (self.folder / relative).read_bytes()
        except OSError as error:
            _log.warning("no picture for a push: %s", error)
            return None
        return written if len(written) <= self.limit_bytes else self._smaller(written)

    def _smaller(self, written: bytes) -> bytes | None:
        image = cv2.imdecode(np.frombuffer(written, np.uint8), cv2.IMREAD_COLOR)
        if image is None:
            _log.warning("no picture for a push: it is no picture that can be read")
            return None
        height, width = image.shape[:2]
        for side in _SIDES_PX:
            scale = min(1.0, side / max(height, width))
            size = (max(1, round(width * scale)), max(1, round(height * scale)))
            small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
            done, jpeg = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
            if done and jpeg.size <= self.limit_bytes:
                return bytes(jpeg)
        return None
