"""Real clips and rendered streets in every weather: no camera is called unwell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from detector.frame import Frame, Image
from detector.health.health import Health
from detector.health.trouble import Trouble
from detector.sources.recording import RecordingSource
from fences.clock import SECOND_NS
from replay.scenes import CONDITIONS, make_scene
from replay.scenes.render import Studio
from tests.health_kit import bagged, blurred, capped

RATES_PER_S = (5.0, 1.0, 0.125)
CLIPS = ("aboda_video4.avi", "bgs_video03.avi", "intel_car-detection.mp4")
_PICTURES = 4


def told(looks: Iterable[tuple[int, Image]]) -> dict[float, list[tuple[int, Trouble | None]]]:
    """Looks at which something seemed the matter, and what was told, for each look rate."""
    healths = {rate: Health(live=True) for rate in RATES_PER_S}
    due = dict.fromkeys(RATES_PER_S, 0)
    found: dict[float, list[tuple[int, Trouble | None]]] = {rate: [] for rate in RATES_PER_S}
    for media_ns, image in looks:
        for rate, health in healths.items():
            if media_ns >= due[rate]:
                due[rate] = media_ns + round(SECOND_NS / rate)
                if health.observe(image, media_ns):
                    found[rate].append((media_ns, health.trouble))
    return found


def _frames(clip: Path) -> Iterator[tuple[int, Image]]:
    due_ns = 0
    for item in RecordingSource(clip):
        if isinstance(item, Frame) and item.media_ns >= due_ns:
            due_ns = item.media_ns + SECOND_NS // 5
            yield item.media_ns, item.image()


@pytest.mark.parametrize("name", CLIPS)
def test_a_real_street_is_well(name: str, shared_dir: Path) -> None:
    assert told(_frames(shared_dir / "footage" / name)) == {rate: [] for rate in RATES_PER_S}


@cache
def _rendered(condition: str) -> tuple[Image, ...]:
    """Some pictures of the street of one seed, whatever the weather."""
    spec = make_scene(condition, 40, positive=False, width_px=320, height_px=180)
    studio = Studio(replace(spec, clock_start=""))
    return tuple(studio.frame(25 * number).image for number in range(_PICTURES))


def test_a_street_is_well_in_every_weather_and_from_one_to_the_next() -> None:
    """Twenty seconds of each, as if dusk, rain and fog came at once."""
    looks = (
        ((number * 100 + look) * SECOND_NS // 5, _rendered(condition)[look % _PICTURES])
        for number, condition in enumerate(CONDITIONS)
        for look in range(100)
    )
    assert told(looks) == {rate: [] for rate in RATES_PER_S}


@pytest.mark.parametrize(
    ("change", "trouble"),
    [(bagged, Trouble.COVERED), (capped, Trouble.BLACK), (blurred, Trouble.BLURRED)],
)
@pytest.mark.parametrize("condition", ["night", "fog", "crowd"])
def test_trouble_is_told_in_any_weather(condition: str, change: object, trouble: Trouble) -> None:
    assert callable(change)
    health = Health()
    for second in range(150):
        image = _rendered(condition)[second % _PICTURES]
        health.observe(image if second < 60 else change(image), second * SECOND_NS)
    assert health.trouble is trouble
