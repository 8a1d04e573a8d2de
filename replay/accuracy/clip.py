"""What is watched: a clip with its fences and its truth, and where its pictures come from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import cv2
import numpy as np

from detector.frame import Frame, FrameSource, Image
from detector.sources.recording import RecordingSource
from fences.fence import Fence
from fences.observation import Gap
from replay.scenes.render import Studio
from replay.scenes.spec import SceneSpec
from replay.truth import TruthEvent

JPEG_QUALITY = 70
"""0-100; stands for the losses of a camera's encoder, without the cost of a video."""

REAL = "real"
"""The condition of clips that a camera has taken."""


@dataclass(frozen=True, slots=True)
class Clip:
    """A clip with its truth: without ``events``, every case on it is a false one.

    ``media``: the scene to render, or the file to play. ``condition``: one of the scenes', or
    :data:`REAL`. ``every_ns``: media time between two looks.
    """

    name: str
    condition: str
    fences: tuple[Fence, ...]
    events: tuple[TruthEvent, ...]
    media: SceneSpec | Path
    every_ns: int

    @property
    def seed(self) -> int | None:
        return self.media.seed if isinstance(self.media, SceneSpec) else None


def source_of(clip: Clip) -> FrameSource:
    """The clip's pictures with their times."""
    if isinstance(clip.media, SceneSpec):
        return SceneSource(clip.media)
    return RecordingSource(clip.media, threads=1)


class SceneSource:
    """A scene as a camera: frames are rendered when they are asked for."""

    def __init__(self, spec: SceneSpec) -> None:
        self._spec = spec
        self._closed = False

    def __iter__(self) -> Iterator[Frame | Gap]:
        studio = Studio(self._spec)
        for index in range(self._spec.frame_count):
            if self._closed:
                return
            media_ns = self._spec.media_ns(index)
            yield Frame(media_ns, media_ns, partial(_picture, studio, index))

    def close(self) -> None:
        self._closed = True


def _picture(studio: Studio, index: int) -> Image:
    return through_encoder(studio.frame(index).image)


def through_encoder(image: Image) -> Image:
    """The picture with the losses of a JPEG."""
    done, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    if not done:
        raise ValueError(f"got a picture of shape {image.shape} that JPEG cannot hold")
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)
