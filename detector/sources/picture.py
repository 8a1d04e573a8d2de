"""Decoded pictures that become BGR arrays only when somebody looks at them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial

import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import Interpolation, VideoReformatter

from detector.frame import Frame, Image


class PictureConverter:
    """Turns decoded pictures of one stream into BGR, upright; keeps the scaler between them.

    One converter per stream: setting a scaler up costs many times what one picture costs,
    and more than one thread inside it makes a picture slower, not faster.
    """

    def __init__(self) -> None:
        self._reformatter = VideoReformatter()
        self._shrinking = VideoReformatter()  # a scaler each: one would be set up anew each time
        self._lock = threading.Lock()

    def frame(self, media_ns: int, wall_ns: int, picture: VideoFrame) -> Frame:
        """The picture as a frame, whole or straight to the size that is needed."""
        return Frame(media_ns, wall_ns, self.lazy(picture), partial(self.shrink, picture))

    def lazy(self, picture: VideoFrame) -> Callable[[], Image]:
        """A function that converts ``picture`` once and gives the same array ever after."""
        return _LazyImage(self, picture)

    def convert(self, picture: VideoFrame) -> Image:
        """Height x width x 3, BGR, turned as the stream's rotation tag says, read-only."""
        with self._lock:
            bgr = self._reformatter.reformat(picture, format="bgr24", threads=1)
        return _upright(bgr, picture.rotation)

    def shrink(self, picture: VideoFrame, long_side_px: int) -> Image:
        """The same with its long side of at most so many pixels, each the mean of its area."""
        scale = long_side_px / max(picture.width, picture.height)
        if scale >= 1.0:
            return self.convert(picture)
        with self._lock:
            bgr = self._shrinking.reformat(
                picture,
                width=max(2, round(picture.width * scale)),
                height=max(2, round(picture.height * scale)),
                format="bgr24",
                interpolation=Interpolation.AREA,
                threads=1,
            )
        return _upright(bgr, picture.rotation)


def _upright(bgr: VideoFrame, rotation: int) -> Image:
    image = bgr.to_ndarray().astype(np.uint8, copy=False)
    quarter_turns = round(rotation / 90) % 4
    if quarter_turns:
        image = np.ascontiguousarray(np.rot90(image, quarter_turns))
    image.flags.writeable = False
    return image


class _LazyImage:
    """Holds the decoded picture until it is wanted, and the array from then on."""

    __slots__ = ("_converter", "_image", "_lock", "_picture")

    def __init__(self, converter: PictureConverter, picture: VideoFrame) -> None:
        self._converter = converter
        self._picture: VideoFrame | None = picture
        self._image: Image | None = None
        self._lock = threading.Lock()

    def __call__(self) -> Image:
        with self._lock:
            if self._image is None:
                assert self._picture is not None
                self._image = self._converter.convert(self._picture)
                self._picture = None
            return self._image
