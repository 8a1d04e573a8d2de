"""A case (案卷): what it is, the states that it goes through, and its way from one to the next.

```
opened -> dispatched -> accepted -> handled -> verified -> closed
   |          |            |           |                     |
   +----------+---- rejected / suspended / extended / returned / reopened
```
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from alerts.peak import Peak
from fences.box import Box
from fences.event import FenceEvent


class CaseState(StrEnum):
    """Every state that a case can be in."""

    OPENED = "opened"
    DISPATCHED = "dispatched"
    ACCEPTED = "accepted"
    HANDLED = "handled"
    VERIFIED = "verified"
    CLOSED = "closed"
    REJECTED = "rejected"
    RETURNED = "returned"
    EXTENDED = "extended"
    SUSPENDED = "suspended"
    REOPENED = "reopened"


_S = CaseState
_WORKING = frozenset({_S.ACCEPTED, _S.HANDLED, _S.REJECTED, _S.SUSPENDED, _S.CLOSED})

NEXT: Mapping[CaseState, frozenset[CaseState]] = MappingProxyType(
    {
        _S.OPENED: _WORKING | {_S.DISPATCHED},
        _S.DISPATCHED: _WORKING | {_S.EXTENDED, _S.RETURNED},
        _S.ACCEPTED: _WORKING - {_S.ACCEPTED} | {_S.EXTENDED, _S.RETURNED},
        _S.HANDLED: frozenset({_S.VERIFIED, _S.RETURNED, _S.CLOSED}),
        _S.VERIFIED: frozenset({_S.CLOSED}),
        _S.RETURNED: _WORKING | {_S.DISPATCHED, _S.EXTENDED},
        _S.EXTENDED: _WORKING | {_S.RETURNED},
        _S.SUSPENDED: _WORKING - {_S.SUSPENDED} | {_S.DISPATCHED},
        _S.REOPENED: _WORKING | {_S.DISPATCHED},
        _S.CLOSED: frozenset({_S.REOPENED}),
        _S.REJECTED: frozenset({_S.REOPENED}),
    }
)
"""Where a case may go from each state. To allow a step, add it here."""

FINISHED = frozenset({CaseState.CLOSED, CaseState.REJECTED})
"""States of a case that nobody has to act on any more."""

CAMERA = "camera"
"""The actor of what the camera saw by itself."""

NO_VIOLATION = -1
"""In place of a violation: a person has reported the case, and no camera has joined it."""


class Verification(StrEnum):
    """What is known of a place since somebody said that it was handled."""

    WAITING = "waiting"
    SETTLING = "settling"  # seen to be clear, and watched a little longer
    VERIFIED = "verified"
    STILL_THERE = "still_there"
    CANNOT_VERIFY = "cannot_verify"
    BY_HAND = "by_hand"


class CloseReason(StrEnum):
    """Why a case ended, beside the reasons of fences and cameras that are told as they are."""

    SELF_CLEARED = "self_cleared"
    VERIFIED = "verified"
    CLOSED_BY_HAND = "closed_by_hand"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Transition:
    """One line of a case's audit log: who made which version of it, when and why.

    ``reason`` is a code; ``words`` and ``picture`` are what a person added, ``until_wall_ns`` is
    until when a case was extended or suspended.
    """

    case_id: str
    version: int
    state: CaseState
    actor: str
    reason: str
    wall_ns: int
    media_ns: int
    event_id: str | None = None
    words: str | None = None
    picture: str | None = None
    until_wall_ns: int | None = None


@dataclass(frozen=True, slots=True)
class Clip:
    """A piece of a camera's stream on disk, as it was sent.

    ``path`` is relative to the evidence folder; ``begin_wall_ns`` is when its first picture was
    taken, ``duration_s`` how long it lasts.
    """

    path: str
    size_bytes: int
    sha256: str
    begin_wall_ns: int
    duration_s: float


@dataclass(frozen=True, slots=True)
class Case:
    """One version of a case.

    Times are nanoseconds, wall (since the epoch) and media (the stream's own clock). ``box``
    spans everything that stands there; ``labels`` and ``named_by`` are of the first
    sighting that evidence still names; without one the evidence stays what it was.
    ``occupied_share`` (0-1) and ``clear_width_m`` are as last told with something there.
    ``violation``, ``violation_wall_ns`` and ``seq`` name the last fence event that went in.
    ``picture`` is relative to the evidence folder; ``clip``, of the same opening, comes later than
    the case. ``recipients`` are ids.

    ``accepted_by`` is who took it last, ``handled_by`` who said last that it was done;
    ``after_picture`` is the place as it was after that, or once it had cleared by itself;
    ``peak`` as it was at its worst, over reopenings too. ``accept_due_wall_ns`` and
    ``handle_due_wall_ns``: the deadlines that run. ``reported_by`` and ``report``: the person
    who opened it, and in which words; then ``violation`` is ``NO_VIOLATION`` until a camera joins.
    ``storm``: the storm of new cases that it was told with, if it was.
    ``held_by``: the person who wants its evidence to stay, whatever budgets say.
    """

    case_id: str
    camera_id: str
    fence_id: str
    scenario_id: str
    state: CaseState
    version: int
    violation: int
    violation_wall_ns: int
    seq: int
    opened_wall_ns: int
    opened_media_ns: int
    since_wall_ns: int
    since_media_ns: int
    updated_wall_ns: int
    updated_media_ns: int
    box: Box | None
    labels: tuple[str, ...]
    named_by: str
    sightings: int
    recipients: tuple[str, ...]
    cleared_wall_ns: int | None = None
    cleared_media_ns: int | None = None
    close_reason: str | None = None
    picture: str | None = None
    occupied_share: float | None = None
    clear_width_m: float | None = None
    clip: Clip | None = None
    accepted_by: str | None = None
    accepted_wall_ns: int | None = None
    handled_by: str | None = None
    handled_wall_ns: int | None = None
    after_picture: str | None = None
    verification: Verification | None = None
    extended_until_wall_ns: int | None = None
    suspended_until_wall_ns: int | None = None
    reported_by: str | None = None
    report: str | None = None
    accept_due_wall_ns: int | None = None
    handle_due_wall_ns: int | None = None
    storm: str | None = None
    held_by: str | None = None
    peak: Peak | None = None

    @property
    def is_open(self) -> bool:
        return self.state not in FINISHED

    @property
    def key(self) -> CaseKey:
        return (self.camera_id, self.fence_id, self.scenario_id)


CaseKey = tuple[str, str, str]
"""Camera, fence and scenario: what can have at most one open case."""


def utc(wall_ns: int) -> datetime:
    """An aware datetime in UTC, cut to microseconds."""
    return datetime.fromtimestamp(0, UTC) + timedelta(microseconds=wall_ns // 1000)


def begun_anew(case: Case) -> Case:
    """The case without what was done about it before it was reopened."""
    return replace(
        case,
        state=CaseState.REOPENED,
        cleared_wall_ns=None,
        cleared_media_ns=None,
        close_reason=None,
        accepted_by=None,
        accepted_wall_ns=None,
        handled_by=None,
        handled_wall_ns=None,
        after_picture=None,
        verification=None,
        extended_until_wall_ns=None,
        suspended_until_wall_ns=None,
        storm=None,
    )


def make_case_id(event: FenceEvent) -> str:
    """``<camera>.<fence>.<scenario>.<UTC time>-<digest>``, ASCII, fit for topics and paths.

    The digest keeps two violations apart that open at the same wall time, as after a clock
    that was set back.
    """
    key = (event.camera_id, event.fence_id, event.scenario_id)
    return case_id_of(key, event.wall_ns, f"{event.event_id}@{event.wall_ns}")


def case_id_of(key: CaseKey, wall_ns: int, source: str) -> str:
    """The same form for any ``source`` that opens a case at ``wall_ns``."""
    moment = utc(wall_ns).strftime("%Y%m%dT%H%M%SZ")
    digest = hashlib.blake2s(source.encode(), digest_size=3).hexdigest()
    return f"{'.'.join(key)}.{moment}-{digest}"
