"""The scenarios as data: complete, at peace with themselves, and each able to fire."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fences.box import Box
from fences.catalogue import CATALOGUE, CATEGORIES
from fences.observation import EVERYWHERE, Label
from fences.scenario import Attendance, Category, Scenario
from tests.fences_kit import HERE, blob, events_of, fence, look, looks, rule, seen

each_scenario = pytest.mark.parametrize("scenario", CATALOGUE.values(), ids=lambda it: str(it.id))
each_category = pytest.mark.parametrize("category", CATEGORIES.values(), ids=lambda it: str(it.id))


@each_scenario
def test_a_scenario_is_complete(scenario: Scenario) -> None:
    assert CATALOGUE[scenario.id] is scenario
    assert scenario.id.isascii()
    assert scenario.id.replace("_", "").isalpha()
    assert scenario.id.islower()
    assert scenario.category in CATEGORIES
    assert scenario.name_en
    assert scenario.name_en.isascii()
    assert not scenario.name_zh.isascii()
    assert scenario.means_en.endswith(".")
    assert scenario.means_en.isascii()
    assert scenario.means_zh.endswith("。")
    assert scenario.dwell_s > 0
    assert scenario.clear_after_s > 0
    assert 0 < scenario.min_area < 1


@each_scenario
def test_a_scenario_is_at_peace_with_itself(scenario: Scenario) -> None:
    assert Label.OBSTRUCTION not in scenario.labels | scenario.never
    assert not scenario.labels & scenario.never
    if scenario.min_count is None:
        assert scenario.labels or scenario.obstruction is not Attendance.NONE
        assert Label.PERSON not in scenario.labels  # people do not stand still
        if scenario.obstruction is not Attendance.NONE:
            assert Label.PERSON in scenario.never
    else:
        assert scenario.min_count >= 1
        assert len(scenario.labels) == 1  # its name says what was counted
        assert scenario.obstruction is Attendance.NONE
        assert not scenario.never


@each_scenario
def test_no_scenario_is_called_like_a_label_or_another_scenario(scenario: Scenario) -> None:
    """A gathering goes by the scenario's id where single things go by their labels."""
    if scenario.min_count is not None:
        assert scenario.id not in set(Label) - scenario.labels
    others = [it for it in CATALOGUE.values() if it is not scenario]
    assert scenario.name_zh not in {it.name_zh for it in others}
    assert scenario.name_en not in {it.name_en for it in others}


@each_category
def test_a_category_has_names_and_at_least_one_scenario(category: Category) -> None:
    assert CATEGORIES[category.id] is category
    assert category.name_en.isascii()
    assert not category.name_zh.isascii()
    assert any(scenario.category == category.id for scenario in CATALOGUE.values())


def test_it_is_as_broad_as_a_city_s() -> None:
    assert len(CATALOGUE) >= 20
    assert len(CATEGORIES) == 16
    assert len({it.name_zh for it in CATEGORIES.values()}) == 16


def test_scenarios_come_category_by_category() -> None:
    order = [scenario.category for scenario in CATALOGUE.values()]
    assert list(dict.fromkeys(order)) == list(CATEGORIES)
    assert order == sorted(order, key=list(CATEGORIES).index)


def test_every_label_is_one_that_some_scenario_asks_for() -> None:
    asked = {label for scenario in CATALOGUE.values() for label in scenario.labels}
    assert set(Label) - EVERYWHERE <= asked


@pytest.mark.parametrize(
    ("scenario_id", "dwell_s", "clear_after_s"),
    [
        ("blocked_fire_lane", 60, 30),
        ("street_vending", 120, 60),
        ("construction_waste", 600, 300),
    ],
)
def test_the_three_required_ones_keep_their_defaults(
    scenario_id: str, dwell_s: float, clear_after_s: float
) -> None:
    scenario = CATALOGUE[scenario_id]
    assert (scenario.dwell_s, scenario.clear_after_s) == (dwell_s, clear_after_s)
    assert (scenario.min_area, scenario.min_count) == (0.0005, None)


@each_scenario
def test_every_label_of_a_scenario_opens_it_and_tells_so(scenario: Scenario) -> None:
    """As many as it asks for, in the fence for its dwell."""
    places = [
        Box(0.3 + x / 16, 0.3 + y / 16, 0.35 + x / 16, 0.35 + y / 16)
        for x in range(5)
        for y in range(5)
    ]
    counts = scenario.min_count is not None and scenario.min_count > 1
    for label in scenario.labels:
        there = [seen(label, place) for place in places[: scenario.min_count or 1]]
        (opened,) = events_of(fence(rule(scenario.id, min_area=0.0005)), looks(0, 12, *there))
        named = f"counted:{label}" if counts else f"learned:{label}"
        assert opened.sightings[0].named_by == named


@pytest.mark.parametrize(
    "scenario",
    [it for it in CATALOGUE.values() if it.labels != {Label.PERSON}],
    ids=lambda it: str(it.id),
)
def test_an_obstruction_opens_what_says_so_and_nothing_else(scenario: Scenario) -> None:
    person = seen(Label.PERSON, replace(HERE, x1=0.5, x2=0.5625))
    watched = fence(rule(scenario.id))
    alone = [look(n, blob(since=0.0), people=True) for n in range(20)]
    attended = [look(n, blob(since=0.0), person, people=True) for n in range(20)]
    expected = {
        Attendance.ANY: (True, True),
        Attendance.ATTENDED: (False, True),
        Attendance.UNATTENDED: (True, False),
        Attendance.NONE: (False, False),
    }[scenario.obstruction]
    assert (bool(events_of(watched, alone)), bool(events_of(watched, attended))) == expected


@each_scenario
def test_what_must_never_be_it_is_not_it(scenario: Scenario) -> None:
    for label in scenario.never:
        told = events_of(
            fence(rule(scenario.id)), looks(0, 20, seen(label), blob(since=0.0), people=True)
        )
        assert told == []


def test_the_catalogue_cannot_be_changed_by_accident() -> None:
    for mapping, key in ((CATALOGUE, "street_vending"), (CATEGORIES, "roads")):
        with pytest.raises(TypeError):
            mapping["other"] = mapping[key]  # type: ignore[index]
