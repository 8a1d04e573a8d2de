"""Both ways of seeing, brought together for one camera."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from detector.cards import Channels, Layout, ModelCard, Placement
from detector.eyes import ABOVE, BESIDE, Eyes
from detector.frame import Image
from detector.health.trouble import Trouble
from fences.box import Box
from fences.event import EventKind
from fences.fence import Fence
from fences.guard import Guard
from fences.observation import Detection, Label, Observation, Seeing
from tests.fences_kit import fence, ns, rule, seen
from tests.health_kit import Change, bagged, capped, pink, views
from tests.obstruction_kit import WIDE, Place

BAG = Box(0.4, 0.4, 0.55, 0.6)


@dataclass
class FakeEngine:
    """Sees what it was told to."""

    answer: tuple[Detection, ...] = ()
    labels: tuple[str, ...] = ("person", "vehicle")
    runs_on: str = "nowhere"
    looked: int = field(default=0)
    within: Box | None = None

    @property
    def card(self) -> ModelCard:
        return ModelCard(
            name="fake",
            file="fake.onnx",
            layout=Layout.END2END,
            input_hw=(64, 64),
            channels=Channels.BGR,
            pixel_scale=1.0,
            placement=Placement.TOP_LEFT,
            pad_value=114,
            classes=self.labels,
            labels=self.labels,
            min_score=0.3,
            iou=0.5,
            licence="none",
            origin="tests",
        )

    def infer(self, image: Image, within: Box | None = None) -> tuple[Detection, ...]:
        assert image.dtype == np.uint8
        self.looked += 1
        self.within = within
        return self.answer

    def close(self) -> None:
        pass


def wide(id_: str = "lane", see: tuple[Seeing, ...] = tuple(Seeing)) -> Fence:
    return replace(fence(polygon=WIDE, see=see), id=id_)


def watch(eyes: Eyes, begin: float, end: float, *things: Box) -> Observation:
    place = Place((120, 160))
    for at in np.arange(begin, end, 0.5):
        last = eyes.look(place.draw(float(at), *things), ns(at), ns(at) + 5)
    return last


def test_models_are_asked_about_the_surroundings_of_all_fences() -> None:
    engine = FakeEngine(())
    near = replace(fence(polygon=((0.4, 0.5), (0.5, 0.5), (0.5, 0.6))), id="near")
    far = replace(fence(polygon=((0.6, 0.7), (0.9, 0.7), (0.9, 0.8))), id="far")
    watch(Eyes((near, far), (engine,)), 0, 0.5)
    assert engine.within is not None
    expected = (0.4 - BESIDE, 0.5 - ABOVE, 1.0, 0.8 + BESIDE)
    assert engine.within.xyxy == pytest.approx(expected)


def test_a_look_has_times_and_what_every_engine_sees() -> None:
    one, two = FakeEngine((seen(),)), FakeEngine((seen(Label.WASTE),), labels=("waste",))
    got = Eyes([wide()], [one, two]).look(Place().draw(3.0), ns(3), ns(4))
    assert (got.media_ns, got.wall_ns) == (ns(3), ns(4))
    assert [it.label for it in got.detections] == [Label.VEHICLE, Label.WASTE]
    assert got.sees_people
    assert got.blind == ()


@pytest.mark.parametrize(("labels", "expected"), [(("waste",), False), (("person",), True)])
def test_it_knows_whether_people_can_be_seen(labels: tuple[str, ...], expected: bool) -> None:
    eyes = Eyes([wide()], [FakeEngine(labels=labels)])
    assert eyes.look(Place().draw(0.0), 0, 0).sees_people is expected


def test_both_ways_come_together_and_each_fence_has_its_own_pixels() -> None:
    eyes = Eyes([wide(), wide("strip")], [FakeEngine((seen(),))])
    watch(eyes, 0, 4)
    got = watch(eyes, 4, 8, BAG)
    assert [(it.seen_by, it.fence_id) for it in got.detections] == [
        (Seeing.LEARNED, None),
        (Seeing.OBSTRUCTION, "lane"),
        (Seeing.OBSTRUCTION, "strip"),
    ]


def test_people_that_an_engine_sees_hide_pixels() -> None:
    person = FakeEngine((seen(Label.PERSON, BAG),))
    eyes = Eyes([wide()], [person])
    watch(eyes, 0, 4)
    got = watch(eyes, 4, 8, BAG)
    assert [it.seen_by for it in got.detections] == [Seeing.LEARNED]


def test_engines_rest_where_no_fence_wants_them() -> None:
    engine = FakeEngine((seen(),))
    eyes = Eyes([wide(see=(Seeing.OBSTRUCTION,))], [engine])
    assert watch(eyes, 0, 4).detections == ()
    assert engine.looked == 0


def test_backgrounds_are_kept_only_where_they_are_wanted() -> None:
    eyes = Eyes([wide(see=(Seeing.LEARNED,)), wide("strip")], [FakeEngine()])
    assert eyes.memories() == {}
    watch(eyes, 0, 1)
    assert set(eyes.memories()) == {"strip"}


def test_a_jump_of_the_picture_names_the_fences_that_are_blind() -> None:
    eyes = Eyes([wide(), wide("strip", see=(Seeing.LEARNED,))], [FakeEngine((seen(),))])
    watch(eyes, 0, 4)
    place = Place((120, 160))
    blocks = np.random.default_rng(5).integers(20, 235, (12, 16, 3), np.uint8)
    place.ground = blocks.repeat(10, axis=0).repeat(10, axis=1)
    got = eyes.look(place.draw(4.0), ns(4), ns(4))
    assert got.blind == ("lane",)
    assert [it.label for it in got.detections] == [Label.VEHICLE]


def test_memories_of_an_earlier_run_are_taken_up() -> None:
    first = Eyes([wide()], [])
    watch(first, 0, 4)
    watch(first, 4, 8, BAG)
    again = Eyes([wide()], [], first.memories())
    got = watch(again, 9, 9.5, BAG)
    assert [it.fence_id for it in got.detections] == ["lane"]


def test_while_the_camera_looks_elsewhere_every_fence_is_blind_and_nothing_is_learned() -> None:
    """Also those that only learned detectors watch: they lie where they were not drawn."""
    chance = np.random.default_rng(4)
    street = chance.integers(20, 235, (27, 48, 3), np.uint8).repeat(10, axis=0).repeat(10, axis=1)
    engine = FakeEngine((seen(),))
    eyes = Eyes([wide(), wide("strip", see=(Seeing.LEARNED,))], [engine], gated=False)
    for second in range(8):
        eyes.look(street, ns(second), ns(second))
    background = eyes.memories()["lane"].background.copy()
    for second in range(8, 20):
        got = eyes.look(np.roll(street, 40, axis=1), ns(second), ns(second))
    assert got == Observation(ns(19), ns(19), blind=("lane", "strip"))
    assert engine.looked == 8
    np.testing.assert_array_equal(eyes.memories()["lane"].background, background)
    assert eyes.framing.moved


@pytest.mark.parametrize("change", [bagged, capped, pink])
def test_while_pictures_are_of_no_use_every_fence_is_blind_and_nothing_is_learned(
    change: Change,
) -> None:
    engine = FakeEngine((seen(),))
    eyes = Eyes([wide(), wide("strip", see=(Seeing.LEARNED,))], [engine], gated=False)
    for second in range(30):
        eyes.look(views()[second % 7], ns(second), ns(second))
    background = eyes.memories()["lane"].background.copy()
    for second in range(30, 70):
        got = eyes.look(change(views()[second % 7]), ns(second), ns(second))
        assert got == Observation(ns(second), ns(second), blind=("lane", "strip"))
        assert not eyes.quiet, "so that the next look comes soon"
    assert isinstance(eyes.trouble, Trouble)
    assert engine.looked == 30
    np.testing.assert_array_equal(eyes.memories()["lane"].background, background)
    for second in range(70, 80):
        got = eyes.look(views()[second % 7], ns(second), ns(second))
    assert got.blind == ()
    told: Trouble | None = eyes.trouble
    assert told is None


@pytest.mark.parametrize("change", [bagged, capped])
def test_a_case_in_a_fence_that_is_covered_does_not_clear(change: Change) -> None:
    """It was there, the camera was covered for long, then the place is seen to be free."""
    engine = FakeEngine()
    lane = fence(rule(dwell=5.0, clear_after=6.0), see=(Seeing.LEARNED,))
    eyes, guard = Eyes([lane], [engine], gated=False), Guard((lane,))
    events: list[tuple[int, EventKind]] = []

    def during(begin: int, end: int, there: bool, cover: Change | None = None) -> None:
        engine.answer = (seen(),) if there else ()
        for second in range(begin, end):
            image = views()[second % 7]
            observed = eyes.look(cover(image) if cover else image, ns(second), ns(second))
            events.extend((second, event.kind) for event in guard.take(observed))

    during(0, 40, there=True)
    during(40, 100, there=False, cover=change)
    assert [kind for _, kind in events] == [EventKind.OPENED]
    during(100, 120, there=False)
    assert [kind for _, kind in events] == [EventKind.OPENED, EventKind.CLEARED]
    assert events[-1][0] >= 106
