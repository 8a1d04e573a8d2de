"""What will happen to a town: its recordings, its spells, and the faults, drawn from the seed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from chaos.load import LOOK_S, Load
from chaos.plan import Round, rounds
from chaos.report import Settings
from chaos.spells import write_spells
from fences.clock import SECOND_NS

_SPARE_S = 3.0
"""Real seconds that the recordings are longer than the faults, for what they take longer."""

_ONLINE_S = 2.5
"""About how long a start takes until the service is heard of."""


@dataclass(frozen=True, slots=True)
class Script:
    """``recordings`` (a folder) end after ``end_s`` of media time, with ``unwell`` cameras left."""

    plan: tuple[Round, ...]
    end_s: int
    recordings: Path
    spells: Path
    unwell: int

    @property
    def last_look_ns(self) -> int:
        """When the last look of every recording is, in media time."""
        return (self.end_s + 3 * LOOK_S) * SECOND_NS


def written(settings: Settings) -> Script:
    """Draw everything and write it down."""
    folder, cameras, seed = settings.folder, settings.cameras, settings.seed
    plan = rounds(seed, settings.rounds, settings.speed, postgres=settings.store == "postgresql")
    real_s = sum(one.ends_s + (not one.starting) * _ONLINE_S for one in plan)
    end_s = round((real_s + _SPARE_S) * settings.speed)
    recordings, spells = folder / "observations", folder / "spells.json"
    Load(recordings, cameras, end_s, seed).write()
    unwell = write_spells(spells, cameras, end_s, seed)
    return Script(plan, end_s, recordings, spells, unwell)
