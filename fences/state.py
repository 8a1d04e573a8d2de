"""What a fence remembers between two looks, and its JSON codec."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any

from fences.box import Box
from fences.occupant import Move, Occupant

VERSION = 1
"""Of the JSON form; another version is refused, not guessed at."""


@dataclass(frozen=True, slots=True)
class Violation:
    """An open violation. ``opened_ns`` names it; ``members`` are its occupants' ids.

    ``last_present_ns``: when a member was last seen, moved on over gaps, in which nothing
    can be seen to be clear. ``told_area``: share of the frame at the last event.
    """

    opened_ns: int
    seq: int
    since_ns: int
    members: tuple[int, ...]
    last_present_ns: int
    told_area: float


@dataclass(frozen=True, slots=True)
class Watch:
    """One rule's memory. Standing before ``floor_ns`` does not count; ``None``: not armed."""

    scenario_id: str
    floor_ns: int | None = None
    violation: Violation | None = None


@dataclass(frozen=True, slots=True)
class FenceState:
    """All of a fence's memory: pure data, safe to checkpoint and to carry over."""

    started_ns: int | None = None
    last_ns: int | None = None
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
    return json.dumps({"version": VERSION, **asdict(state)}, separators=(",", ":"), sort_keys=True)


def decode_state(text: str) -> FenceState:
    """The state of a JSON text. Raises ``ValueError`` for anything else."""
    try:
        data = json.loads(text)
        version = data.pop("version")
        data["occupants"] = tuple(_occupant(item) for item in data["occupants"])
        data["watches"] = tuple(_watch(item) for item in data["watches"])
        state = FenceState(**data)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ValueError(f"got a fence state that cannot be read ({error})") from error
    if version != VERSION:
        raise ValueError(f"got a fence state of version {version}, expected {VERSION}")
    return state


def _occupant(item: dict[str, Any]) -> Occupant:
    return Occupant(
        **{
            **item,
            "box": Box(**item["box"]),
            "reference": Box(**item["reference"]),
            "move": _move(item["move"]),
            "label_ns": tuple((str(label), int(time_ns)) for label, time_ns in item["label_ns"]),
        }
    )


def _move(item: dict[str, Any] | None) -> Move | None:
    return None if item is None else Move(item["began_ns"], Box(**item["box"]), item["since_ns"])


def _watch(item: dict[str, Any]) -> Watch:
    violation = item["violation"]
    if violation is not None:
        violation = Violation(**{**violation, "members": tuple(violation["members"])})
    return Watch(item["scenario_id"], item["floor_ns"], violation)
