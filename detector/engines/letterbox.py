"""Pictures of any shape into a model's input, and boxes back out of it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from detector.cards import Channels, ModelCard, Placement
from detector.frame import Image


@dataclass(frozen=True, slots=True)
class Letterbox:
    """Where a picture lies in the input, keeping its proportions.

    ::

        top_left      centre
        +-------+     +-------+
        |picture|     |  pad  |
        |-------|     |picture|
        |  pad  |     |  pad  |
        +-------+     +-------+

    All in pixels of the input: its size, the picture's size in it, its upper left corner.
    """

    input_hw: tuple[int, int]
    picture_hw: tuple[int, int]
    left: int
    top: int

    def to_frame(self, xyxy: NDArray[np.float32]) -> NDArray[np.float64]:
        """Boxes [N, 4] in pixels of the input, in 0-1 of the picture; not clipped."""
        height, width = self.picture_hw
        shift = np.array([self.left, self.top, self.left, self.top], dtype=np.float64)
        size = np.array([width, height, width, height], dtype=np.float64)
        return (xyxy.astype(np.float64) - shift) / size

    def to_input(self, xyxy: NDArray[np.float64]) -> NDArray[np.float64]:
        """Boxes [N, 4] in 0-1 of the picture, in pixels of the input."""
        height, width = self.picture_hw
        shift = np.array([self.left, self.top, self.left, self.top], dtype=np.float64)
        size = np.array([width, height, width, height], dtype=np.float64)
        return xyxy * size + shift


def fit(image_hw: tuple[int, int], input_hw: tuple[int, int], placement: Placement) -> Letterbox:
    """The largest place in the input that has the picture's proportions."""
    scale = min(input_hw[0] / image_hw[0], input_hw[1] / image_hw[1])
    height = max(1, min(input_hw[0], round(image_hw[0] * scale)))
    width = max(1, min(input_hw[1], round(image_hw[1] * scale)))
    left = top = 0
    if placement is Placement.CENTRE:
        left, top = (input_hw[1] - width) // 2, (input_hw[0] - height) // 2
    return Letterbox(input_hw, (height, width), left, top)


STRIDE_PX = 32
"""What an input's sides are multiples of: the coarsest grid of all these networks."""


def tight(image_hw: tuple[int, int], card: ModelCard) -> ModelCard:
    """The card with an input from which all the grey is cut that a network does not need.

    Of a square input a 16:9 picture leaves 44 % grey; a network that takes any size need not
    look at that. Only whole strides are cut on each side, so that the picture lies on the
    network's grid as before: half a stride aside, AP50 of rare labels changed by 0.1.
    """
    box = fit(image_hw, card.input_hw, card.placement)
    sides = 2 if card.placement is Placement.CENTRE else 1
    height, width = (
        most - sides * STRIDE_PX * (max(0, most - side - 1) // sides // STRIDE_PX)  # -1: rounding
        for most, side in zip(card.input_hw, box.picture_hw, strict=True)
    )
    return replace(card, input_hw=(height, width))


def place(image: Image, card: ModelCard) -> tuple[Image, Letterbox]:
    """The picture on the padded input: height x width x 3, BGR, 0-255, contiguous.

    Raises ``ValueError`` for an array that is no picture.
    """
    if image.shape[2:] != (3,) or image.dtype != np.uint8 or image.size == 0:
        raise ValueError(
            f"got an array of {image.dtype} {image.shape}, expected uint8 height x width x 3"
        )
    box = fit((image.shape[0], image.shape[1]), card.input_hw, card.placement)
    canvas = np.full((*card.input_hw, 3), card.pad_value, dtype=np.uint8)
    height, width = box.picture_hw
    view = canvas[box.top : box.top + height, box.left : box.left + width]
    cv2.resize(image, (width, height), dst=view, interpolation=cv2.INTER_LINEAR)
    return canvas, box


def to_tensor(canvas: Image, card: ModelCard) -> NDArray[np.float32]:
    """[1, 3, H, W], float32, channels and scale as the card says, contiguous.

    Planes first, then floats: less than half of what OpenCV's ``blobFromImage`` takes.
    """
    planes = cv2.split(canvas)
    if card.channels is Channels.RGB:
        planes = planes[::-1]
    tensor = np.empty((1, 3, *canvas.shape[:2]), dtype=np.float32)
    for plane, to in zip(planes, tensor[0], strict=True):
        np.multiply(plane, np.float32(card.pixel_scale), out=to)
    return tensor
