"""Step inputs and events as JSON objects, one a line: what a replay reads and writes.

Equal values give equal bytes: keys are sorted, numbers are written so that they read back
exactly.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from fences.event import FenceEvent
from fences.observation import Gap, Observation, StepInput, Tick
from fences.reading import read, read_object

_KINDS: dict[type[StepInput], str] = {
    Observation: "observation",
    Gap: "gap",
    Tick: "tick",
}


def encode_input(entry: StepInput) -> str:
    """One line of JSON without its line break."""
    return _line({"kind": _KINDS[type(entry)], **asdict(entry)})


def decode_input(text: str) -> StepInput:
    """The input of a line. Raises ``ValueError`` with what was wrong with it."""
    data = read_object(text)
    kind = data.pop("kind", None)
    for entry_type, name in _KINDS.items():
        if name == kind:
            return _checked(read(entry_type, data))
    raise ValueError(f"got kind {kind!r:.80}, expected observation, gap or tick")


def encode_event(event: FenceEvent) -> str:
    """One line of JSON without its line break."""
    return _line({"event_id": event.event_id, **asdict(event)})


def _line(data: dict[str, Any]) -> str:
    return json.dumps(
        data, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")
    )


def _checked(entry: StepInput) -> StepInput:
    for seen in entry.detections if isinstance(entry, Observation) else ():
        if not (0.0 <= seen.score <= 1.0 and 0.0 <= seen.activity <= 1.0):
            raise ValueError(
                f"got score {seen.score} and activity {seen.activity}, expected both in 0 to 1"
            )
    return entry
