"""What of a case's pictures is veiled for those who must not know faces and number plates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import cv2
import numpy as np

from alerts.peak import RAW
from alerts.picture import Image, draw_outline
from fences.box import Box

_QUALITY = 90

Polygon = tuple[tuple[float, float], ...]


class Veil(Protocol):
    """Finds faces and plates, and covers them. Pictures are height x width x 3 BGR uint8."""

    def find(self, image: Image) -> tuple[Box, ...] | None:
        """Where they can be, in 0-1 of the picture; None: that cannot be told of this picture."""
        ...

    def cover(self, image: Image, boxes: tuple[Box, ...]) -> Image: ...

    def cover_all(self, image: Image) -> Image: ...


def raw_of(path: str) -> str:
    """The untouched picture that goes with an annotated one."""
    return f"{path.removesuffix('.jpg')}{RAW}"


def veiled(pictures: Mapping[str, Image], polygon: Polygon, veil: Veil) -> dict[str, Image]:
    """Pictures by path, an annotated one together with its untouched one.

    What is found in one of the two is covered in both: who has both must not see more.
    """
    done: dict[str, Image] = {}
    for path, shown in pictures.items():
        raw = pictures.get(raw_of(path))
        rows = None if raw is None else _scene_rows(shown, raw)
        if raw is None or rows is None:
            continue
        scene, strip = shown[:rows], shown[rows:]
        found = _found((raw, scene), veil)
        covered = (_covered(one, found, polygon, veil) for one in (scene, raw))
        done[path], done[raw_of(path)] = np.vstack([next(covered), strip]), next(covered)
    for path, shown in pictures.items():
        if path not in done:
            done[path] = _covered(shown, _found((shown,), veil), polygon, veil)
    return done


def decoded(data: bytes) -> Image | None:
    """The pixels of a JPEG; None of what is no picture."""
    try:
        image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR) if data else None
    except cv2.error:
        return None
    return None if image is None else np.asarray(image, np.uint8)


def encoded(image: Image) -> bytes:
    """A JPEG of nothing but these pixels."""
    return bytes(cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])[1])


def _found(images: tuple[Image, ...], veil: Veil) -> tuple[Box, ...] | None:
    boxes: list[Box] = []
    for image in images:
        found = veil.find(image)
        if found is None:
            return None
        boxes += found
    return tuple(boxes)


def _covered(image: Image, found: tuple[Box, ...] | None, polygon: Polygon, veil: Veil) -> Image:
    if found is None:
        return draw_outline(veil.cover_all(image), polygon)
    return veil.cover(image, found)


def _scene_rows(shown: Image, raw: Image) -> int | None:
    """How much of an annotated picture is the scene: the untouched one, enlarged; else None."""
    factor, rest = divmod(shown.shape[1], raw.shape[1])
    rows = factor * raw.shape[0]
    return rows if factor and not rest and rows <= shown.shape[0] else None
