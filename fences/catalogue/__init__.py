"""The catalogue of scenarios, as data. To add one, add an entry to the module of its kind."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from fences.catalogue.buildings import BUILDINGS
from fences.catalogue.categories import CATEGORY_ENTRIES
from fences.catalogue.streets import STREETS
from fences.catalogue.surroundings import SURROUNDINGS
from fences.catalogue.traffic import TRAFFIC
from fences.scenario import Category, Scenario

CATEGORIES: Mapping[str, Category] = MappingProxyType({it.id: it for it in CATEGORY_ENTRIES})
"""Every category by id, in the order in which people are shown them."""

_ENTRIES = (*BUILDINGS, *STREETS, *TRAFFIC, *SURROUNDINGS)
_ORDER = tuple(CATEGORIES)

CATALOGUE: Mapping[str, Scenario] = MappingProxyType(
    {it.id: it for it in sorted(_ENTRIES, key=lambda entry: _ORDER.index(entry.category))}
)
"""Every scenario by id, category by category."""
