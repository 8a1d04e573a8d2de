"""Frames and their boxes."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from replay.scenes import CONDITIONS, SceneSpec, demo_scene, make_scene
from replay.scenes.arrays import Image
from replay.scenes.render import RenderedFrame, Studio

SMALL = {"width_px": 256, "height_px": 144}
BUSY_S = 17.6


def small_demo(seed: int = 7) -> SceneSpec:
    return demo_scene(seed, **SMALL)


def frame_at(studio: Studio, spec: SceneSpec, at_s: float) -> RenderedFrame:
    return studio.frame(round(at_s * spec.fps))


@pytest.fixture(scope="module")
def demo() -> tuple[SceneSpec, Studio]:
    spec = small_demo()
    return spec, Studio(spec)


def test_the_same_spec_gives_the_same_bytes(demo: tuple[SceneSpec, Studio]) -> None:
    spec, studio = demo
    again = Studio(small_demo())
    for at_s in (0.0, 5.0, BUSY_S):
        first, second = frame_at(studio, spec, at_s), frame_at(again, spec, at_s)
        assert first.image.tobytes() == second.image.tobytes()
        assert first.boxes == second.boxes


def test_a_frame_does_not_depend_on_which_were_drawn_before(
    demo: tuple[SceneSpec, Studio],
) -> None:
    spec, studio = demo
    before = frame_at(studio, spec, BUSY_S).image.tobytes()
    frame_at(studio, spec, 3.0)
    assert frame_at(studio, spec, BUSY_S).image.tobytes() == before


def test_another_seed_gives_another_picture(demo: tuple[SceneSpec, Studio]) -> None:
    spec, studio = demo
    other = Studio(small_demo(8))
    change = cv2.absdiff(frame_at(studio, spec, 0.0).image, frame_at(other, spec, 0.0).image)
    assert change.mean() > 5


def test_the_seam_of_the_demo_does_not_show(demo: tuple[SceneSpec, Studio]) -> None:
    """Nobody is there at either end, and but for the clock the pictures are the same."""
    spec, studio = demo
    first, last = studio.frame(0), studio.frame(spec.frame_count - 1)
    assert first.boxes == last.boxes == ()
    change = cv2.absdiff(first.image, last.image).max(axis=2)[20:]
    assert np.percentile(change, 99.9) < 8 * spec.conditions.noise


@pytest.mark.parametrize(
    ("actor_id", "at_s"),
    [("van", 12.0), ("fruit-stall", 18.0), ("rubble-pile", 24.0), ("fruit-vendor", 17.0)],
)
def test_a_box_encloses_the_pixels_that_its_actor_changes(actor_id: str, at_s: float) -> None:
    """With and without the actor, in flat light so that there is next to no shadow."""
    base = small_demo()
    flat = replace(base, conditions=replace(base.conditions, sun=0.0, noise=0.0))
    alone = replace(flat, actors=tuple(a for a in flat.actors if a.actor_id == actor_id))
    empty = replace(flat, actors=())
    shown = frame_at(Studio(alone), flat, at_s)
    nothing = frame_at(Studio(empty), flat, at_s)
    change = cv2.absdiff(shown.image, nothing.image).max(axis=2)
    rows, columns = np.nonzero(change > 60)
    x0, y0, x1, y1 = np.array(shown.boxes[0].xyxy) * [256, 144, 256, 144]
    assert len(rows) > 20
    assert x0 - 1.5 <= columns.min()
    assert columns.max() <= x1 + 1.5
    assert y0 - 1.5 <= rows.min()
    assert rows.max() <= y1 + 1.5
    # And it is no larger than needed: the change reaches most of the way to its edges.
    assert np.ptp(columns) + 1 > 0.6 * (x1 - x0)
    assert np.ptp(rows) + 1 > 0.6 * (y1 - y0)


def test_boxes_are_not_clipped(demo: tuple[SceneSpec, Studio]) -> None:
    spec, studio = demo
    boxes = [box for i in range(0, spec.frame_count, 15) for box in studio.frame(i).boxes]
    assert any(box.xyxy[3] > 1 or box.xyxy[2] > 1 or box.xyxy[0] < 0 for box in boxes)
    for box in boxes:
        assert box.xyxy[0] < box.xyxy[2]
        assert box.xyxy[1] < box.xyxy[3]
        assert 0 <= box.visible_share <= 1


def test_what_leaves_the_picture_is_less_visible(demo: tuple[SceneSpec, Studio]) -> None:
    spec, studio = demo
    shares = {box.actor_id: box.visible_share for box in frame_at(studio, spec, 12.0).boxes}
    assert shares["van"] > 0.8
    leaving = [box for box in frame_at(studio, spec, 23.6).boxes if box.actor_id == "van"]
    assert all(box.visible_share < 0.5 for box in leaving)


@pytest.mark.parametrize("condition", sorted(CONDITIONS))
def test_every_condition_renders(condition: str) -> None:
    spec = make_scene(condition, 7, width_px=240, height_px=136)
    image = Studio(spec).frame(100).image
    assert image.shape == (136, 240, 3)
    assert image.dtype == np.uint8
    assert 15 < image.mean() < 235
    assert image.std() > 12


def test_infrared_is_grey_and_night_is_darker_than_day() -> None:
    def picture(condition: str) -> Image:
        spec = replace(small_demo(), conditions=CONDITIONS[condition])
        return Studio(spec).frame(0).image.astype(np.int16)

    grey = picture("infrared")
    assert np.ptp(grey, axis=2).max() == 0
    assert picture("night").mean() < 0.6 * picture("day").mean()


def test_an_exposure_step_brightens_and_then_settles() -> None:
    spec = make_scene("exposure", 7, positive=False, width_px=160, height_px=90)
    studio = Studio(replace(spec, actors=()))
    before, jump, later = (frame_at(studio, spec, s).image.mean() for s in (8.9, 9.1, 15.0))
    assert jump > 1.25 * before
    assert before < later < jump


def test_an_unknown_condition_is_refused() -> None:
    with pytest.raises(ValueError, match="got condition 'hail', expected one of"):
        make_scene("hail", 1)
