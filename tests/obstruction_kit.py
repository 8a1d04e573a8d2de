"""A paved place, seen by a camera with noise, and what is put on it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from detector.frame import Image
from detector.obstruction.watcher import ObstructionWatcher
from fences.box import Box
from fences.clock import SECOND_NS
from fences.observation import Detection
from tests.fences_kit import fence, ns

WIDE = ((0.1, 0.1), (0.9, 0.1), (0.9, 0.9), (0.1, 0.9))


@dataclass
class Place:
    """Draws the place; everything repeats, for the seed is the second.

    ``size_hw`` in pixels; ``rough``: texture of the ground, 0-100; ``tints``: the brightness of
    the ground's left and right halves, BGR, in shares of grey.
    """

    size_hw: tuple[int, int] = (240, 320)
    noise: float = 2.0
    rough: float = 17.5
    tints: tuple[tuple[float, float, float], ...] = ((1.0, 1.0, 1.0), (1.0, 1.0, 1.0))
    ground: Image = field(init=False)

    def __post_init__(self) -> None:
        chance = np.random.default_rng(7)
        texture = chance.uniform(-self.rough, self.rough, (60, 80, 1)).repeat(3, axis=2)
        coarse = (122.0 + texture).astype(np.float32)
        self.ground = np.clip(
            cv2.resize(coarse, self.size_hw[::-1], interpolation=cv2.INTER_LINEAR), 0, 255
        ).astype(np.uint8)
        halves = np.array_split(self.ground, 2, axis=1)
        self.ground = np.hstack(
            [half * np.array(tint) for half, tint in zip(halves, self.tints, strict=True)]
        ).astype(np.uint8)

    def draw(
        self,
        second: float,
        *things: Box,
        light: float = 1.0,
        shade: Box | None = None,
        crowd: Box | None = None,
    ) -> Image:
        """``crowd``: an area of people, which never looks the same."""
        chance = np.random.default_rng(round(second * 1000))
        picture: NDArray[Any] = self.ground.astype(np.float32)
        if shade is not None:
            mask = np.zeros(self.size_hw, np.float32)
            mask[self.pixels(shade)] = 1.0
            picture *= 1.0 - 0.4 * cv2.GaussianBlur(mask, (0, 0), 4.0)[..., None]
        for thing in things:
            picture[self.pixels(thing)] = (30.0, 30.0, 70.0)
        if crowd is not None:
            rows, columns = self.pixels(crowd)
            rough = chance.uniform(0, 255, (12, 9, 3)).astype(np.float32)
            size = (columns.stop - columns.start, rows.stop - rows.start)
            picture[rows, columns] = cv2.resize(rough, size, interpolation=cv2.INTER_NEAREST)
        noise = chance.standard_normal(picture.shape, np.float32)
        noise *= np.float32(self.noise)
        noise += picture * np.float32(light)
        return np.clip(noise, 0, 255, out=noise).astype(np.uint8)

    def pixels(self, box: Box) -> tuple[slice, slice]:
        height, width = self.size_hw
        return (
            slice(max(0, round(box.y1 * height)), max(0, round(box.y2 * height))),
            slice(max(0, round(box.x1 * width)), max(0, round(box.x2 * width))),
        )


@dataclass
class Watched:
    """A watcher at a place, and all that it has seen."""

    place: Place = field(default_factory=Place)
    polygon: tuple[tuple[float, float], ...] = WIDE
    fps: float = 5.0
    now: float = 0.0
    found: list[tuple[float, tuple[Detection, ...]]] = field(default_factory=list)
    blind: list[float] = field(default_factory=list)
    watcher: ObstructionWatcher = field(init=False)

    def __post_init__(self) -> None:
        self.watcher = ObstructionWatcher(fence(polygon=self.polygon))

    def see(self, image: Image, people: tuple[Box, ...] = ()) -> tuple[Detection, ...]:
        seen = self.watcher.observe(image, ns(self.now), people)
        if seen is None:
            self.blind.append(self.now)
        elif seen:
            self.found.append((self.now, seen))
        self.now += 1 / self.fps
        return seen or ()

    def during(
        self,
        seconds: float,
        *things: Box,
        people: tuple[Box, ...] = (),
        light: float = 1.0,
        shade: Box | None = None,
    ) -> tuple[Detection, ...]:
        """The same for that long; what was seen at its last look."""
        last: tuple[Detection, ...] = ()
        end = self.now + seconds
        while self.now < end - 1e-6:
            last = self.see(self.place.draw(self.now, *things, light=light, shade=shade), people)
        return last

    def since(self, seen: Detection) -> float:
        assert seen.since_ns is not None
        return seen.since_ns / SECOND_NS
