"""How much time somebody has: plain, or counted in working time (工作时, 工作日)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


class Unit(StrEnum):
    """What a budget is counted in."""

    MINUTE = "min"
    HOUR = "h"
    DAY = "d"
    WORKING_MINUTE = "working min"
    WORKING_HOUR = "working h"
    WORKING_DAY = "working d"

    @property
    def is_working(self) -> bool:
        """Whether only working time counts."""
        return self.value.startswith("working")


_WORDS = {
    "min": Unit.MINUTE, "分钟": Unit.MINUTE,
    "h": Unit.HOUR, "小时": Unit.HOUR,
    "d": Unit.DAY, "天": Unit.DAY,
    "working min": Unit.WORKING_MINUTE, "工作分钟": Unit.WORKING_MINUTE,
    "working h": Unit.WORKING_HOUR, "工作时": Unit.WORKING_HOUR,
    "working d": Unit.WORKING_DAY, "工作日": Unit.WORKING_DAY,
}  # fmt: skip
_FORM = re.compile(r"([0-9]{1,5})\s*(\D+)", re.ASCII)
_MOST = {
    Unit.MINUTE: 60 * 24 * 60, Unit.HOUR: 24 * 60, Unit.DAY: 60,
    Unit.WORKING_MINUTE: 60 * 24 * 60, Unit.WORKING_HOUR: 24 * 60, Unit.WORKING_DAY: 60,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Budget:
    """An amount of time, at least 1 of its unit, at most 60 days."""

    amount: int
    unit: Unit

    def __post_init__(self) -> None:
        if not 1 <= self.amount <= _MOST[self.unit]:
            raise ValueError(f"got {self.amount} {self.unit}, expected 1 to {_MOST[self.unit]}")

    def __str__(self) -> str:
        return f"{self.amount} {self.unit}"


def parse_budget(text: str) -> Budget:
    """``45 min``, ``24 h``, ``3 d``, ``4 working h``, ``2 working d``; ``4工作时``, ``2工作日``.

    Raises ``ValueError`` for anything else.
    """
    match = _FORM.fullmatch(text.strip())
    unit = None if match is None else _WORDS.get(" ".join(match[2].split()))
    if match is None or unit is None:
        raise ValueError(f"got {text!r}, expected a time such as '30 min' or '4 working h'")
    return Budget(int(match[1]), unit)
