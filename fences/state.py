"""What a fence remembers between two looks, and its JSON codec."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field

from fences.occupant import Occupant
from fences.reading import read, read_object

VERSION = 3
"""Of the JSON form; another version is refused, not guessed at."""


@dataclass(frozen=True, slots=True)
class Violation:
    """An open violation. ``opened_ns`` names it; ``members`` are its occupants' ids.

    ``free_ns``: for how long the place has been looked at and no member seen; gaps, in which
    nothing can be seen to be clear, are no part of it. ``told_area``: share of the frame that
    the members covered at the last event.
    """

    opened_ns: int
    seq: int
    since_ns: int
    members: tuple[int, ...]
    free_ns: int
    told_area: float


@dataclass(frozen=True, slots=True)
class Watch:
    """One rule's memory. Standing before ``floor_ns`` does not count; ``None``: not armed."""

    scenario_id: str
    floor_ns: int | None = None
    violation: Violation | None = None


@dataclass(frozen=True, slots=True)
class FenceState:
    """All of a fence's memory: pure data, safe to checkpoint and to carry over.

    Media time has been accounted for up to ``last_ns``; its last ``blind_ns`` lie after the
    last look.
    """

    started_ns: int | None = None
    last_ns: int | None = None
    blind_ns: int = 0
    next_id: int = 1
    occupants: tuple[Occupant, ...] = field(default=())
    watches: tuple[Watch, ...] = field(default=())

    def watch(self, scenario_id: str) -> Watch:
        """The memory of one rule, empty if it has none yet."""
        for watch in self.watches:
            if watch.scenario_id == scenario_id:
                return watch
        return Watch(scenario_id)


def encode_state(state: FenceState) -> str:
    """JSON text from which :func:`decode_state` gives an equal state."""
    data = {"version": VERSION, **asdict(state)}
    return json.dumps(data, allow_nan=False, separators=(",", ":"), sort_keys=True)


def decode_state(text: str) -> FenceState:
    """The state of a JSON text. Raises ``ValueError`` for anything else."""
    try:
        data = read_object(text)
        version = data.pop("version", None)
        if version != VERSION:
            raise ValueError(f"got version {version!r:.80}, expected {VERSION}")  # noqa: TRY301
        return read(FenceState, data)
    except ValueError as error:
        raise ValueError(f"got a fence state that cannot be read: {error}") from error
