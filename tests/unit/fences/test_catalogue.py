"""The scenarios as data: complete, and at peace with themselves."""

from __future__ import annotations

import pytest

from fences.catalogue import CATALOGUE
from fences.observation import Label
from fences.scenario import Scenario


@pytest.mark.parametrize("scenario", CATALOGUE.values(), ids=lambda it: str(it.id))
def test_a_scenario_is_complete(scenario: Scenario) -> None:
    assert CATALOGUE[scenario.id] is scenario
    assert scenario.id.isascii()
    assert scenario.name_en
    assert not scenario.name_zh.isascii()
    assert not scenario.labels & scenario.never
    assert Label.PERSON in scenario.never
    assert scenario.dwell_s > 0
    assert scenario.clear_after_s > 0
    assert 0 < scenario.min_area < 1


def test_the_catalogue_cannot_be_changed_by_accident() -> None:
    with pytest.raises(TypeError):
        CATALOGUE["other"] = CATALOGUE["street_vending"]  # type: ignore[index]
