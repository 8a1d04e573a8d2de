"""Which evidence makes a standing thing a case of which scenario."""

from __future__ import annotations

import pytest

from fences.box import Box
from fences.event import FenceEvent
from fences.observation import Label, Observation
from tests.fences_kit import HERE, blob, brief, events_of, fence, look, looks, rule, seen

REQUIRED = ("blocked_fire_lane", "street_vending", "construction_waste")
ALL = fence(*(rule(scenario_id) for scenario_id in REQUIRED))
PERSON = Box(0.5, 0.25, 0.5625, 0.5)  # stands right beside HERE


def named(told: list[FenceEvent]) -> dict[str, str]:
    return {event.scenario_id: event.sightings[0].named_by for event in told if event.seq == 1}


@pytest.mark.parametrize(
    ("label", "scenarios"),
    [
        (Label.VEHICLE, {"blocked_fire_lane"}),
        (Label.TWO_WHEELER, {"blocked_fire_lane"}),
        (Label.STALL, {"blocked_fire_lane", "street_vending"}),
        (Label.WASTE, {"blocked_fire_lane", "construction_waste"}),
        (Label.FURNITURE, {"blocked_fire_lane"}),
        (Label.GOODS, {"blocked_fire_lane"}),
        (Label.PERSON, set()),
        (Label.DOG, set()),
        ("something_else", set()),
    ],
)
def test_labels_name_scenarios(label: str, scenarios: set[str]) -> None:
    told = named(events_of(ALL, looks(0, 20, seen(label))))
    assert told == dict.fromkeys(scenarios, f"learned:{label}")


def test_an_unattended_obstruction_is_waste() -> None:
    told = named(events_of(ALL, looks(0, 20, blob(since=0.0), people=True)))
    assert told == {
        "blocked_fire_lane": "obstruction:standing",
        "construction_waste": "obstruction:unattended",
    }


def test_an_attended_obstruction_is_vending() -> None:
    person = seen(Label.PERSON, PERSON)
    told = named(events_of(ALL, looks(0, 20, blob(since=0.0), person, people=True)))
    assert told == {
        "blocked_fire_lane": "obstruction:standing",
        "street_vending": "obstruction:attended",
    }


def test_without_a_detector_of_people_movement_beside_it_attends() -> None:
    told = named(events_of(ALL, looks(0, 20, blob(since=0.0, activity=1.0))))
    assert set(told) == {"blocked_fire_lane", "street_vending"}
    told = named(events_of(ALL, looks(0, 20, blob(since=0.0, activity=0.0))))
    assert set(told) == {"blocked_fire_lane", "construction_waste"}


def test_movement_that_no_seen_person_makes_attends_too() -> None:
    """Who sits behind a stall and below its umbrella is seldom seen as a person."""
    told = named(events_of(ALL, looks(0, 20, blob(since=0.0, activity=1.0), people=True)))
    assert told == {
        "blocked_fire_lane": "obstruction:standing",
        "street_vending": "obstruction:stirred",
    }


def test_movement_after_the_owner_has_left_does_not_make_a_bag_a_stall() -> None:
    """A detector that has seen who was at it is believed when it sees that they have gone."""
    person = seen(Label.PERSON, PERSON)
    told = events_of(
        ALL,
        looks(0, 8, blob(since=0.0), person, people=True),
        looks(8, 12, blob(since=0.0, activity=1.0), people=True),
    )
    assert "construction_waste" in named(told)


def test_movement_now_and_then_beside_a_pile_is_passing_traffic() -> None:
    looked = [look(n, blob(since=0.0, activity=float(n % 3 == 0)), people=True) for n in range(20)]
    told = named(events_of(ALL, looked))
    assert set(told) == {"blocked_fire_lane", "construction_waste"}


def test_a_person_far_away_does_not_attend() -> None:
    person = seen(Label.PERSON, Box(0.6875, 0.25, 0.75, 0.5))
    told = named(events_of(ALL, looks(0, 20, blob(since=0.0), person, people=True)))
    assert "construction_waste" in told
    assert "street_vending" not in told


def test_what_somebody_puts_down_and_leaves_becomes_waste() -> None:
    person = seen(Label.PERSON, PERSON)
    told = events_of(
        ALL,
        looks(0, 2, blob(since=0.0), person, people=True),
        looks(2, 30, blob(since=0.0), people=True),
    )
    assert "construction_waste" in named(told)


def test_a_person_standing_still_is_never_a_thing() -> None:
    person = seen(Label.PERSON, HERE)
    assert events_of(ALL, looks(0, 40, blob(since=0.0), person, people=True)) == []


def test_time_before_a_thing_was_found_attends_nothing() -> None:
    slow = fence(rule("street_vending", dwell=12, grace=15))
    person = seen(Label.PERSON, PERSON)
    first = [look(0, people=True), look(6, blob(), person, people=True)]
    assert events_of(slow, first, looks(12, 19, blob(), every=6, people=True)) == []


def test_a_person_at_the_place_does_not_keep_it_taken() -> None:
    told = events_of(fence(), looks(0, 12, seen()), looks(12, 40, seen(Label.PERSON)))
    assert brief(told) == [("opened", 10.0), ("cleared", 17.0)]


def test_a_vehicle_is_never_waste_even_where_obstruction_sees_it_too() -> None:
    told = named(events_of(ALL, looks(0, 40, seen(), blob(since=0.0), people=True)))
    assert set(told) == {"blocked_fire_lane"}


def test_now_and_then_called_a_vehicle_does_not_make_waste_one() -> None:
    looked: list[Observation] = [
        look(n, seen(Label.VEHICLE if n % 5 == 4 else Label.WASTE)) for n in range(30)
    ]
    told = named(events_of(ALL, looked))
    assert told["construction_waste"] == "learned:waste"


def test_the_more_frequent_name_wins() -> None:
    looked = [look(n, seen(Label.STALL if n % 3 == 2 else Label.VEHICLE)) for n in range(30)]
    told = events_of(ALL, looked)
    assert named(told) == {"blocked_fire_lane": "learned:vehicle"}
    assert told[0].sightings[0].labels == ("vehicle", "stall")


def test_a_thing_that_opened_says_place_when_its_name_no_longer_holds() -> None:
    told = events_of(
        fence(rule("construction_waste")),
        looks(0, 12, blob(since=0.0)),
        looks(12, 90, blob(since=0.0), seen(Label.PERSON, PERSON), people=True),
        looks(90, 120, seen(Label.PERSON, PERSON), people=True),
    )
    assert brief(told)[-1][0] == "cleared"
    assert told[-1].sightings[0].named_by == "place"
