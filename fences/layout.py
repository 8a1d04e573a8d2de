"""What was seen, laid out once so that many fences and places can each find their part of it.

Each fence asks for what may lie in it, each occupant for who may be at it. Among a handful of
things they look at all; among hundreds a comparison of arrays leaves the few that matter. What is
left out could make no difference, so that the answer is the same either way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from fences.box import Box

if TYPE_CHECKING:
    from fences.observation import Detection

FEW = 24
"""Up to so many are looked at one by one: an array would take longer to ask."""

_SLACK = 1e-9
"""Rounding must leave out nobody."""

Rows = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Layout:
    """``people`` and ``obstructions`` are those among ``detections``."""

    detections: tuple[Detection, ...]
    people: tuple[Box, ...]
    obstructions: tuple[Detection, ...]
    _grounds_xy: Rows | None
    _reaches_xyxy: Rows | None

    def around(self, bounds: Box) -> Sequence[Detection]:
        """Those that touch the ground within the bounds, or at least all of them."""
        if self._grounds_xy is None:
            return self.detections
        low, high = (bounds.x1, bounds.y1), (bounds.x2, bounds.y2)
        inside = ((self._grounds_xy >= low) & (self._grounds_xy <= high)).all(axis=1)
        return [self.detections[number] for number in np.flatnonzero(inside)]

    def people_near(self, thing: Box) -> Sequence[Box]:
        """Those who may stand at a thing, or be it: an arm's length away at most."""
        if self._reaches_xyxy is None:
            return self.people
        low = self._reaches_xyxy[:, :2] <= (thing.x2 + _SLACK, thing.y2 + _SLACK)
        high = self._reaches_xyxy[:, 2:] >= (thing.x1 - _SLACK, thing.y1 - _SLACK)
        return [self.people[number] for number in np.flatnonzero((low & high).all(axis=1))]


def laid_out(
    detections: tuple[Detection, ...],
    people: tuple[Box, ...],
    obstructions: tuple[Detection, ...],
) -> Layout:
    """Arrays where there are many; see :class:`Layout`."""
    grounds = np.array([seen.ground for seen in detections]) if len(detections) > FEW else None
    reaches = np.array([_reach(box) for box in people]) if len(people) > FEW else None
    return Layout(detections, people, obstructions, grounds, reaches)


def arm(person: Box) -> float:
    """An arm's length, a third of the body."""
    return person.height / 3


def _reach(person: Box) -> tuple[float, float, float, float]:
    reach = arm(person)
    return (person.x1 - reach, person.y1 - reach, person.x2 + reach, person.y2 + reach)
