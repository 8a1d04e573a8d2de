"""A storm of new cases, as at a change of the light, is one message that says how many."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class StormRule:
    """More than ``camera_cases`` of one camera, or ``site_cases`` of the site, in ``within_ns``.

    None: no such storm.
    """

    camera_cases: int | None
    site_cases: int | None
    within_ns: int


class StormWord(StrEnum):
    """What is to be told when a case opens, or time passes."""

    CASE = "case"
    BEGINS = "begins"
    HELD = "held"
    ENDS = "ends"


@dataclass(frozen=True, slots=True)
class Storm:
    """New cases that are told together. ``camera_id`` None: those of the whole site.

    ``count`` are all of them, those that were told before it was a storm included.
    ``known_wall_ns``: since when it is known to be one.
    """

    camera_id: str | None
    begun_wall_ns: int
    last_wall_ns: int
    count: int
    known_wall_ns: int = 0

    @property
    def key(self) -> str:
        """Names it for good: what is told of it is told once."""
        scope = "site" if self.camera_id is None else f"camera.{self.camera_id}"
        return f"storm.{scope}.{self.begun_wall_ns}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """``CASE``: tell the case itself. ``BEGINS``: tell ``storm`` instead. ``HELD``: tell nothing.

    ``ENDS``: tell how many they were.
    """

    word: StormWord
    storm: Storm | None = None


@dataclass(frozen=True, slots=True)
class Calm:
    """What must be kept between two cases: those of late (when, which camera), and the storms."""

    recent: tuple[tuple[int, str], ...] = ()
    storms: tuple[Storm, ...] = field(default=())


def on_case(calm: Calm, rule: StormRule, camera_id: str, now_wall_ns: int) -> tuple[Calm, Verdict]:
    """A new case. Of a storm of the site its cameras' own storms are a part, and not told."""
    calm = _recent(calm, rule, now_wall_ns)
    before = calm
    calm = replace(calm, recent=(*calm.recent, (now_wall_ns, camera_id)))
    for scope in (None, camera_id):
        running = next((it for it in calm.storms if it.camera_id == scope), None)
        if running is not None:
            if scope is None or rule.site_cases is None:
                calm = before  # nobody counts it any more: a storm of a day must stay small
            grown = replace(running, last_wall_ns=now_wall_ns, count=running.count + 1)
            storms = tuple(grown if it is running else it for it in calm.storms)
            return replace(calm, storms=storms), Verdict(StormWord.HELD, grown)
    for scope, limit in ((None, rule.site_cases), (camera_id, rule.camera_cases)):
        since = [at for at, camera in calm.recent if scope in {None, camera}]
        if limit is not None and len(since) > limit:
            storm = Storm(scope, min(since), now_wall_ns, len(since), now_wall_ns)
            return replace(calm, storms=(*calm.storms, storm)), Verdict(StormWord.BEGINS, storm)
    return calm, Verdict(StormWord.CASE)


def on_time(calm: Calm, rule: StormRule, now_wall_ns: int) -> tuple[Calm, tuple[Verdict, ...]]:
    """Time has passed: a storm ends once ``within_ns`` have gone by without a case of it."""
    over = tuple(it for it in calm.storms if _is_over(it, rule, now_wall_ns))
    left = tuple(it for it in calm.storms if it not in over)
    told = tuple(Verdict(StormWord.ENDS, storm) for storm in over)
    return replace(_recent(calm, rule, now_wall_ns), storms=left), told


def encode_calm(calm: Calm) -> str:
    """JSON text from which :func:`decode_calm` gives an equal one."""
    return json.dumps(asdict(calm), sort_keys=True)


def decode_calm(text: str | None) -> Calm:
    """None: nothing has been kept yet."""
    if text is None:
        return Calm()
    data = json.loads(text)
    recent = tuple((at, camera) for at, camera in data["recent"])
    return Calm(recent, tuple(Storm(**storm) for storm in data["storms"]))


def _is_over(storm: Storm, rule: StormRule, now_wall_ns: int) -> bool:
    # a clock that was set back would make a storm last until it has caught up
    return abs(now_wall_ns - storm.last_wall_ns) >= rule.within_ns


def _recent(calm: Calm, rule: StormRule, now_wall_ns: int) -> Calm:
    newest = now_wall_ns - rule.within_ns
    return replace(calm, recent=tuple(it for it in calm.recent if newest < it[0] <= now_wall_ns))
