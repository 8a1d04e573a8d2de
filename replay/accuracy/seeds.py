"""Which rendered scenes may be looked at while tuning, and which only measure the result.

A scene whose figures somebody has tuned on measures that tuning, nothing else. So the seeds of
the two sets never meet, and neither tests nor tuning render a scene of the validation set.
"""

from __future__ import annotations

from enum import StrEnum

from replay.scenes import CONDITIONS


class ClipSet(StrEnum):
    """Which scenes to render."""

    TUNING = "tuning"
    VALIDATION = "validation"


FIRST_VALIDATION_SEED = 1000
"""Seeds below are for tuning and tests, from here on they are for validation."""

_PER_CONDITION = {ClipSet.TUNING: 70, ClipSet.VALIDATION: 10_000}
_FIRST = {ClipSet.TUNING: 0, ClipSet.VALIDATION: FIRST_VALIDATION_SEED}


def most(clip_set: ClipSet) -> int:
    """How many clips of a condition there are with violations, and as many without."""
    return _PER_CONDITION[clip_set] // 2


def seeds(clip_set: ClipSet, condition: str, count: int, *, positive: bool) -> tuple[int, ...]:
    """The first ``count`` seeds of a condition; positive and negative clips have their own.

    Raises ``ValueError`` for an unknown condition and for more seeds than there are.
    """
    names = tuple(CONDITIONS)
    if condition not in names:
        raise ValueError(f"got condition {condition!r}, expected one of {', '.join(names)}")
    room = most(clip_set)
    if not 0 <= count <= room:
        raise ValueError(f"got {count} clips of a condition, expected 0 to {room}")
    per_condition = _PER_CONDITION[clip_set]
    first = _FIRST[clip_set] + names.index(condition) * per_condition
    first += 0 if positive else room
    return tuple(range(first, first + count))
