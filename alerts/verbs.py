"""Who may do what with a case, and when: one table, as data.

A role may use a verb in the states that :data:`MAY` has for it, and in no other. What the camera
may do is in it too, though its steps come as fence events and from the timer, never as commands.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from alerts.cases import Case, CaseState
from alerts.people import Recipient, Role
from fences.clock import SECOND_NS


class Verb(StrEnum):
    """What can be done with a case."""

    ACCEPT = "accept"
    HANDLE = "handle"
    REJECT = "reject"
    EXTEND = "extend"
    RETURN = "return"
    SUSPEND = "suspend"
    NOTE = "note"
    CLOSE = "close"
    REOPEN = "reopen"
    SILENCE = "silence"
    SNOOZE = "snooze"
    LIFT = "lift"


_S, _V = CaseState, Verb
_NEW = frozenset({_S.OPENED, _S.DISPATCHED, _S.RETURNED, _S.REOPENED})
_IN_HAND = frozenset({_S.ACCEPTED, _S.EXTENDED})
_OPEN = _NEW | _IN_HAND | {_S.HANDLED, _S.VERIFIED, _S.SUSPENDED}
_FINISHED = frozenset({_S.CLOSED, _S.REJECTED})

_PROPERTY: Mapping[Verb, frozenset[CaseState]] = {
    _V.ACCEPT: _NEW,
    _V.HANDLE: _NEW | _IN_HAND,
    _V.EXTEND: frozenset({_S.ACCEPTED, _S.RETURNED}),
    _V.NOTE: _OPEN,
    _V.SNOOZE: _OPEN,
    _V.LIFT: _OPEN,
}
_OFFICER: Mapping[Verb, frozenset[CaseState]] = {
    _V.ACCEPT: _NEW | {_S.SUSPENDED},
    _V.HANDLE: _NEW | _IN_HAND | {_S.SUSPENDED},
    _V.REJECT: _NEW | _IN_HAND | {_S.SUSPENDED},
    _V.EXTEND: _IN_HAND | {_S.DISPATCHED, _S.RETURNED},
    _V.RETURN: _IN_HAND | {_S.DISPATCHED, _S.HANDLED},
    _V.SUSPEND: _NEW | _IN_HAND,
    _V.NOTE: _OPEN,
    _V.CLOSE: frozenset({_S.HANDLED}),
    _V.REOPEN: _FINISHED,
    _V.SILENCE: _OPEN,
    _V.SNOOZE: _OPEN,
    _V.LIFT: _OPEN,
}
_OPERATOR: Mapping[Verb, frozenset[CaseState]] = {**_OFFICER, _V.CLOSE: _OPEN}
_CAMERA: Mapping[Verb, frozenset[CaseState]] = {
    _V.RETURN: frozenset({_S.HANDLED}),
    _V.CLOSE: _OPEN,
    _V.REOPEN: frozenset({_S.CLOSED}),
}

MAY: Mapping[Role, Mapping[Verb, frozenset[CaseState]]] = MappingProxyType(
    {
        Role.PROPERTY: _PROPERTY,
        Role.OFFICER: _OFFICER,
        Role.OPERATOR: _OPERATOR,
        Role.CAMERA: _CAMERA,
    }
)
"""The states in which each role may use each verb."""

OWN_ONLY = frozenset({Role.PROPERTY})
"""Roles that may act only on cases that they are told of."""

BECOMES: Mapping[Verb, CaseState | None] = MappingProxyType(
    {
        _V.ACCEPT: _S.ACCEPTED,
        _V.HANDLE: _S.HANDLED,
        _V.REJECT: _S.REJECTED,
        _V.EXTEND: _S.EXTENDED,
        _V.RETURN: _S.RETURNED,
        _V.SUSPEND: _S.SUSPENDED,
        _V.NOTE: None,
        _V.CLOSE: _S.CLOSED,
        _V.REOPEN: _S.REOPENED,
        _V.SILENCE: None,
        _V.SNOOZE: None,
        _V.LIFT: None,
    }
)
"""The state that a verb leads to; None: the case stays in its state."""

NEEDS_WORDS = frozenset(
    {_V.REJECT, _V.EXTEND, _V.RETURN, _V.SUSPEND, _V.NOTE, _V.REOPEN, _V.SILENCE}
)
"""Verbs that need a reason."""

NEEDS_WORDS_OR_PICTURE = frozenset({_V.CLOSE})
"""Verbs that need something to show for them."""

TAKES_PICTURE = frozenset({_V.HANDLE, _V.CLOSE, _V.RETURN, _V.NOTE})
"""Verbs that may come with a picture."""

_DAY_NS = 86_400 * SECOND_NS

LONGEST_NS: Mapping[Verb, Mapping[Role, int]] = MappingProxyType(
    {
        _V.EXTEND: {
            Role.PROPERTY: _DAY_NS,
            Role.OFFICER: 30 * _DAY_NS,
            Role.OPERATOR: 30 * _DAY_NS,
        },
        _V.SUSPEND: {Role.OFFICER: 365 * _DAY_NS, Role.OPERATOR: 365 * _DAY_NS},
        _V.SILENCE: {Role.OFFICER: 7 * _DAY_NS, Role.OPERATOR: 30 * _DAY_NS},
        _V.SNOOZE: {
            Role.PROPERTY: _DAY_NS // 3,
            Role.OFFICER: _DAY_NS,
            Role.OPERATOR: _DAY_NS,
        },
    }
)
"""Verbs that need a time until when, and how far ahead it may be, in nanoseconds."""

OWN_AFFAIR = frozenset({_V.SNOOZE})
"""Verbs that are nobody else's business: others are not pushed to about them."""

EXTENDS_ONCE = frozenset({Role.PROPERTY})
"""Roles that get one extension of a case, not another one after it."""


def may(case: Case, person: Recipient, verb: Verb) -> bool:
    """Whether this person may do that with the case as it is now."""
    if case.state not in MAY[person.role].get(verb, ()):
        return False
    if verb is Verb.EXTEND and extension_used(case, person.role):
        return False
    return not is_others(case, person)


def is_others(case: Case, person: Recipient) -> bool:
    """Whether the case is none of this person's."""
    return person.role in OWN_ONLY and person.id not in case.recipients


def extension_used(case: Case, role: Role) -> bool:
    """Whether the one extension that this role gets has been had."""
    return role in EXTENDS_ONCE and case.extended_until_wall_ns is not None


def verbs_for(case: Case, person: Recipient) -> tuple[Verb, ...]:
    """What this person may do with the case as it is now."""
    return tuple(verb for verb in Verb if may(case, person, verb))
