"""What the cameras see: a file of observations for each, drawn at random from the seed.

A camera looks only while something goes on. Something comes, stands, and is gone; or it
passes by (no case), comes back soon after (the same case again), is joined by another (an update),
or stands there still when everything is over.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from chaos.clock import START_WALL_NS
from fences.box import Box
from fences.clock import SECOND_NS
from fences.observation import Detection, Label, Observation
from fences.record import encode_input

LOOK_S = 15
"""Between two looks; a look is a batch for the store, with the states of all fences."""

DWELL_S, CLEAR_AFTER_S = 30, 30
"""Of every rule: how long something must stand, and be gone."""

APART_S, APART_AT_MOST_S = 2400, 5400
"""Between two beginnings at one camera, on average: closer together where there is little time."""

_BEGINNINGS = 10

_PASSES, _RETURNS, _JOINED, _LONG = 0.1, 0.15, 0.3, 0.12
_STAYS = 0.25
"""Share of cameras at which something stands when everything is over."""

_TAIL = 4
"""Looks that are kept back until the faults are over."""


@dataclass(frozen=True, slots=True)
class Load:
    """``cameras`` files in ``folder``, ``length_s`` of media time each, from ``seed``."""

    folder: Path
    cameras: int
    length_s: int
    seed: int

    @property
    def apart_s(self) -> int:
        return min(APART_AT_MOST_S, max(APART_S, self.length_s // _BEGINNINGS))

    def write(self) -> None:
        """Draw everything and write it down."""
        self.folder.mkdir(parents=True)
        for camera in range(self.cameras):
            rng = np.random.default_rng([self.seed, camera])
            lines = "".join(f"{encode_input(look)}\n" for look in self._looks(rng))
            path_of(self.folder, name_of(camera)).write_text(lines, "utf-8")

    def _looks(self, rng: np.random.Generator) -> Iterator[Observation]:
        at_s = int(rng.integers(LOOK_S, self.apart_s // 2))
        while True:
            counts = _episode(rng)
            lasts_s = len(counts) * LOOK_S
            if at_s + lasts_s > self.length_s - 600:
                break
            for number, count in enumerate(counts):
                yield _look(at_s + number * LOOK_S, count)
            at_s += max(lasts_s + 600, round(self.apart_s * rng.uniform(0.8, 1.2)))
        stays = int(rng.random() < _STAYS)
        for number in range(-_TAIL, _TAIL):
            yield _look(self.length_s + number * LOOK_S, stays if number > -_TAIL else 0)


def _episode(rng: np.random.Generator) -> list[int]:
    """How many things each look sees, from the first empty one to the last."""
    if rng.random() < _PASSES:
        return [0, 1, 0, 0, 0, 0]
    stands = int(rng.integers(8, 24) if rng.random() > _LONG else rng.integers(60, 110))
    joined = int(rng.integers(4, stands)) if rng.random() < _JOINED else stands
    counts = [0, *[1] * joined, *[2] * (stands - joined), 0, 0, 0, 0]
    if rng.random() < _RETURNS:
        counts += [*[0] * int(rng.integers(0, 4)), *[1] * int(rng.integers(8, 20)), 0, 0, 0, 0]
    return counts


def _look(at_s: int, count: int) -> Observation:
    seen = tuple(
        Detection(Label.VEHICLE, 0.9, Box(0.1 + 0.45 * number, 0.3, 0.4 + 0.45 * number, 0.8))
        for number in range(count)
    )
    return Observation(at_s * SECOND_NS, START_WALL_NS + at_s * SECOND_NS, seen, True)


def name_of(camera: int) -> str:
    """The id of a camera."""
    return f"c{camera:03}"


def path_of(folder: Path, camera_id: str) -> Path:
    """The observations of a camera, a line of JSON each."""
    return folder / f"{camera_id}.jsonl"
