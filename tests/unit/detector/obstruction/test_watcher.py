"""What is new and stands still is found, whatever else the picture does."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from detector.obstruction.memory import decode_memory, encode_memory
from detector.obstruction.view import view_of
from detector.obstruction.watcher import ObstructionWatcher
from fences.box import Box, iou
from fences.geometry import parse_polygon
from fences.observation import Detection, Label, Seeing
from tests.fences_kit import fence, ns
from tests.obstruction_kit import WIDE, Place, Watched

BAG = Box(0.4, 0.4, 0.55, 0.6)
OTHER = Box(0.65, 0.6, 0.8, 0.75)


def fits(seen: tuple[Detection, ...], box: Box, least: float = 0.75) -> bool:
    """Whether that box was found, and nothing else."""
    return len(seen) == 1 and iou(seen[0].box, box) > least


def test_a_thing_that_is_put_down_is_found_once_it_has_settled() -> None:
    watched = Watched()
    watched.during(5)
    watched.during(3, BAG)
    first, seen = watched.found[0]
    assert 6.0 - 1e-6 <= first <= 6.0 + 1 / watched.fps + 1e-6
    assert fits(seen, BAG, 0.8)
    assert seen[0].label == Label.OBSTRUCTION
    assert seen[0].seen_by is Seeing.OBSTRUCTION
    assert seen[0].fence_id == "lane"
    assert not watched.found[-1][1][0].covered
    assert watched.since(seen[0]) == pytest.approx(5.0, abs=0.25)
    assert not watched.blind


@pytest.mark.parametrize("fps", [1.0, 2.0, 5.0, 25.0])
def test_the_same_is_found_at_any_rate(fps: float) -> None:
    watched = Watched(Place((120, 160)), fps=fps)
    watched.during(6)
    last = watched.during(5, BAG)
    assert fits(last, BAG, 0.8)
    assert watched.since(last[0]) == pytest.approx(6.0, abs=1 / fps)
    assert watched.found[0][0] <= 7.0 + 1 / fps + 1e-6
    watched.during(4)
    assert watched.found[-1][0] <= 12.0 + 1 / fps + 1e-6  # and gone soon after it goes


@pytest.mark.parametrize("size_hw", [(90, 120), (240, 320), (720, 1280), (480, 270)])
def test_boxes_are_right_at_any_frame_size(size_hw: tuple[int, int]) -> None:
    watched = Watched(Place(size_hw), fps=2)
    watched.during(4)
    assert fits(watched.during(4, BAG), BAG)


def test_a_lorry_that_fills_the_fence_is_a_thing_and_no_change_of_the_light() -> None:
    watched = Watched(polygon=((0.35, 0.35), (0.65, 0.35), (0.65, 0.65), (0.35, 0.65)))
    watched.during(5)
    assert fits(watched.during(4, Box(0.33, 0.33, 0.67, 0.67)), Box(0.35, 0.35, 0.65, 0.65))
    assert not watched.blind


def test_what_passes_is_not_found() -> None:
    watched = Watched()
    watched.during(4)
    for step in range(40):
        x = -0.3 + step * 0.06
        watched.see(watched.place.draw(watched.now, Box(x, 0.4, x + 0.2, 0.6)))
    watched.during(3)
    assert not watched.found


def test_what_was_there_at_start_is_not_found_and_neither_is_its_going() -> None:
    watched = Watched()
    watched.during(6, BAG)
    watched.during(6)
    assert not watched.found
    assert fits(watched.during(3, OTHER), OTHER)


def test_noise_alone_finds_nothing() -> None:
    watched = Watched(Place(noise=8.0))
    watched.during(15)
    assert not watched.found
    assert not watched.blind


def test_the_cameras_exposure_does_not_matter() -> None:
    watched = Watched()
    watched.during(4)
    for step in range(50):
        light = 1.0 + 0.35 * float(np.sin(step / 8))
        watched.see(watched.place.draw(watched.now, light=light))
    watched.during(4, light=0.6)
    assert not watched.found


def test_a_thing_stays_found_through_a_change_of_exposure() -> None:
    watched = Watched()
    watched.during(4)
    watched.during(4, BAG)
    for light in (0.95, 0.9, 0.8, 0.75):
        assert fits(watched.during(1, BAG, light=light), BAG)


def test_a_jump_of_the_whole_picture_is_a_gap_and_then_the_background() -> None:
    watched = Watched()
    watched.during(5)
    blocks = np.random.default_rng(5).integers(20, 235, (12, 16, 3), np.uint8)
    watched.place.ground = blocks.repeat(20, axis=0).repeat(20, axis=1)  # it was turned
    watched.during(6)
    assert watched.blind[0] == pytest.approx(5.0)
    assert watched.blind[-1] < 7.5
    assert not [at for at, _ in watched.found if at > 8.0]
    assert fits(watched.during(3, BAG), BAG)


def test_a_shadow_whose_edge_was_taken_for_a_thing_is_known_when_more_is_seen() -> None:
    watched = Watched(Place(rough=45.0))
    watched.during(4)
    for step in range(60):
        x = 0.05 + step * 0.002
        shade = Box(x, 0.2, x + 0.25, 0.7)
        watched.see(watched.place.draw(watched.now, shade=shade))
    left = watched.during(4, shade=shade)
    assert sum(it.box.area for it in left) < 0.05 * shade.area


def test_a_shadow_that_comes_and_stays_is_no_thing() -> None:
    watched = Watched()
    watched.during(4)
    watched.during(6, shade=Box(0.3, 0.2, 0.6, 0.7))
    assert not watched.found


def test_a_clock_burned_into_the_fence_is_no_thing() -> None:
    watched = Watched(fps=2.0)
    for number in range(120):
        image = watched.place.draw(watched.now)
        text = f"2026-05-12 22:{40 + number // 120:02}:{number // 2:02}"
        cv2.putText(image, text, (60, 120), cv2.FONT_HERSHEY_SIMPLEX, 0.6, (255, 255, 255), 2)
        watched.see(image)
    assert not watched.found


def test_headlights_that_come_round_a_corner_and_wait_are_no_thing() -> None:
    watched = Watched(Place(rough=40.0))
    beam = np.zeros(watched.place.size_hw, np.float32)
    cv2.ellipse(beam, (170, 140), (70, 35), 0, 0, 360, 0.8, -1)
    soft = cv2.GaussianBlur(beam, (0, 0), 8)
    watched.during(5, light=0.4)
    for _ in range(50):
        dark = watched.place.draw(watched.now, light=0.4)
        watched.see(np.clip(dark * (1.0 + soft[..., None]), 0, 255).astype(np.uint8))
    assert not watched.during(5, light=0.4)
    assert not watched.found


def beam_at_night(brighter: float) -> NDArray[np.float32]:
    """What a car's headlamps add to a place: much before the car, little where they end."""
    ahead = np.linspace(1.0, 0.5, 110, dtype=np.float32)
    light = np.ones((240, 320), np.float32)
    light[90:170, 100:210] += brighter * ahead
    return np.asarray(cv2.GaussianBlur(light, (0, 0), 3.0), dtype=np.float32)


