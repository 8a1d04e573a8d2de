"""What a camera usually shows: the memory that its looks are judged by."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from detector.health.structure import Structure, likeness, strength
from detector.health.thumbnail import Plane
from fences.clock import SECOND_NS, running

LEARNED_NS = 20 * SECOND_NS
"""How long a view must have been seen before anything is missed in it."""

LEARNED_LOOKS = 5

_SLOW_NS = 3600 * SECOND_NS
"""Time constant of fineness: rain on the lens comes in minutes, the light of a day in hours."""

_QUICK_NS = 600 * SECOND_NS
"""Time constant of what is drawn where: a street changes with the light."""

_FINE, _COARSE = 4e-4, 1e-3
"""Mean squares of slopes from which a block has something drawn in it: 2 and 3 % a pixel."""

_LASTING = 0.3
"""Of the coarse structure seen in a block, that must be the same each time: what traffic draws on
an empty road is not missed when the road is empty."""

_LEAST_SHARE = 0.15
"""Of the blocks that must have: of a bare wall nothing can be said."""


@dataclass(slots=True)
class Known:
    """Means over the looks at which all was well; see :class:`Structure`.

    ``strong``: 9 x 16, mean squares of the looks' coarse slopes, in grey levels.
    """

    fine: Plane
    coarse: Plane
    slopes: Plane
    strong: Plane
    green: float
    looks: int
    learned_ns: int

    @property
    def can_tell(self) -> bool:
        """Whether enough was seen, and enough is there to be seen."""
        seen = self.looks >= LEARNED_LOOKS and self.learned_ns >= LEARNED_NS
        return seen and float(self.drawn.mean()) >= _LEAST_SHARE

    @property
    def drawn(self) -> Plane:
        """Which blocks have something lasting drawn in them, fine and coarse; 9 x 16 bool."""
        lasting = strength(self.slopes) >= _LASTING * self.strong
        return np.asarray((self.fine > _FINE) & (self.coarse > _COARSE) & lasting)

    def learn(self, now: Structure, green: float | None, dt_ns: int) -> None:
        """Take a look in; ``green`` is None where it is too dark to have colours."""
        self.looks += 1
        self.learned_ns += dt_ns
        first = 1.0 / self.looks  # the mean of all, until that is as long as the time constant
        slow = max(running(dt_ns, _SLOW_NS), first)
        quick = max(running(dt_ns, _QUICK_NS), first)
        self.fine += slow * (now.fine - self.fine)
        self.coarse += slow * (now.coarse - self.coarse)
        self.slopes += quick * (now.slopes - self.slopes)
        self.strong += quick * (strength(now.slopes) - self.strong)
        if green is not None:
            self.green += quick * (green - self.green)


@dataclass(frozen=True, slots=True)
class Comparison:
    """A look against what is known.

    ``gone``: share of the drawn blocks, 0-1, whose fine structure has gone and in which another
    coarse one is seen, or none. ``fine``, ``coarse``: how much of either is left in the median
    block. ``likeness``: -1 to 1, of what is drawn where, of the median block.
    """

    gone: float
    fine: float
    coarse: float
    likeness: float


_FINE_LEFT = 0.1
_ALIKE = 0.3
_COARSE_LEFT = 0.02
"""In a block whose view has gone: less fine structure is left, in shares of the slopes' squares,
and the coarse one is another, or less than a trace of it shines through."""


def compare(known: Known, now: Structure) -> Comparison:
    """Only if ``known.can_tell``."""
    drawn = known.drawn
    alike = likeness(known.slopes, now.slopes)[drawn]
    fine = now.fine[drawn] / known.fine[drawn]
    coarse = now.coarse[drawn] / known.coarse[drawn]
    another = (alike < _ALIKE) | (coarse < _COARSE_LEFT)
    return Comparison(
        gone=float(np.mean(another & (fine < _FINE_LEFT))),
        fine=float(np.median(fine)),
        coarse=float(np.median(coarse)),
        likeness=float(np.median(alike)),
    )


def new_known(now: Structure, green: float | None) -> Known:
    """The memory after a first look."""
    return Known(
        now.fine.copy(),
        now.coarse.copy(),
        now.slopes.copy(),
        strength(now.slopes),
        green or 0.0,
        1,
        0,
    )
