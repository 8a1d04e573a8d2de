"""Draws on a picture what it is evidence of. Pure: pixels in, pixels out."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
"""Height × width × 3, BGR."""

_FENCE = (60, 190, 255)  # amber, BGR
_BOX = (50, 50, 235)  # red
_HALO = (255, 255, 255)
_PAPER = (34, 30, 28)
_INK = (245, 245, 245)
_FILL = 0.16  # share of the fence's colour over the scene: seen, and seen through
_MIN_SIDE_PX = 480  # smaller pictures are enlarged, or nobody could read them
_BOLD, _REGULAR = 700, 400
_CHANNELS = 3
_SMALLEST_PX = 10
_TITLE = 1.3  # times the size of the other lines


@dataclass(frozen=True, slots=True)
class Annotation:
    """What to draw: places in 0-1 of the frame, and lines of text, the first one the title.

    ``boxes`` are xyxy. ``ascii_lines`` stand in where the font knows no Chinese.
    """

    polygon: tuple[tuple[float, float], ...]
    boxes: tuple[tuple[float, float, float, float], ...]
    lines: tuple[str, ...]
    ascii_lines: tuple[str, ...]


@cache
def can_draw_chinese() -> bool:
    """Whether this OpenCV has its own Unicode font; otherwise pictures carry ASCII ids."""
    if not hasattr(cv2, "FontFace"):
        return False
    lines = cv2.getBuildInformation().splitlines()
    return any("Built-in Unicode font" in line and "YES" in line for line in lines)


def annotate(image: Image, annotation: Annotation) -> Image:
    """A copy with fence and boxes drawn and the lines in a strip below.

    ``image`` is height × width × 3 BGR uint8, else ``ValueError``. Small pictures come back
    enlarged by a whole factor.
    """
    if image.dtype != np.uint8 or image.shape[2:] != (_CHANNELS,) or image.size == 0:
        raise ValueError(
            f"got {image.dtype} of shape {image.shape}, expected uint8 height x width x 3"
        )
    scene = _enlarged(image)
    _draw_fence(scene, annotation.polygon)
    for box in annotation.boxes:
        _draw_box(scene, box)
    lines = annotation.lines if can_draw_chinese() else annotation.ascii_lines
    strip = _strip(scene.shape[1], _text_px(scene), lines)
    return np.vstack([scene, strip])


def _enlarged(image: Image) -> Image:
    factor = -(-_MIN_SIDE_PX // min(image.shape[:2]))
    if factor <= 1:
        return np.ascontiguousarray(image).copy()
    size = (image.shape[1] * factor, image.shape[0] * factor)
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_CUBIC), np.uint8)


def _text_px(scene: Image) -> int:
    return max(18, round(_side_px(scene) * 0.035))


def _line_px(scene: Image) -> int:
    return max(2, round(_side_px(scene) / 360))


def _side_px(scene: Image) -> int:
    height, width, _ = scene.shape
    return int(min(height, width))


def draw_outline(scene: Image, polygon: tuple[tuple[float, float], ...]) -> Image:
    """A copy with nothing but the edge of the fence drawn."""
    drawn = np.ascontiguousarray(scene).copy()
    if polygon:
        cv2.polylines(drawn, [_pixels(drawn, polygon)], True, _FENCE, _line_px(drawn), cv2.LINE_AA)
    return drawn


def _pixels(scene: Image, polygon: tuple[tuple[float, float], ...]) -> NDArray[np.int32]:
    size = np.array([scene.shape[1] - 1, scene.shape[0] - 1])
    return np.asarray(np.rint(np.array(polygon) * size), np.int32)


def _draw_fence(scene: Image, polygon: tuple[tuple[float, float], ...]) -> None:
    if not polygon:
        return
    points = _pixels(scene, polygon)
    filled = scene.copy()
    cv2.fillPoly(filled, [points], _FENCE)
    cv2.addWeighted(filled, _FILL, scene, 1 - _FILL, 0, scene)
    cv2.polylines(scene, [points], True, _FENCE, _line_px(scene), cv2.LINE_AA)


def _draw_box(scene: Image, box: tuple[float, float, float, float]) -> None:
    height, width = scene.shape[:2]
    x1, x2 = (round(min(max(x, 0.0), 1.0) * (width - 1)) for x in (box[0], box[2]))
    y1, y2 = (round(min(max(y, 0.0), 1.0) * (height - 1)) for y in (box[1], box[3]))
    line = _line_px(scene)
    cv2.rectangle(scene, (x1, y1), (x2, y2), _HALO, line + 2, cv2.LINE_AA)
    cv2.rectangle(scene, (x1, y1), (x2, y2), _BOX, line, cv2.LINE_AA)


def _strip(width: int, text_px: int, lines: tuple[str, ...]) -> Image:
    sizes_px = [round(text_px * (_TITLE if number == 0 else 1)) for number in range(len(lines))]
    steps_px = [round(size_px * 1.5) for size_px in sizes_px]
    strip = np.full((sum(steps_px) + text_px, width, _CHANNELS), _PAPER, np.uint8)
    bottom = text_px // 2
    for line, size_px, step_px in zip(lines, sizes_px, steps_px, strict=True):
        bottom += step_px
        weight = _BOLD if line is lines[0] else _REGULAR
        _write(strip, line, (text_px // 2, bottom - round(size_px * 0.4)), size_px, weight)
    return strip


def _write(strip: Image, text: str, at: tuple[int, int], size_px: int, weight: int) -> None:
    """Write one line, smaller where it would not fit, and cut where it still does not."""
    room = strip.shape[1] - 2 * at[0]
    size_px = min(
        size_px, max(_SMALLEST_PX, size_px * room // max(1, _width(text, size_px, weight)))
    )
    while len(text) > 1 and _width(text, size_px, weight) > room:
        text = text[: len(text) * 9 // 10 - 1] + "…"
    if can_draw_chinese():
        cv2.putText(strip, text, at, _INK, _font(), size_px, weight)
    else:
        thick = 2 if weight == _BOLD else 1
        cv2.putText(
            strip, text, at, cv2.FONT_HERSHEY_SIMPLEX, size_px / 30, _INK, thick, cv2.LINE_AA
        )


def _width(text: str, size_px: int, weight: int) -> int:
    if can_draw_chinese():
        box = cv2.getTextSize((0, 0), text, (0, 0), _font(), size_px, weight)
        return int(box[2])
    (width, _), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, size_px / 30, 2)
    return int(width)


@cache
def _font() -> cv2.FontFace:
    return cv2.FontFace("uni")