@pytest.mark.parametrize("grey", [False, True], ids=["lamps", "infrared"])
def test_by_night_a_beam_that_fades_is_known_by_the_texture_of_the_ground(grey: bool) -> None:
    """Noise hides the texture from every single look, the mean of many shows it."""
    place, chance = Place(rough=40.0), np.random.default_rng(3)
    watched, dark = Watched(place, fps=1.0), 0.25 * place.ground.astype(np.float32)
    for number in range(30):
        lit = dark * beam_at_night(1.1)[..., None] if number >= 15 else dark
        noise = chance.normal(0.0, 6.0, (*place.size_hw, 1 if grey else 3))
        watched.see(np.clip(lit + noise, 0, 255).astype(np.uint8))
    assert [at for at, _ in watched.found if at >= 18.0] == []


def test_by_night_what_is_as_bright_as_a_beam_with_a_texture_of_its_own_is_a_thing() -> None:
    place, chance = Place(rough=40.0), np.random.default_rng(3)
    watched, dark = Watched(place, fps=1.0), 0.25 * place.ground.astype(np.float32)
    cloth = dark[::-1, ::-1] * 2.0
    for number in range(30):
        picture = dark.copy()
        if number >= 15:
            picture[90:170, 100:210] = cloth[90:170, 100:210]
        noise = chance.normal(0.0, 6.0, (*place.size_hw, 1))
        seen = watched.see(np.clip(picture + noise, 0, 255).astype(np.uint8))
    assert fits(seen, Box(100 / 320, 90 / 240, 210 / 320, 170 / 240))


def test_a_kept_value_is_the_mean_of_all_looks_at_it() -> None:
    """One look is as good as its noise; the empty place is known better with every look."""
    watched = Watched(Place(noise=8.0))
    errors = []
    for seconds in (2, 10):
        watched.during(seconds)
        memory = watched.watcher.memory
        assert memory is not None
        view = view_of(parse_polygon(WIDE), watched.place.size_hw)
        errors.append(float((memory.still - view.look(watched.place.ground))[20:-20].std()))
    assert errors[1] < 0.5 * errors[0]


@pytest.mark.parametrize("share", [0.02, 0.05], ids=["flurry", "blizzard"])
def test_flakes_and_drops_are_no_things_and_hide_none(share: float) -> None:
    watched = Watched()
    chance = np.random.default_rng(9)
    for number in range(60):
        image = watched.place.draw(watched.now, *((BAG,) if number >= 30 else ()))
        flakes = chance.random(watched.place.size_hw) < share / 6
        image[cv2.dilate(flakes.astype(np.uint8), np.ones((3, 2), np.uint8)) > 0] = 235
        seen = watched.see(image)
        assert seen == () or number >= 30
    assert fits(seen, BAG, least=0.6)


