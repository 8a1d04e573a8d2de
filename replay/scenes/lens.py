"""From the light that arrives to the picture that a camera sends: lens, sensor, burned-in text."""

from __future__ import annotations

from datetime import datetime, timedelta
from math import exp

import cv2
import numpy as np

from replay.scenes.arrays import Image
from replay.scenes.spec import Conditions, SceneSpec

_NOISE_MARGIN_PX = 64
_ADAPTS_IN_S = 1.2
_LASTING_SHARE = 0.3
"""What the camera does not regulate away of a step in brightness."""


def exposure_gain(conditions: Conditions, at_s: float) -> float:
    """How bright the picture is at a moment, 1 for normal: each step jumps, then settles."""
    gain = 1.0
    for step in conditions.exposure_steps:
        if at_s >= step.at_s:
            settled = exp(-(at_s - step.at_s) / _ADAPTS_IN_S)
            gain *= step.gain ** (_LASTING_SHARE + (1 - _LASTING_SHARE) * settled)
    return gain


def shake_px(spec: SceneSpec, index: int) -> tuple[float, float]:
    """How far the picture is shifted in this frame, right and down: wind on the pole."""
    amount = spec.conditions.shake_px
    if not amount:
        return 0.0, 0.0
    at_s = index / spec.fps
    jitter = np.random.default_rng([spec.seed, 91, index]).normal(0, 0.25, 2)
    across = np.sin(7.1 * at_s) * 0.6 + np.sin(17.3 * at_s + 1) * 0.4 + jitter[0]
    down = np.sin(9.7 * at_s + 2) * 0.5 + np.sin(23.1 * at_s) * 0.3 + jitter[1]
    return float(amount * across), float(amount * down)


class Lens:
    """The optics and the sensor of one camera."""

    def __init__(self, spec: SceneSpec) -> None:
        self._spec = spec
        self._vignette = _vignette(spec.width_px, spec.height_px)
        rng = np.random.default_rng([spec.seed, 92])
        shape = (spec.height_px + _NOISE_MARGIN_PX, spec.width_px + _NOISE_MARGIN_PX, 3)
        grains = rng.standard_normal(shape, dtype=np.float32) * spec.conditions.noise
        if spec.conditions.infrared:
            grains[:, :, 1:] = grains[:, :, :1]
        self._noise: Image = np.rint(grains).astype(np.int16)
        self._caption = Caption(spec)

    def take(self, frame: Image, index: int) -> Image:
        """The picture of this frame; ``frame`` (H, W, 3) is used up."""
        spec = self._spec
        right, down = shake_px(spec, index)
        if right or down:
            shift = np.array([[1, 0, right], [0, 1, down]], np.float64)
            frame = cv2.warpAffine(
                frame, shift, (spec.width_px, spec.height_px), borderMode=cv2.BORDER_REPLICATE
            )
        frame = cv2.GaussianBlur(frame, (3, 3), 0.55)
        gain = exposure_gain(spec.conditions, index / spec.fps)
        frame = cv2.multiply(frame, self._vignette, scale=gain / 255)
        if spec.conditions.infrared:
            frame = cv2.cvtColor(cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
        frame = self._with_noise(frame, index)
        self._caption.burn(frame, index)
        return frame

    def _with_noise(self, frame: Image, index: int) -> Image:
        rng = np.random.default_rng([self._spec.seed, 93, index])
        top, left = rng.integers(0, _NOISE_MARGIN_PX, 2)
        height, width = frame.shape[:2]
        part = self._noise[top : top + height, left : left + width]
        return cv2.add(frame, part, dtype=cv2.CV_8U)


def _vignette(width_px: int, height_px: int) -> Image:
    columns = np.linspace(-1, 1, width_px)[None, :]
    rows = np.linspace(-1, 1, height_px)[:, None]
    share = 255 * (1 - 0.14 * (columns**2 + rows**2) ** 1.3 / 2)
    return cv2.cvtColor(share.astype(np.uint8), cv2.COLOR_GRAY2BGR)


class Caption:
    """The clock and the camera's name, as recorders burn them in."""

    def __init__(self, spec: SceneSpec) -> None:
        self._spec = spec
        self._size_px = max(spec.height_px // 26, 10)
        self._text = ""
        self._ink: Image | None = None
        margin = self._size_px // 2
        self._clock_at = (margin, margin)
        self._name = self._written(spec.camera_name) if spec.clock_start else None

    def burn(self, frame: Image, index: int) -> None:
        """Write both into the frame, in place."""
        if self._name is None:
            return
        start = datetime.fromisoformat(self._spec.clock_start)
        text = f"{start + timedelta(seconds=index // self._spec.fps):%Y-%m-%d %H:%M:%S}"
        if text != self._text or self._ink is None:
            self._text, self._ink = text, self._written(text)
        _lay(frame, self._ink, *self._clock_at)
        height, width = frame.shape[:2]
        margin = self._size_px // 2
        _lay(
            frame,
            self._name,
            width - self._name.shape[1] - margin,
            height - self._name.shape[0] - margin,
        )

    def _written(self, text: str) -> Image:
        """White letters with a dark rim: (H, W, 2) of brightness and cover."""
        size = self._size_px
        card: Image = np.zeros((round(size * 1.5), size * (len(text) + 2), 3), np.uint8)
        (end_px, _), _ = cv2.putText(
            card, text, (3, round(size * 1.1)), (255, 255, 255), cv2.FontFace("uni"), size, 500
        )
        letters = card[:, : end_px + 6, 0]
        rim = cv2.dilate(letters, np.ones((3, 3), np.uint8))
        return np.dstack([letters, rim])


def _lay(frame: Image, written: Image, left: int, top: int) -> None:
    height, width = written.shape[:2]
    part = frame[top : top + height, left : left + width]
    written = written[: part.shape[0], : part.shape[1]]
    cover = written[:, :, 1:].astype(np.uint16)
    mixed = (part * (255 - cover) + written[:, :, :1].astype(np.uint16) * cover) // 255
    part[:] = mixed.astype(np.uint8)
