"""A street as a camera shows it, and what may happen to the camera."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from detector.frame import Image
from detector.health.health import Health
from detector.health.trouble import Trouble
from fences.box import Box
from tests.fences_kit import ns
from tests.obstruction_kit import Place

Change = Callable[[Image], Image]

SIZE_HW = (180, 320)
_VARIANTS = 7


@cache
def views() -> tuple[Image, ...]:
    """The same street with other noise each time: houses, lanes, a crossing, and a clock."""
    place = Place(size_hw=SIZE_HW, noise=3.0)
    chance = np.random.default_rng(3)
    for _ in range(90):
        x, y, width, height = chance.uniform(0, (0.95, 0.95, 0.2, 0.2))
        tint = chance.integers(40, 200) + chance.integers(-15, 16, 3)
        place.ground[place.pixels(Box(x, y, x + width, y + height))] = tint
    return tuple(captioned(place.draw(float(number))) for number in range(_VARIANTS))


def captioned(image: Image) -> Image:
    """With what a camera writes over any picture, covered or not."""
    written = image.copy()
    cv2.putText(written, "2026-05-12 09:30", (4, 12), 0, 0.4, (255, 255, 255), 1)
    return written


def well(image: Image) -> Image:
    return image


def noisy(image: NDArray[Any], deviation: float = 2.0) -> Image:
    """Other noise for other pictures."""
    chance = np.random.default_rng(int(image.sum()) % 1000)
    return _grey_levels(image + chance.normal(0.0, deviation, image.shape))


def _grey_levels(values: NDArray[Any]) -> Image:
    return np.asarray(np.clip(values, 0, 255), np.uint8)


def capped(image: Image) -> Image:
    """A cap on the lens: the noise of the sensor, and the captions."""
    return captioned(noisy(np.full_like(image, 3), 5.0) | image // 200)


def bagged(image: Image, light: float = 1.0) -> Image:
    """A bag over the lens: folds, out of focus."""
    chance = np.random.default_rng(11)
    folds = cv2.resize(chance.uniform(60, 130, (4, 7, 3)), SIZE_HW[::-1]) * light
    return captioned(noisy(folds + image.astype(np.float64) * 0.02))


def blurred(image: Image, share: float = 0.006) -> Image:
    """Out of focus by a share of the width."""
    soft = cv2.GaussianBlur(image, (0, 0), share * image.shape[1])
    return captioned(noisy(np.asarray(soft)))


def pink(image: Image) -> Image:
    return _grey_levels(image * np.array([1.1, 0.6, 1.3]))


def green(image: Image) -> Image:
    return _grey_levels(image * np.array([0.4, 1.2, 0.4]))


def sodium(image: Image) -> Image:
    """One colour, as under the lamps of old."""
    grey = image.mean(axis=2, keepdims=True)
    return _grey_levels(grey * np.array([0.25, 0.75, 1.3]))


def infrared(image: Image) -> Image:
    return np.repeat(image.mean(axis=2, keepdims=True), 3, axis=2).astype(np.uint8)


def foggy(image: Image) -> Image:
    return (image * 0.25 + 140).astype(np.uint8)


def dark(image: Image) -> Image:
    return noisy((image * 0.3).astype(np.uint8), 3.0)


def turned(image: Image) -> Image:
    return np.roll(image, 60, axis=1)


@cache
def _changed(change: Change, variant: int) -> Image:
    return change(views()[variant])


@dataclass
class Looked:
    """A camera that is looked at every ``every_s``; ``told`` and ``blind`` as they change."""

    every_s: float = 1.0
    live: bool = True
    now_s: float = 0.0
    told: list[tuple[float, Trouble | None]] = field(default_factory=list)
    blind_s: list[float] = field(default_factory=list)
    health: Health = field(init=False)
    _looks: int = 0

    def __post_init__(self) -> None:
        self.health = Health(live=self.live)

    def during(self, seconds: float, change: Change = well) -> Looked:
        """Look for that long at what the camera shows."""
        end_s = self.now_s + seconds
        while self.now_s < end_s - 1e-9:
            self.see(_changed(change, self._looks % _VARIANTS))
        return self

    def see(self, image: Image) -> None:
        before = self.health.trouble
        if self.health.observe(image, ns(self.now_s)):
            self.blind_s.append(self.now_s)
        if self.health.trouble is not before:
            self.told.append((self.now_s, self.health.trouble))
        self._looks += 1
        self.now_s = round(self.now_s + self.every_s, 6)

    @property
    def troubles(self) -> list[Trouble]:
        return [trouble for _, trouble in self.told if trouble is not None]