COLOURED = ((0.8, 0.95, 1.25), (1.05, 0.95, 1.0))


def test_on_smooth_ground_a_shadow_is_known_by_the_colours_that_the_ground_keeps() -> None:
    """Without texture there is nothing else to know it by."""
    watched = Watched(Place(rough=0.0, tints=COLOURED))
    watched.during(4)
    watched.during(8, shade=Box(0.3, 0.2, 0.6, 0.7))
    assert not watched.found


@pytest.mark.parametrize("tints", [COLOURED, Place.tints])
def test_what_has_a_colour_of_its_own_is_a_thing_on_smooth_ground(
    tints: tuple[tuple[float, float, float], ...],
) -> None:
    watched = Watched(Place(rough=0.0, tints=tints))
    watched.during(4)
    assert fits(watched.during(6, BAG), BAG)


def test_in_a_picture_without_colours_keeping_them_proves_nothing() -> None:
    """Under infrared a dark box keeps the colour of the ground: none."""
    watched, box = Watched(Place(rough=0.0, noise=1.0)), Box(0.3, 0.3, 0.7, 0.7)
    for things in ((),) * 20 + ((box,),) * 30:
        grey = watched.place.draw(watched.now, *things).mean(axis=2, keepdims=True)
        seen = watched.see(np.repeat(grey, 3, axis=2).astype(np.uint8))
    assert fits(seen, box)


def test_in_a_picture_that_fog_has_paled_keeping_the_colours_proves_less() -> None:
    """A grey box hides few of the pixels that have a colour at all, and that is a faint one."""
    faint = ((0.95, 1.0, 1.05), (1.0, 1.0, 1.0))
    watched, box = Watched(Place(rough=0.0, tints=faint, noise=1.0)), Box(0.46, 0.3, 0.8, 0.6)
    for number in range(50):
        picture = watched.place.draw(watched.now)
        if number >= 20:
            picture[watched.place.pixels(box)] = (95, 95, 95)
        seen = watched.see(picture)
    assert fits(seen, box)


def test_a_thing_that_is_hidden_for_a_while_is_covered_and_keeps_its_time() -> None:
    watched = Watched()
    watched.during(4)
    watched.during(3, BAG)
    covered: list[bool] = []
    for _ in range(20):
        crowd = Box(0.35, 0.3, 0.6, 0.7)
        seen = watched.see(watched.place.draw(watched.now, BAG, crowd=crowd))
        covered.extend(it.covered for it in seen)
    assert covered == [True] * 20
    (seen_last,) = watched.during(2, BAG)
    assert not seen_last.covered
    assert watched.since(seen_last) == pytest.approx(4.0, abs=0.25)


def test_pixels_of_people_say_nothing() -> None:
    watched = Watched()
    watched.during(4)
    watched.during(6, BAG, people=(BAG,))
    assert not watched.found
    assert fits(watched.during(2, BAG), BAG)  # the same pixels, and no person any more


def test_a_person_before_a_thing_covers_it() -> None:
    watched = Watched()
    watched.during(4)
    watched.during(3, BAG)
    (seen,) = watched.during(3, BAG, people=(Box(0.35, 0.3, 0.6, 0.7),))
    assert seen.covered


def test_passing_beside_a_thing_is_activity() -> None:
    watched = Watched()
    watched.during(4)
    (quiet,) = watched.during(3, BAG)
    busy = 0.0
    for step in range(10):
        x = 0.2 + 0.04 * (step % 3)
        for seen in watched.see(watched.place.draw(watched.now, BAG, Box(x, 0.4, x + 0.1, 0.6))):
            busy = max(busy, seen.activity)
    assert quiet.activity < 0.2
    assert busy > 0.8


@pytest.mark.parametrize(("shade_only", "least", "most"), [(True, 0.0, 0.3), (False, 0.8, 1.0)])
def test_shade_that_moves_beside_a_thing_is_nobody(
    shade_only: bool, least: float, most: float
) -> None:
    """The same boxes, once as shade that keeps the ground's colours, once as somebody's coat."""
    watched = Watched(Place(tints=COLOURED, noise=1.0))
    watched.during(4)
    watched.during(3, BAG)
    busy = 0.0
    for step in range(10):
        x = 0.15 + 0.05 * (step % 4)
        passing = Box(x, 0.4, x + 0.1, 0.6)
        things = (BAG,) if shade_only else (BAG, passing)
        shade = passing if shade_only else None
        seen = watched.see(watched.place.draw(watched.now, *things, shade=shade))
        busy = max([busy, *(it.activity for it in seen)])
    assert least <= busy <= most


