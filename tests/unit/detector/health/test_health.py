"""What is the matter with a camera is told by its pictures; night, fog and crowds are not."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from detector.frame import Image
from detector.health.trouble import Trouble
from tests.health_kit import (
    Change,
    Looked,
    bagged,
    blurred,
    capped,
    captioned,
    dark,
    foggy,
    green,
    infrared,
    noisy,
    pink,
    sodium,
    turned,
    views,
    well,
)


@pytest.mark.parametrize(
    ("change", "trouble", "after_s", "back_s"),
    [
        (capped, Trouble.BLACK, 10, 2),
        (bagged, Trouble.COVERED, 10, 2),
        (blurred, Trouble.BLURRED, 60, 5),
        (pink, Trouble.CAST, 30, 5),
        (green, Trouble.CAST, 30, 5),
        (partial(bagged, light=0.2), Trouble.BLACK, 10, 2),
    ],
    ids=["cap", "bag", "blur", "pink", "green", "thick-bag"],
)
def test_trouble_is_told_when_it_has_lasted_and_ends_by_itself(
    change: Change, trouble: Trouble, after_s: float, back_s: float
) -> None:
    looked = Looked().during(30).during(90, change).during(20)
    (told_s, told), (ended_s, ended) = looked.told
    assert (told, ended) == (trouble, None)
    assert told_s - 30 == pytest.approx(after_s, abs=1.01)
    assert ended_s - 120 == pytest.approx(back_s, abs=1.01)


@pytest.mark.parametrize("change", [capped, bagged, blurred, pink])
def test_a_picture_of_no_use_makes_blind_at_its_first_look(change: Change) -> None:
    looked = Looked().during(30).during(4, change).during(10)
    assert looked.told == []
    assert looked.blind_s == pytest.approx([30 + look for look in range(4)])


@pytest.mark.parametrize(
    "change",
    [dark, foggy, infrared, sodium, turned, partial(blurred, share=0.001)],
    ids=["dark", "fog", "infrared", "sodium", "turned", "slightly-soft"],
)
def test_light_weather_and_a_turned_camera_are_no_trouble(change: Change) -> None:
    looked = Looked().during(40).during(90, change).during(40)
    assert looked.told == []
    assert looked.blind_s == []


def test_somebody_before_the_lens_for_some_seconds_is_no_trouble() -> None:
    looked = Looked().during(30)
    for _ in range(5):
        looked.during(6, bagged).during(6)
    assert looked.told == []


def test_something_before_half_of_the_picture_is_no_cover() -> None:
    def half(image: Image) -> Image:
        shown = image.copy()
        shown[:, : image.shape[1] // 2] = bagged(image)[:, : image.shape[1] // 2]
        return shown

    assert Looked().during(30).during(60, half).told == []


def test_a_view_that_goes_slowly_is_followed_and_not_missed() -> None:
    """Dense fog comes over ten minutes; in the end nothing is to be seen."""
    looked = Looked(every_s=4.0).during(60)
    for share in np.linspace(1, 0, 150):
        looked.see((views()[0] * share + 150 * (1 - share)).astype(np.uint8))
    looked.during(200, lambda image: np.full_like(image, 150))
    assert Trouble.COVERED not in looked.troubles


def bare(image: Image) -> Image:
    """A wall, and its noise."""
    return captioned(noisy(np.full_like(image, 140) + image // 200))


@pytest.mark.parametrize("change", [bagged, blurred])
def test_of_a_bare_wall_nothing_can_be_missed(change: Change) -> None:
    looked = Looked().during(60, bare)
    assert looked.during(90, change).told == []


def test_a_cover_is_not_learned_however_long_it_stays() -> None:
    looked = Looked(every_s=5.0).during(60).during(3600, bagged)
    assert looked.health.trouble is Trouble.COVERED
    assert looked.during(20).health.trouble is None
    assert looked.during(60, bagged).health.trouble is Trouble.COVERED


def test_another_size_of_the_picture_is_learned_anew() -> None:
    looked = Looked().during(30)
    looked.during(90, lambda image: blurred(image)[::2, ::2].copy())
    assert looked.told == []


class TestFrozen:
    """The same picture again and again."""

    def test_a_stream_that_stands_is_told_after_half_a_minute(self) -> None:
        looked = Looked().during(10).during(60, lambda _: views()[0]).during(10)
        (told_s, told), (ended_s, ended) = looked.told
        assert (told, ended) == (Trouble.FROZEN, None)
        assert told_s - 10 == pytest.approx(30, abs=2.01)
        assert ended_s - 70 == pytest.approx(2, abs=1.01)

    def test_a_still_that_is_encoded_again_stands_too(self) -> None:
        stills = [np.clip(views()[0] + 2 * (number % 2), 0, 255) for number in range(2)]
        looked = Looked()
        for number in range(200):
            looked.see(stills[number % 2].astype(np.uint8))
        assert looked.troubles == [Trouble.FROZEN]

    def test_a_quiet_street_whose_clock_runs_does_not_stand(self) -> None:
        looked = Looked(every_s=1.0)
        for second in range(200):
            still = views()[0].copy()
            still[-14:, 4 : 24 + second % 2 * 6] = 255
            looked.see(still)
        assert looked.told == []

    def test_noise_that_comes_with_each_key_frame_is_life(self) -> None:
        """Compression shows nothing new between key frames that are ten seconds apart."""
        looked = Looked(every_s=1.0)
        for second in range(200):
            looked.see(views()[second // 10 % 7])
        assert looked.told == []

    def test_a_recording_may_show_a_still(self) -> None:
        assert Looked(live=False).during(120, lambda _: views()[0]).told == []


def test_well_cameras_are_well() -> None:
    looked = Looked().during(120, well)
    assert (looked.told, looked.blind_s) == ([], [])
