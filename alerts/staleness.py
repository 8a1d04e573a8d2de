"""Which versions of a case are no longer what somebody has decided upon. Pure.

Everything that happens to a case makes its next version. A decision rests on less of it:

| what made the version | a decision rests on it |
|---|---|
| another state, whoever brought it; a reopening is one | yes |
| what a person did or said: every verb but silence, snooze and lift | yes |
| a handled place that is seen to be clear, or taken again, or that nobody can verify | yes |
| another trouble of a camera than before | yes |
| more or other things that stand there, pictures, clips | no |
| a reminder, a time that is overdue, an escalation: others are told too | no |
| silences, snoozes and their ends; evidence that is held, released or gone | no |
"""

from __future__ import annotations

from collections.abc import Sequence

from alerts.cases import CAMERA, CaseState, Transition
from alerts.health import HealthReason
from alerts.holds import HOLD, RELEASE
from alerts.verbs import Verb
from alerts.verify import TimerReason
from fences.event import Reason

_QUIET = frozenset({Verb.SILENCE, Verb.SNOOZE, Verb.LIFT, HOLD, RELEASE})
"""What people do beside the case: it is the same case to everybody else."""

_NEWS = frozenset({Reason.PLACE_CLEAR, TimerReason.CANNOT_VERIFY, HealthReason.OTHER_TROUBLE})
"""What camera and time tell of a case that matters although it stays in its state."""

_ENDS = frozenset({Reason.PLACE_CLEAR, Reason.HOURS_ENDED, Reason.NO_LONGER_WATCHED})
_SEEN = frozenset(Reason) - _ENDS
"""Reasons of events in which something stands there."""


def is_stale(seen: int, version: int, log: Sequence[Transition]) -> bool:
    """Whether a case of ``version`` is another one to decide upon than that of version ``seen``.

    ``log``: all of the case; where it does not tell what happened in between, that is enough.
    """
    if seen == version:
        return False
    known = {line.version for line in log}
    if seen > version or not known.issuperset(range(seen, version + 1)):
        return True
    return decided_version(log) > seen


def decided_version(log: Sequence[Transition]) -> int:
    """The last version that a decision rests on; 0 without a log."""
    decided, clear = 0, False
    before: Transition | None = None
    for line in log:
        again = clear and line.reason in _SEEN
        if before is None or line.state is not before.state or again or _matters(line):
            decided = line.version
        handled = line.state is CaseState.HANDLED
        clear = handled and not again and (clear or line.reason == Reason.PLACE_CLEAR)
        before = line
    return decided


def _matters(line: Transition) -> bool:
    return line.reason in _NEWS if line.actor == CAMERA else line.reason not in _QUIET
