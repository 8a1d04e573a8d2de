"""When cameras are unwell: drawn from the seed, written down, and told as a node tells it.

Most of what is drawn lasts for minutes of the service's time; some is over in a moment, and some
lasts for good. Each has words of its own, so that one is known from the next.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from alerts.health import CameraState
from alerts.intake import Intake
from chaos.clock import START_WALL_NS, FastClock
from chaos.load import name_of
from fences.clock import SECOND_NS
from kerbwatch.metrics.book import Metrics
from kerbwatch.wire.standing import Standing

AFTER_S, WELL_S = 0.4, 0.8
"""Real seconds after which trouble is a case, and after which it is over."""

TELL_S = 0.2
"""Real seconds between two looks at how cameras are."""

_SHARE, _MOMENTS = 0.4, 0.3
_KINDS = (CameraState.OFFLINE, CameraState.FROZEN, CameraState.COVERED)
_CALM_S = 300

Spell = tuple[int, int | None, str]
"""From and until when, in seconds of media time, and the state; None: it is not over."""


def write_spells(path: Path, cameras: int, length_s: int, seed: int) -> int:
    """Draw everything and write it down as JSON, by camera. Returns how many are never over."""
    drawn = {
        name_of(camera): list(_drawn(np.random.default_rng([seed, 3, camera]), length_s))
        for camera in range(cameras)
    }
    path.write_text(json.dumps(drawn), "utf-8")
    return sum(bool(spells) and spells[-1][1] is None for spells in drawn.values())


def _drawn(rng: np.random.Generator, length_s: int) -> Iterator[Spell]:
    """None in the last minutes: what has ended by then has time to be told."""
    if rng.random() > _SHARE:
        return
    at_s = int(rng.integers(30, 900))
    while at_s < length_s - _CALM_S:
        short = rng.random() < _MOMENTS
        lasts_s = int(rng.integers(20, 90) if short else rng.integers(300, 1500))
        state = str(_KINDS[int(rng.integers(len(_KINDS)))])
        if at_s + lasts_s > length_s - _CALM_S:
            yield at_s, None, state
            return
        yield at_s, at_s + lasts_s, state
        at_s += lasts_s + int(rng.integers(400, 1800))


@dataclass
class Ward:
    """The cameras of one thread, each as it is said to be by now; no turn of it is left out."""

    path: Path
    ids: Sequence[str]
    intake: Intake
    clock: FastClock
    _due_ns: int = 0
    _told: dict[str, int] = field(default_factory=dict)
    _turns: dict[str, list[tuple[int, CameraState, str]]] = field(init=False)
    _standings: dict[str, Standing] = field(init=False)

    def __post_init__(self) -> None:
        metrics = Metrics(self.clock, dict.fromkeys(self.ids, 1.0))
        spells = json.loads(self.path.read_text("utf-8"))
        self._turns = {id_: _turns(spells[id_]) for id_ in self.ids}
        self._standings = {id_: Standing(id_, self.intake, metrics, self.clock) for id_ in self.ids}

    def tell(self) -> None:
        """As often as you like; a few times a second it is done."""
        now_ns = self.clock.monotonic_ns()
        if now_ns < self._due_ns:
            return
        self._due_ns = now_ns + round(TELL_S * SECOND_NS)
        at_s = self.clock.media_ns() / SECOND_NS
        for id_, standing in self._standings.items():
            turns = self._turns[id_]
            newest = max(n for n, (since_s, _, _) in enumerate(turns) if since_s <= at_s)
            first = self._told.setdefault(id_, newest)
            for since_s, state, words in turns[first : newest + 1]:
                standing.tell(state, START_WALL_NS + since_s * SECOND_NS, words)
            self._told[id_] = newest


def _turns(spells: Sequence[Spell]) -> list[tuple[int, CameraState, str]]:
    """Since when it is how; the first one from the beginning."""
    turns = [(0, CameraState.ONLINE, "")]
    for number, (from_s, until_s, state) in enumerate(spells, start=1):
        turns.append((from_s, CameraState(state), f"spell {number}"))
        if until_s is not None:
            turns.append((until_s, CameraState.ONLINE, ""))
    return turns
