"""The recipe that a user would try: it does what it says, so that beating it means something."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pytest

from detector.frame import Image
from fences.box import Box
from fences.clock import SECOND_NS
from fences.event import EventKind, FenceEvent
from replay.accuracy.peers import (
    WARM_UP_NS,
    Blob,
    Recipe,
    StationaryRule,
    Subtractor,
    blobs,
    history_for,
    knn,
    mog2,
)
from tests.unit.replay.accuracy.kit import BOX, fence

SIZE_HW = (90, 160)


def moments(
    rule: StationaryRule, seen: Callable[[int], Sequence[Blob]], until_s: int
) -> list[tuple[EventKind, int]]:
    """What happens and in which second, with a look in each."""
    found: list[tuple[EventKind, int]] = []
    for second in range(until_s):
        events = rule.take(seen(second), second * SECOND_NS)
        found += [(event.kind, second) for event in events]
    return found


def the_rule() -> StationaryRule:
    place = fence(dwell_s=5, clear_after_s=3, grace_s=2.5)
    return StationaryRule(place, place.rules[0])


def blob(box: Box = BOX, area: float = 0.05) -> Blob:
    return Blob(box, area)


def moved(by: float) -> Box:
    return Box(BOX.x1 + by, BOX.y1, BOX.x2 + by, BOX.y2)


def test_a_blob_that_stays_opens_after_the_dwell_and_clears_when_it_has_gone() -> None:
    found = moments(the_rule(), lambda s: [blob()] if 2 <= s < 20 else [], 40)
    assert found == [(EventKind.OPENED, 7), (EventKind.CLEARED, 25)]


def test_a_blob_that_is_too_small_is_nothing() -> None:
    assert moments(the_rule(), lambda _: [blob(area=0.0005)], 30) == []


def test_a_blob_that_moves_on_is_nothing() -> None:
    assert moments(the_rule(), lambda s: [blob(moved(0.04 * s))], 12) == []


def test_a_blob_that_trembles_still_stays() -> None:
    found = moments(the_rule(), lambda s: [blob(moved(0.04 * (s % 2)))], 10)
    assert found == [(EventKind.OPENED, 5)]


def test_a_short_absence_restarts_nothing_and_a_long_one_does() -> None:
    assert moments(the_rule(), lambda s: [] if s in {3, 4} else [blob()], 9) == [
        (EventKind.OPENED, 5)
    ]
    assert moments(the_rule(), lambda s: [] if s in {2, 3, 4, 5} else [blob()], 14) == [
        (EventKind.OPENED, 11)
    ]


def test_shadows_specks_and_what_is_outside_the_fence_are_no_blobs() -> None:
    inside = np.zeros(SIZE_HW, np.uint8)
    inside[:, :80] = 255
    foreground = np.zeros(SIZE_HW, np.uint8)
    foreground[10:30, 10:30] = 255
    foreground[50:70, 10:30] = 127
    foreground[50:70, 100:120] = 255
    foreground[80, 70] = 255
    (only,) = blobs(foreground, inside)
    assert only.box.xyxy == pytest.approx((10 / 160, 10 / 90, 30 / 160, 30 / 90))
    assert only.area == pytest.approx(400 / (90 * 160))


def test_the_history_spans_twice_the_dwell_before_a_thing_is_background() -> None:
    assert history_for(5 * SECOND_NS, SECOND_NS) == 500
    assert history_for(60 * SECOND_NS, SECOND_NS) == pytest.approx(1143, abs=1)


def street(second: int, box: bool) -> Image:
    noise = np.random.default_rng(second).integers(-3, 4, (*SIZE_HW, 3))
    picture = np.full((*SIZE_HW, 3), 140) + noise
    if box:
        picture[40:70, 20:50] = (40, 60, 90) + noise[40:70, 20:50]
    return picture.astype(np.uint8)


@pytest.mark.parametrize("make", [mog2, knn])
def test_both_subtractors_find_a_box_that_is_put_down_and_taken_away(
    make: Callable[[int], Subtractor],
) -> None:
    recipe = Recipe((fence(),), make(500), 500)
    events: list[FenceEvent] = []
    for second in range(40):
        events += recipe.look(street(second, 10 <= second < 25), second * SECOND_NS)
    assert [event.kind for event in events] == [EventKind.OPENED, EventKind.CLEARED]
    assert events[0].media_ns / SECOND_NS == pytest.approx(15, abs=1)
    assert events[0].sightings[0].box.xyxy == pytest.approx(
        (20 / 160, 40 / 90, 50 / 160, 70 / 90), abs=0.03
    )


@pytest.mark.parametrize("make", [mog2, knn])
def test_the_same_pictures_give_the_same_foreground(make: Callable[[int], Subtractor]) -> None:
    """KNN keeps samples by chance, and the chances must not depend on the clip before."""

    def masks() -> list[bytes]:
        subtractor = make(500)
        return [
            subtractor.apply(street(second, second > 20), learningRate=0.02).tobytes()
            for second in range(30)
        ]

    assert masks() == masks()


def test_nothing_is_told_while_the_background_is_learned() -> None:
    class Everything:
        def apply(self, image: Image, *, learningRate: float) -> Image:  # noqa: N803
            assert learningRate in {-1, 1 / 500}
            return np.full(image.shape[:2], 255, np.uint8)

    recipe = Recipe((fence(dwell_s=1),), Everything(), 500)
    times = [number * SECOND_NS // 2 for number in range(20)]
    events = [event for at_ns in times for event in recipe.look(street(0, False), at_ns)]
    assert [event.media_ns for event in events] == [WARM_UP_NS + SECOND_NS]
