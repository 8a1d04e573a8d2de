"""Cameras are dealt to the processes that look: as many each, and neighbours apart."""

from __future__ import annotations

from typing import cast

from kerbwatch.looking.station import Station, dealt

ONE, TWO = cast("Station", object()), cast("Station", object())


def test_every_process_gets_as_many_cameras() -> None:
    held = dealt((f"camera-{number}" for number in range(101)), (ONE, TWO))
    assert sorted([*held.values()].count(station) for station in (ONE, TWO)) == [50, 51]


def test_every_second_camera_of_a_list_does_not_wait_for_the_same_process() -> None:
    held = dealt((f"camera-{number}" for number in range(100)), (ONE, TWO))
    entrances = [held[f"camera-{number}"] for number in range(0, 100, 2)]
    assert 15 <= entrances.count(ONE) <= 35


def test_a_camera_is_dealt_alike_in_every_run_whatever_the_order_of_the_list() -> None:
    names = [f"camera-{number}" for number in range(9)]
    assert dealt(names, (ONE, TWO)) == dealt(reversed(names), (ONE, TWO))
