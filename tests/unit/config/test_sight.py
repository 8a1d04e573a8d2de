"""A scenario that nothing in its fence can see is refused, with what is missing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from alerts.texts import Language, load_texts
from fences.catalogue import CATALOGUE
from kerbwatch.config.cards import known_cards
from kerbwatch.config.problem import Problem

Find = Callable[..., tuple[Problem, ...]]
CARDS = known_cards({})


def streams(scenario: str, *, use: str = "[]", see: str = "[learned, obstruction]") -> str:
    return f"""\
site: {{id: test, timezone: Asia/Shanghai}}
models: {{use: {use}}}
cameras:
  - id: gate
    url: clips/gate.mp4
    fences:
      - id: lane
        polygon: [[0.1, 0.5], [0.9, 0.5], [0.9, 1.0], [0.1, 1.0]]
        see: {see}
        scenarios: {{{scenario}}}
"""


def told(problems: tuple[Problem, ...]) -> list[str]:
    return [problem.text(Language.EN).partition("streams.yaml:")[2] for problem in problems]


@pytest.mark.parametrize(
    ("scenario", "use", "see", "got", "expected"),
    [
        (
            "crowd: {}",
            "[]",
            "[learned, obstruction]",
            "no model in models.use",
            (
                "a model in models.use for person (such as kerbwatch-street-480, yolo11n-640, "
                "yolov5n-640, yolov8n-640, yolox-nano, yolox-nano-416)"
            ),
        ),
        (
            "dog_off_limits: {}",
            "[kerbwatch-street-480]",
            "[learned]",
            "models for person, two_wheeler, vehicle",
            (
                "a model in models.use for dog (such as yolo11n-640, yolov5n-640, yolov8n-640, "
                "yolox-nano, yolox-nano-416)"
            ),
        ),
        (
            "smoke: {}",
            "[yolox-nano-416]",
            "[learned, obstruction]",
            "models for dog, furniture, person, two_wheeler, vehicle",
            (
                "a model in models.use for smoke (no card here has it: train a model for it, "
                "or take an open-vocabulary one)"
            ),
        ),
        (
            "street_vending: {}",
            "[kerbwatch-street-480]",
            "[learned]",
            "models for person, two_wheeler, vehicle",
            (
                "'obstruction' in see, or a model in models.use for stall (no card here has it: "
                "train a model for it, or take an open-vocabulary one)"
            ),
        ),
        (
            "illegal_parking: {}",
            "[yolox-nano-416]",
            "[obstruction]",
            "only 'obstruction' in see",
            (
                "'learned' in see and a model in models.use for muck_truck, vehicle (such as "
                "kerbwatch-street-480, yolo11n-640, yolov5n-640, yolov8n-640, yolox-nano, "
                "yolox-nano-416)"
            ),
        ),
    ],
)
def test_what_nothing_can_see_is_refused(
    scenario: str, use: str, see: str, got: str, expected: str, find: Find
) -> None:
    problems = find(streams(scenario, use=use, see=see), known_models=CARDS)
    key = f"cameras[0].fences[0].scenarios.{scenario.partition(':')[0]}"
    (line,) = told(problems)
    assert line == (
        f"10:21 {key}: nothing here can see this scenario, got {got}, expected {expected}"
    )
    assert "models.use" in problems[0].text(Language.ZH)


@pytest.mark.parametrize(
    ("scenario", "use", "see"),
    [
        ("blocked_fire_lane: {}, construction_waste: {}", "[]", "[obstruction]"),
        ("street_vending: {}", "[]", "[learned, obstruction]"),
        ("crowd: {}, illegal_parking: {}", "[kerbwatch-street-480]", "[learned]"),
        ("dog_off_limits: {}, crowd: {}", "[kerbwatch-street-480, yolox-nano-416]", "[learned]"),
        ("blocked_fire_lane: {}", "[yolox-nano-416]", "[learned]"),
    ],
)
def test_what_one_way_of_seeing_can_see_is_good(
    scenario: str, use: str, see: str, find: Find
) -> None:
    assert find(streams(scenario, use=use, see=see), known_models=CARDS) == ()


def test_every_scenario_can_be_watched_for_by_a_card_that_gives_its_label(find: Find) -> None:
    cards = CARDS(Path("models"))
    for scenario in CATALOGUE.values():
        for label in sorted(scenario.labels):
            own = replace(cards["yolox-nano-416"], name="own", labels=(None, label))
            text = streams(f"{scenario.id}: {{}}", use="[own]", see="[learned]")
            assert find(text, known_models={**cards, "own": own}) == (), scenario.id


@pytest.mark.parametrize(
    ("use", "see", "what"),
    [
        ("[nobody]", "[learned]", "unknown_model"),
        ("[]", "[learned]", "no_eyes"),
        ("[[deep]]", "[learned]", "wrong_type"),
        ("{a: b}", "[learned]", "wrong_type"),
        ("[]", "[learnt]", "not_allowed"),
        ("[]", "5", "wrong_type"),
    ],
)
def test_a_mistake_that_is_told_already_is_told_once(
    use: str, see: str, what: str, find: Find
) -> None:
    problems = find(streams("smoke: {}", use=use, see=see), known_models=CARDS)
    assert [problem.what.key for problem in problems] == [f"what.{what}"]


def test_names_of_cards_alone_tell_nothing_about_what_they_see(find: Find) -> None:
    assert find(streams("smoke: {}", use="[any]"), known_models=["any"]) == ()
    assert find(streams("smoke: {}"), known_models=None) == ()


def test_only_what_counts_can_be_told_how_many(find: Find) -> None:
    problems = find(streams("blocked_fire_lane: {min_count: 3}"))
    (line,) = told(problems)
    assert line.startswith(
        "10:41 cameras[0].fences[0].scenarios.blocked_fire_lane.min_count: this scenario does not "
        "count, got 3, expected no min_count; the scenarios that count are crowd, dog_off_limits, "
    )
    assert find(streams("crowd: {min_count: 3}")) == ()
    for bad in ("0", "1001", "2.5", "many"):
        (problem,) = find(streams(f"crowd: {{min_count: {bad}}}"))
        assert (
            problem.expected.render(load_texts("kerbwatch", Language.EN))
            == "a whole number from 1 to 1000"
        )
