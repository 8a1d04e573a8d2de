"""What cases the observations imply: a model of the checker's own, which knows nothing of rules.

A camera's file is read as plain JSON. Its looks are taken in order. From the first look that sees
anything to the last one before nothing is seen for ``clear_after`` is one *visit*; a look that is
more than a minute after the one before begins anew. A visit that has been seen for ``dwell`` is a
violation: it opens at the look at which that is reached, and it clears at a look with which
nothing has been seen for ``clear_after``; one that is never left stands still at the end.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

_SECOND_NS = 1_000_000_000
_ANEW_NS = 60 * _SECOND_NS


@dataclass(frozen=True, slots=True)
class Visit:
    """A violation of one camera's fence. Media times in ns.

    It opens between ``opens_ns`` and two looks later, and clears within ``clears_ns``;
    ``clears_ns`` None: it stands there still.
    """

    camera_id: str
    since_ns: int
    opens_ns: tuple[int, int]
    clears_ns: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Rules:
    """Of all fences, in seconds."""

    dwell_s: int
    clear_after_s: int
    look_s: int


def visits_of(folder: Path, rules: Rules) -> tuple[Visit, ...]:
    """The violations of every file in ``folder``, by camera and in order."""
    return tuple(
        visit
        for path in sorted(folder.glob("*.jsonl"))
        for visit in visits(path.stem, _looks(path), rules)
    )


def visits(camera_id: str, looks: Iterable[tuple[int, bool]], rules: Rules) -> Iterator[Visit]:
    """Those of one camera. ``looks``: media time in ns, and whether anything was seen."""
    since_ns: int | None = None
    last_seen_ns = before_ns = 0
    clear_ns = rules.clear_after_s * _SECOND_NS
    for media_ns, seen in looks:
        if since_ns is not None and not seen and media_ns - last_seen_ns >= clear_ns:
            yield from _visit(camera_id, since_ns, last_seen_ns, rules, left=True)
            since_ns = None
        elif since_ns is not None and media_ns - before_ns > _ANEW_NS:
            since_ns = None
        if seen:
            since_ns = media_ns if since_ns is None else since_ns
            last_seen_ns = media_ns
        before_ns = media_ns
    if since_ns is not None:
        yield from _visit(camera_id, since_ns, last_seen_ns, rules, left=False)


def _visit(
    camera_id: str, since_ns: int, last_seen_ns: int, rules: Rules, *, left: bool
) -> Iterator[Visit]:
    opens_ns = since_ns + rules.dwell_s * _SECOND_NS
    if last_seen_ns < opens_ns:
        return
    slack_ns = 2 * rules.look_s * _SECOND_NS
    clears_ns = last_seen_ns + rules.clear_after_s * _SECOND_NS
    within = (clears_ns, clears_ns + slack_ns) if left else None
    yield Visit(camera_id, since_ns, (opens_ns, opens_ns + slack_ns), within)


def _looks(path: Path) -> Iterator[tuple[int, bool]]:
    for line in path.read_text("utf-8").splitlines():
        look = json.loads(line)
        yield int(look["media_ns"]), bool(look["detections"])