@pytest.mark.parametrize(("ago_s", "found"), [(60.0, False), (660.0, True)])
def test_a_place_is_known_by_how_it_lately_looked_under_another_light(
    ago_s: float, found: bool
) -> None:
    with_patch, watched = Watched(now=1000.0), Watched(now=1000.0)
    with_patch.during(4, BAG)
    watched.during(4)
    before, memory = with_patch.watcher.memory, watched.watcher.memory
    assert before is not None
    assert memory is not None
    memory.other[:] = before.background
    memory.other_ns[:] = ns(watched.now - ago_s)
    watched.during(3, BAG)
    assert bool(watched.found) is found


def test_outside_the_fence_nothing_is_found() -> None:
    watched = Watched(polygon=((0.1, 0.1), (0.38, 0.1), (0.38, 0.9), (0.1, 0.9)))
    watched.during(4)
    watched.during(4, BAG)
    assert not watched.found


SLANTED = ((0.103, 0.107), (0.893, 0.151), (0.871, 0.773), (0.137, 0.639))
CONCAVE = ((0.1, 0.1), (0.9, 0.1), (0.9, 0.713), (0.501, 0.251), (0.1, 0.731))


@pytest.mark.parametrize("bottom", [0.4021, 0.4032, 0.4043, 0.4064])
def test_a_thing_across_the_lower_edge_touches_the_ground_inside(bottom: float) -> None:
    polygon = ((0.1, 0.1), (0.9, 0.1), (0.9, bottom), (0.1, bottom))
    stands_inside(polygon, Box(0.4, 0.3, 0.55, 0.6))


@pytest.mark.parametrize("polygon", [SLANTED, CONCAVE])
@pytest.mark.parametrize("box", [Box(0.3, 0.3, 0.7, 0.9), Box(0.05, 0.2, 0.4, 0.95)])
def test_at_slanted_and_hollow_edges_too(
    polygon: tuple[tuple[float, float], ...], box: Box
) -> None:
    stands_inside(polygon, box)


def stands_inside(polygon: tuple[tuple[float, float], ...], box: Box) -> None:
    watched = Watched(polygon=polygon, fps=2)
    watched.during(4)
    last = watched.during(4, box)
    assert last
    assert all(parse_polygon(polygon).covers(seen.ground) for seen in last)


def test_a_restart_with_its_memory_keeps_the_thing_and_its_time() -> None:
    watched = Watched()
    watched.during(4)
    watched.during(3, BAG)
    memory = watched.watcher.memory
    assert memory is not None
    again = decode_memory(encode_memory(memory))
    watched.watcher = ObstructionWatcher(fence(polygon=WIDE), again)
    watched.now += 30.0
    seen = watched.see(watched.place.draw(watched.now, BAG))
    assert fits(seen, BAG)
    assert watched.since(seen[0]) == pytest.approx(4.0, abs=0.25)
    watched.during(3)
    assert watched.found[-1][0] < watched.now - 1.0


def test_a_restart_after_the_fence_was_moved_begins_anew() -> None:
    watched = Watched()
    watched.during(4)
    shifted = tuple((x, y + 0.02) for x, y in WIDE)
    watched.watcher = ObstructionWatcher(fence(polygon=shifted), watched.watcher.memory)
    assert watched.watcher.memory is None
    watched.during(4)
    assert not watched.found


SIZES_HW = [(120, 160), (480, 640), (180, 320)]


@pytest.mark.parametrize("size_hw", SIZES_HW)
def test_what_stands_is_seen_on_in_frames_of_another_size(size_hw: tuple[int, int]) -> None:
    """A camera that is set to another resolution must not end its cases."""
    watched = Watched()
    watched.during(4)
    before = watched.during(6, BAG)
    assert fits(before, BAG, 0.7)
    watched.found.clear()
    watched.place = Place(size_hw)
    begin = watched.now
    after = watched.during(6, BAG)
    assert fits(after, BAG, 0.7)
    assert len(watched.found) / (watched.fps * (watched.now - begin)) > 0.9
    assert watched.since(after[0]) < begin


@pytest.mark.parametrize("size_hw", SIZES_HW)
def test_frames_of_another_size_are_no_thing(size_hw: tuple[int, int]) -> None:
    watched = Watched()
    watched.during(4)
    watched.place = Place(size_hw)
    watched.during(6)
    assert not watched.found
    assert fits(watched.during(3, BAG), BAG, 0.7)


def test_a_memory_that_is_newer_than_the_next_picture_does_no_harm() -> None:
    watched = Watched()
    watched.during(4)
    memory = watched.watcher.memory
    assert memory is not None
    memory.last_ns += ns(60)
    watched.during(3)
    assert np.abs(memory.background - 120.0).max() < 80.0
    assert not watched.found
