"""A camera that was turned is known by what it shows, whatever the light and whoever passes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from detector.frame import Image
from detector.framing import SETTLED_NS, Framing, decode_reference, encode_reference
from fences.box import Box
from fences.clock import SECOND_NS
from tests.obstruction_kit import Place

Change = Callable[[Image], Image]


def street() -> Place:
    """Houses, lanes, a crossing: edges of all sizes, as a street has them."""
    place = Place(size_hw=(270, 480), noise=4.0)
    chance = np.random.default_rng(3)
    for _ in range(60):
        x, y, width, height = chance.uniform(0, (0.9, 0.9, 0.25, 0.25))
        place.ground[place.pixels(Box(x, y, x + width, y + height))] = chance.integers(30, 220, 3)
    return place


def turned(share: float) -> Change:
    """The same street by a camera that was turned to the right by a share of the width."""
    return lambda image: np.roll(image, -round(share * image.shape[1]), axis=1)


def grey(image: Image) -> Image:
    return np.repeat(image.mean(axis=2, keepdims=True), 3, axis=2).astype(np.uint8)


class Looking:
    """Looks at the street twice a second through a camera that something happens to."""

    def __init__(self, framing: Framing | None = None) -> None:
        self.place = street()
        self.framing = framing or Framing()
        self.now_ns = 0

    def during(self, seconds: float, change: Change = lambda image: image) -> list[bool]:
        astray = []
        for _ in range(round(2 * seconds)):
            image = change(self.place.draw(self.now_ns / SECOND_NS))
            astray.append(self.framing.observe(image, self.now_ns))
            self.now_ns += SECOND_NS // 2
        return astray


@pytest.mark.parametrize("share", [0.03, 0.08, -0.15])
def test_a_turned_camera_looks_elsewhere_at_once_and_has_moved_when_it_stays(share: float) -> None:
    looking = Looking()
    looking.during(8)
    assert all(looking.during(5, turned(share))[2:])
    assert not looking.framing.moved
    looking.during(SETTLED_NS / SECOND_NS, turned(share))
    assert looking.framing.moved
    assert not any(looking.during(3)[2:])
    assert not looking.framing.moved, "it was turned back"


@pytest.mark.parametrize(
    "change",
    [
        lambda image: (image * 0.4).astype(np.uint8),
        lambda image: np.clip(image * 1.8, 0, 255).astype(np.uint8),
        grey,
        lambda image: 255 - image,
        turned(0.005),
    ],
    ids=["dimmer", "brighter", "infrared", "negative", "a breath of wind"],
)
def test_light_is_no_move(change: Change) -> None:
    looking = Looking()
    looking.during(8)
    assert not any(looking.during(30, change))


@pytest.mark.parametrize(
    "change", [np.zeros_like, lambda image: np.full_like(image, 90)], ids=["black", "covered"]
)
def test_a_picture_that_shows_nothing_changes_nothing(change: Change) -> None:
    looking = Looking()
    looking.during(8)
    assert not any(looking.during(30, change))
    looking.during(12, turned(0.1))
    assert looking.framing.moved
    assert all(looking.during(30, change)), "nothing says that it was turned back"


def test_a_lorry_that_fills_half_the_picture_is_no_move() -> None:
    looking = Looking()
    looking.during(8)

    def lorry(image: Image) -> Image:
        image[60:250, 150:400] = (200, 190, 30)
        return image

    assert not any(looking.during(60, lorry))


def test_a_place_without_edges_of_its_own_has_no_view() -> None:
    """Noise resembles anything a little: a bare wall must not be suspended for it."""
    looking = Looking()
    looking.place.ground[:] = 150
    looking.during(20)
    looking.place.ground[looking.place.pixels(Box(0.1, 0.5, 0.4, 0.8))] = 60
    assert not any(looking.during(30))


def test_a_mount_that_sinks_slowly_is_noticed() -> None:
    looking = Looking()
    looking.during(8)
    for step in range(80):
        looking.during(5, turned(0.0005 * step))
    assert looking.framing.moved


def test_a_move_while_nobody_watched_is_known_after_a_restart() -> None:
    before = Looking()
    before.during(8)
    assert before.framing.view is not None
    kept = decode_reference(encode_reference(before.framing.view))
    after = Looking(Framing(kept))
    assert all(after.during(12, turned(0.05)))
    assert after.framing.moved


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"something else",
        encode_reference(np.zeros((4, 4), np.float32)),
        encode_reference(np.full((90, 160), np.inf, np.float32)),
        encode_reference(np.zeros((90, 160), np.float32))[:-7],
    ],
)
def test_what_is_no_view_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="got a view"):
        decode_reference(data)
