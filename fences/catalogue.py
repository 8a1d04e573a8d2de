"""The catalogue of scenarios, as data. To add one, add an entry here."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from fences.observation import Label
from fences.scenario import Attendance, Scenario

_ENTRIES = (
    Scenario(
        id="blocked_fire_lane",
        name_zh="消防通道被占",
        name_en="Blocked fire lane",
        category="fire_safety",
        labels=frozenset({Label.VEHICLE, Label.TWO_WHEELER, Label.STALL, Label.WASTE}),
        obstruction=Attendance.ANY,
        never=frozenset({Label.PERSON}),
        dwell_s=60.0,
        clear_after_s=30.0,
        min_area=0.0005,
    ),
    Scenario(
        id="street_vending",
        name_zh="占道经营",
        name_en="Street vending",
        category="street_order",
        labels=frozenset({Label.STALL}),
        obstruction=Attendance.ATTENDED,
        never=frozenset({Label.PERSON, Label.VEHICLE, Label.WASTE}),
        dwell_s=120.0,
        clear_after_s=60.0,
        min_area=0.0005,
    ),
    Scenario(
        id="construction_waste",
        name_zh="建筑垃圾堆积",
        name_en="Construction waste pile",
        category="city_appearance",
        labels=frozenset({Label.WASTE}),
        obstruction=Attendance.UNATTENDED,
        never=frozenset({Label.PERSON, Label.VEHICLE, Label.TWO_WHEELER, Label.STALL}),
        dwell_s=600.0,
        clear_after_s=300.0,
        min_area=0.0005,
    ),
)

CATALOGUE: Mapping[str, Scenario] = MappingProxyType({entry.id: entry for entry in _ENTRIES})
"""Every scenario by id."""
