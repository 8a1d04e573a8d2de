"""Faces and plates: where they are looked for, and that nothing is left of them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector.cards import Channels, Layout, ModelCard, Placement
from detector.frame import Image
from detector.veil import veil_all, veil_zones, zone, zones
from fences.box import Box
from fences.observation import Detection

CARD = ModelCard(
    name="fake",
    file="fake.onnx",
    layout=Layout.YOLOV8,
    input_hw=(64, 64),
    channels=Channels.RGB,
    pixel_scale=1.0,
    placement=Placement.CENTRE,
    pad_value=114,
    classes=("person", "vehicle"),
    labels=("person", "vehicle"),
    min_score=0.1,
    iou=0.5,
    licence="none",
    origin="here",
)


@dataclass(frozen=True)
class FakeEngine:
    card: ModelCard
    found: tuple[Detection, ...] = ()
    runs_on: str = "paper"

    def infer(self, image: Image, within: Box | None = None) -> tuple[Detection, ...]:
        assert (image.ndim, within) == (3, None), "all of the picture is looked at"
        return self.found

    def close(self) -> None: ...


def noise(height: int, width: int) -> Image:
    return np.random.default_rng(1).integers(0, 256, (height, width, 3), np.uint8)


def test_the_head_of_who_stands_is_covered_and_all_of_who_is_seen_to_the_chest() -> None:
    stands = zone("person", Box(0.4, 0.2, 0.5, 0.8), 16 / 9)
    assert stands is not None
    assert (stands.y1 < 0.2, 0.38 < stands.y2 < 0.42) == (True, True)
    assert (stands.x1 < 0.4, stands.x2 > 0.5) == (True, True)
    chest = zone("person", Box(0.4, 0.2, 0.6, 0.5), 16 / 9)
    assert chest is not None
    assert chest.y2 == 0.5


def test_a_plate_is_looked_for_in_the_lower_part_of_vehicles_and_all_over_two_wheelers() -> None:
    vehicle = zone("vehicle", Box(0.1, 0.2, 0.5, 0.6), 1.0)
    bike = zone("two_wheeler", Box(0.1, 0.2, 0.5, 0.6), 1.0)
    assert vehicle is not None
    assert bike is not None
    assert (round(vehicle.y1, 2), vehicle.y2 > 0.6) == (0.34, True)
    assert (bike.y1 < 0.2, bike.y2 > 0.6) == (True, True)
    assert zone("stall", Box(0.1, 0.2, 0.5, 0.6), 1.0) is None


@pytest.mark.parametrize("labels", [("person",), ("vehicle", None), ()])
def test_without_detectors_of_both_people_and_vehicles_nothing_can_be_told(
    labels: tuple[str | None, ...],
) -> None:
    engine = FakeEngine(replace(CARD, labels=labels))
    assert zones(noise(20, 20), (engine,)) is None
    assert zones(noise(20, 20), ()) is None
    assert zones(noise(20, 20), (engine, FakeEngine(CARD))) == ()


def values(part: Image) -> int:
    return len(np.unique(part.reshape(-1, 3), axis=0))


@given(
    st.floats(-0.3, 1.1),
    st.floats(-0.3, 1.1),
    st.floats(0.01, 1.0),
    st.floats(0.01, 1.0),
)
def test_of_a_covered_zone_at_most_sixteen_values_are_left_and_all_else_stays(
    x: float, y: float, width: float, height: float
) -> None:
    image = noise(90, 120)
    veiled = veil_zones(image, [Box(x, y, x + width, y + height)])
    xs = [round(min(max(v, 0.0), 1.0) * 120) for v in (x, x + width)]
    ys = [round(min(max(v, 0.0), 1.0) * 90) for v in (y, y + height)]
    part = (slice(*ys), slice(*xs))
    outside = np.ones((90, 120), bool)
    outside[part] = False
    assert np.array_equal(veiled[outside], image[outside])
    if veiled[part].size:
        assert values(veiled[part]) <= 16
    assert np.array_equal(image, noise(90, 120)), "the picture itself is left alone"


def test_a_picture_that_is_covered_whole_keeps_a_few_dozen_values() -> None:
    image = noise(480, 640)
    veiled = veil_all(image)
    assert veiled.shape == image.shape
    assert values(veiled) <= 8 * 6
