"""The part of the picture that a fence is about, at the size it is looked at."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import cv2
import numpy as np
import shapely
from numpy.typing import NDArray

from detector.frame import Image
from fences.box import Box, Point
from fences.geometry import FencePolygon

Mask = NDArray[np.bool_]
"""Height x width of the view."""

Plane = NDArray[np.float32]
"""Height x width, or height x width x 3 (BGR), of the view."""

LONG_SIDE_PX = 320
"""Of the view: what is 3 % of the fence's length still has some 5 pixels."""

MARGIN = 0.5
"""Of the fence's extent, seen on each side of it: a lorry that fills its lane does not fill the
view, so that it is told from a change of the light."""


def difference(a: Plane, b: Plane) -> Plane:
    """The largest change of the three channels, 0-255; height x width."""
    return _largest(np.asarray(cv2.absdiff(a, b), dtype=np.float32))


def novelty(now: Plane, before: Plane) -> Plane:
    """How far a pixel is from all that ``before`` has right around it, 0-255; height x width.

    An edge that a breath of wind, or the resampling of the picture, has moved by a pixel is
    nothing new.
    """
    near = np.ones((3, 3), np.uint8)
    above = cv2.subtract(now, cv2.dilate(before, near))
    below = cv2.subtract(cv2.erode(before, near), now)
    apart = np.asarray(cv2.max(above, below), dtype=np.float32)
    return np.asarray(np.maximum(_largest(apart), 0.0), dtype=np.float32)


def _largest(each: Plane) -> Plane:
    blue, green, red = cv2.split(each)
    return np.asarray(cv2.max(cv2.max(blue, green), red), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class FenceView:
    """Cut-out of the frame around one fence. Sizes in pixels of the view."""

    crop_xyxy: tuple[int, int, int, int]
    frame_hw: tuple[int, int]
    size_hw: tuple[int, int]
    inside: Mask

    def look(self, image: Image) -> Plane:
        """The fence's pixels: height x width x 3, BGR 0-255, slightly smoothed."""
        x1, y1, x2, y2 = self.crop_xyxy
        height, width = self.size_hw
        small = cv2.resize(image[y1:y2, x1:x2], (width, height), interpolation=cv2.INTER_AREA)
        return cv2.GaussianBlur(small, (3, 3), 0).astype(np.float32)

    def box_of(self, x: int, y: int, width: int, height: int) -> Box:
        """A rectangle of the view in 0-1 of the frame."""
        first, last = self.point_of(x, y), self.point_of(x + width, y + height)
        return Box(first.x, first.y, last.x, last.y)

    def point_of(self, x: float, y: float) -> Point:
        """A place of the view in 0-1 of the frame."""
        x1, y1, x2, y2 = self.crop_xyxy
        height, width = self.size_hw
        return Point(
            (x1 + x * (x2 - x1) / width) / self.frame_hw[1],
            (y1 + y * (y2 - y1) / height) / self.frame_hw[0],
        )

    def rectangle_of(self, box: Box) -> tuple[slice, slice]:
        """Rows and columns of the view that a box of the frame covers."""
        height, width = self.size_hw
        x1, y1, x2, y2 = self.crop_xyxy
        scale_x = width / (x2 - x1)
        scale_y = height / (y2 - y1)
        left = int(np.clip((box.x1 * self.frame_hw[1] - x1) * scale_x, 0, width))
        right = int(np.clip(np.ceil((box.x2 * self.frame_hw[1] - x1) * scale_x), 0, width))
        top = int(np.clip((box.y1 * self.frame_hw[0] - y1) * scale_y, 0, height))
        bottom = int(np.clip(np.ceil((box.y2 * self.frame_hw[0] - y1) * scale_y), 0, height))
        return slice(top, bottom), slice(left, right)


def view_of(polygon: FencePolygon, frame_hw: tuple[int, int]) -> FenceView:
    """The view of a fence in frames of that height and width in pixels."""
    height, width = frame_hw
    bounds = polygon.bounds
    margin_x, margin_y = MARGIN * bounds.width, MARGIN * bounds.height
    x1 = max(0, int((bounds.x1 - margin_x) * width))
    y1 = max(0, int((bounds.y1 - margin_y) * height))
    x2 = min(width, max(x1 + 2, int(np.ceil((bounds.x2 + margin_x) * width))))
    y2 = min(height, max(y1 + 2, int(np.ceil((bounds.y2 + margin_y) * height))))
    x1, y1 = min(x1, x2 - 2), min(y1, y2 - 2)
    scale = min(1.0, LONG_SIDE_PX / max(x2 - x1, y2 - y1))
    size_hw = (max(2, round((y2 - y1) * scale)), max(2, round((x2 - x1) * scale)))
    view = FenceView((x1, y1, x2, y2), frame_hw, size_hw, np.zeros(size_hw, np.bool_))
    return replace(view, inside=_inside(polygon, view))


def frame_px(polygon: FencePolygon) -> int:
    """Long side of the smallest frame, of any shape from 9:16 to 16:9, that fills the view."""
    bounds = polygon.bounds
    wide = min(1.0, bounds.x2 + MARGIN * bounds.width) - max(0.0, bounds.x1 - MARGIN * bounds.width)
    high = min(1.0, bounds.y2 + MARGIN * bounds.height) - max(
        0.0, bounds.y1 - MARGIN * bounds.height
    )
    lying, standing = max(wide, high * 9 / 16), max(high, wide * 9 / 16)
    return math.ceil(LONG_SIDE_PX / max(min(lying, standing), 0.01))


def _inside(polygon: FencePolygon, view: FenceView) -> Mask:
    """The pixels whose middle the fence covers, so that what stands on them is in the fence."""
    height, width = view.size_hw
    xs = [view.point_of(column + 0.5, 0).x for column in range(width)]
    ys = [view.point_of(0, row + 0.5).y for row in range(height)]
    return np.asarray(shapely.intersects_xy(polygon.shape, *np.meshgrid(xs, ys)), dtype=np.bool_)
