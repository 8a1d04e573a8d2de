"""Which violations a scene holds."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from replay.scenes import clip_truth, demo_scene, make_scene, truth_document
from replay.scenes.happenings import lane_blocker
from replay.scenes.spec import Model

DEMO = clip_truth(demo_scene())


def test_the_demo_holds_one_violation_of_each_kind_each_with_an_end() -> None:
    assert [(event.fence_id, event.scenario) for event in DEMO.events] == [
        ("fire-lane", "blocked_fire_lane"),
        ("no-vending", "street_vending"),
        ("no-dumping", "construction_waste"),
    ]
    for event in DEMO.events:
        assert event.end_s is not None
        assert event.end_s - event.start_s > 10


def test_the_demo_s_fences_are_clear_for_four_seconds_at_both_ends() -> None:
    duration_s = demo_scene().duration_s
    assert min(event.start_s for event in DEMO.events) >= 4
    assert max(event.end_s or duration_s for event in DEMO.events) <= duration_s - 8


def test_the_moments_are_those_of_the_script() -> None:
    van, stall, pile = DEMO.events
    assert van.start_s == pytest.approx(6.0, abs=0.2)
    assert stall.start_s == pytest.approx(10.0, abs=0.3)
    assert pile.start_s == pytest.approx(13.6)
    assert pile.end_s == pytest.approx(34.2)


def test_fences_lie_in_the_frame_and_boxes_stand_on_them() -> None:
    for fence in DEMO.fences:
        assert all(0 <= value <= 1 for point in fence.polygon for value in point)
    for event in DEMO.events:
        fence = next(fence for fence in DEMO.fences if fence.fence_id == event.fence_id)
        xs, ys = zip(*fence.polygon, strict=True)
        foot = ((event.xyxy[0] + event.xyxy[2]) / 2, event.xyxy[3])
        assert min(xs) < foot[0] < max(xs)
        assert min(ys) < foot[1] < max(ys)
        assert event.xyxy[3] - event.xyxy[1] > 0.05


def test_the_document_has_the_form_of_a_truth_json() -> None:
    document = json.loads(json.dumps(truth_document({"demo.mp4": DEMO})))
    assert set(document) == {"about", "clips"}
    clip = document["clips"]["demo.mp4"]
    assert set(clip) == {"fences", "events", "note"}
    assert set(clip["fences"][0]) == {"id", "polygon", "scenarios"}
    assert clip["fences"][0]["scenarios"] == {
        "blocked_fire_lane": {"dwell_s": 5.0, "clear_after_s": 3.0}
    }
    assert set(clip["events"][0]) == {"fence", "scenario", "start_s", "end_s", "box"}
    assert len(clip["events"][0]["box"]) == 4


@pytest.mark.parametrize("seed", range(4))
def test_positive_scenes_hold_violations_and_negative_ones_none(seed: int) -> None:
    assert 1 <= len(clip_truth(make_scene("day", seed)).events) <= 3
    assert clip_truth(make_scene("day", seed, positive=False)).events == ()


def test_what_stays_has_no_end() -> None:
    stays = lane_blocker("e-bike", Model.E_BIKE, 1, stands_s=9.0, leaves_s=None, y_m=25.0)
    (event,) = clip_truth(replace(demo_scene(), actors=(stays,))).events
    assert event.end_s is None


def test_a_stand_shorter_than_the_dwell_is_no_violation() -> None:
    brief = lane_blocker("taxi", Model.SEDAN, 1, stands_s=9.0, leaves_s=12.5, y_m=25.0)
    assert clip_truth(replace(demo_scene(), actors=(brief,))).events == ()


def test_a_stall_that_nobody_stands_at_is_no_vending() -> None:
    spec = demo_scene()
    stall = tuple(actor for actor in spec.actors if actor.model is Model.STALL)
    assert clip_truth(replace(spec, actors=stall)).events == ()


@pytest.mark.parametrize("seed", range(3))
def test_long_scenes_stay_lively_and_what_stops_briefly_is_no_violation(seed: int) -> None:
    short = make_scene("exposure", seed, positive=False)
    long = make_scene("exposure", seed, positive=False, duration_s=300.0)
    walkers = [actor for actor in long.actors if actor.actor_id.startswith("walker")]
    stops = [actor for actor in long.actors if actor.actor_id.startswith("stop")]
    assert len(walkers) == 30
    assert len(stops) >= 3
    assert long.conditions.exposure_steps[:3] == short.conditions.exposure_steps
    assert long.conditions.exposure_steps[-1].at_s > 240
    assert clip_truth(long).events == ()
