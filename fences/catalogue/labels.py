"""Sets of labels that entries of the catalogue share."""

from __future__ import annotations

from fences.observation import Label

BLOCKERS = frozenset(
    {
        Label.VEHICLE,
        Label.TWO_WHEELER,
        Label.STALL,
        Label.WASTE,
        Label.ADVERTISING_BOARD,
        Label.FURNITURE,
        Label.GOODS,
        Label.GRILL,
        Label.MUCK_TRUCK,
    }
)
"""Everything that can stand in somebody's way."""

MOVED_BY_PEOPLE = frozenset({Label.PERSON, Label.VEHICLE, Label.TWO_WHEELER, Label.MUCK_TRUCK})
"""What comes and goes by itself: no goods, no litter, no pile."""

ONLY_PEOPLE = frozenset({Label.PERSON})
NOTHING = frozenset[Label]()
