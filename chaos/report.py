"""What is run, and what came of it: the last line of all."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from chaos.checker import Verdict

SPEED = 60.0
"""How many seconds of the service's time go by in a real one."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What is run. ``store`` is sqlite or postgresql; ``tell`` hears how it goes."""

    folder: Path
    rounds: int
    seed: int
    store: str
    cameras: int
    tell: Callable[[str], None]
    speed: float = SPEED


@dataclass
class Outcome:
    """What came of it. ``crashes`` are ends of the service that nobody had brought about."""

    settings: Settings
    verdict: Verdict
    faults: Counter[str]
    seconds: float
    commands: int
    crashes: list[str]

    @property
    def holds(self) -> bool:
        return self.verdict.holds and not self.crashes

    def as_line(self) -> str:
        """The last line of all."""
        found = {
            "rounds": self.settings.rounds,
            **self.verdict.counts,
            "crashes": len(self.crashes),
            "faults": dict(sorted(self.faults.items())),
            "commands": self.commands,
            "seed": self.settings.seed,
            "store": self.settings.store,
            "seconds": round(self.seconds, 1),
        }
        return json.dumps(found)
