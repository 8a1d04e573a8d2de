"""What became of cameras that were unwell: one case a spell, ended by itself, and a true status."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from chaos.facts import Facts, Row

_SECOND_NS = 1_000_000_000
_FINISHED = {"closed", "rejected"}

Spell = tuple[int, int | None, str]
"""From and until when, in seconds, and the state; None: it is not over."""


@dataclass(frozen=True, slots=True)
class Ills:
    """What was drawn, by camera; its seconds count from ``zero_wall_ns``."""

    zero_wall_ns: int = 0
    spells: Mapping[str, list[Spell]] = field(default_factory=dict)

    def of(self, camera_id: str) -> list[Spell]:
        return self.spells.get(camera_id, [])


NO_ILLS = Ills()
"""Nothing was drawn: every camera is well."""


def read_ills(path: Path, zero_wall_ns: int) -> Ills:
    """As they were drawn."""
    return Ills(zero_wall_ns, json.loads(path.read_text("utf-8")))


def wrong_health(facts: Facts, ills: Ills) -> Iterator[str]:
    """Health cases of no spell, two of the same, and ends that are missing or too many.

    Spells may be over before anybody was there to see them, and two that nobody saw apart may be
    one case; at the end a case is open for each camera that is unwell, and for no other.
    """
    ill = {row["case_id"]: str(row["camera_id"]) for row in facts.health}
    lines: defaultdict[str, list[Row]] = defaultdict(list)
    for line in facts.log:
        if line["case_id"] in ill:
            lines[ill[line["case_id"]]].append(line)
    for camera_id in sorted({*lines, *ills.spells}):
        drawn = ills.of(camera_id)
        known = {ills.zero_wall_ns + from_s * _SECOND_NS for from_s, _, _ in drawn}
        yield from _wrong_lines(camera_id, lines[camera_id], known)
        unwell = bool(drawn) and drawn[-1][1] is None
        is_open = sum(ill[row["case_id"]] == camera_id for row in facts.health if row["is_open"])
        if is_open != unwell:
            yield f"{camera_id}: {is_open} health cases are open, expected {int(unwell)}"


def _wrong_lines(camera_id: str, lines: list[Row], known: set[int]) -> Iterator[str]:
    begun: Counter[int] = Counter()
    stands = False
    for line in lines:
        what = f"{camera_id}: {line['case_id']} v{line['version']}"
        if line["reason"] == "camera_unwell":
            since_ns = _since_ns(line)
            begun[since_ns] += 1
            if stands or since_ns not in known or begun[since_ns] > 1:
                yield f"{what} began for {since_ns}, with {begun[since_ns] - 1} before"
            stands = True
        elif line["state"] in _FINISHED:
            if not stands or line["reason"] != "camera_well":
                yield f"{what} ended with {line['reason']}"
            stands = False


def _since_ns(line: Row) -> int:
    """Since when the camera is unwell: the last number but one in the name of its event."""
    return int(line["event_id"].partition("@")[0].split(".")[-2])


def wrong_status(facts: Facts, ills: Ills) -> Iterator[str]:
    """Where broker, store and what was drawn do not say the same of a camera at the end."""
    stored = {row["camera_id"]: row for row in facts.cameras}
    for camera_id in sorted({*stored, *ills.spells, *facts.statuses}):
        row, held = stored.get(camera_id, {}), facts.statuses.get(camera_id, {})
        state, since_s = _at_the_end(ills.of(camera_id))
        since_ns = ills.zero_wall_ns + since_s * _SECOND_NS
        if (row.get("state"), row.get("since_wall_ns")) != (state, since_ns):
            yield f"{camera_id} is {state} since {since_ns}, stored {row}"
        said = (held.get("state"), held.get("since_ms"), held.get("reason"))
        if said != (row.get("state"), row.get("since_wall_ns", 0) // 1_000_000, row.get("reason")):
            yield f"{camera_id} is stored as {row}, retained {held}"


def _at_the_end(drawn: list[Spell]) -> tuple[str, int]:
    if not drawn:
        return "online", 0
    from_s, until_s, state = drawn[-1]
    return (state, from_s) if until_s is None else ("online", until_s)
