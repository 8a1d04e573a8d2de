"""Storms in service: many new cases are told together, and what is left open at the end."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from alerts.casebook import Change
from alerts.cases import Case
from alerts.duty.calm import Storm, StormRule, StormWord, decode_calm, encode_calm, on_case, on_time
from alerts.duty.routing import Severity
from alerts.place import Directory
from alerts.store.port import Transaction
from fences.clock import SECOND_NS

GATHER_NS = 2 * SECOND_NS
"""How long the first message waits for others of its storm, so that it can name them all."""

AGAIN_NS = 1800 * SECOND_NS
"""After how long a storm that goes on is told of again."""

FIRST, MORE = "storm", "storm_more"
"""Kinds of what is held: of the first message of a storm, and of the later ones."""


@dataclass(frozen=True, slots=True)
class Together:
    """New cases are to be told with others, at ``until_wall_ns``; ``kind`` as of what is held."""

    kind: str
    until_wall_ns: int


NO_STORMS = StormRule(None, None, 0)


def stormed(
    transaction: Transaction, change: Change, directory: Directory, now_wall_ns: int
) -> tuple[Change, Together | None]:
    """The change with the storm that its case begins in, and how it is told then; None: itself.

    Only a case that begins counts: what time and people do to the cases of a storm makes none.
    A severe case is always told by itself, and at once.
    """
    rule = directory.duty.storm
    if rule is None or not change.begins or _is_severe(change.case, directory):
        return change, None
    calm = decode_calm(transaction.calm())
    calm, verdict = on_case(calm, rule, change.case.camera_id, now_wall_ns)
    transaction.put_calm(encode_calm(calm))
    if verdict.word is StormWord.CASE or verdict.storm is None:
        return change, None
    change = change.with_case(replace(change.case, storm=verdict.storm.key))
    return change, _together(verdict.storm, now_wall_ns)


def ended(transaction: Transaction, rule: StormRule | None, now_wall_ns: int) -> tuple[Storm, ...]:
    """The storms that are over by now; each of them is given once."""
    calm, verdicts = on_time(decode_calm(transaction.calm()), rule or NO_STORMS, now_wall_ns)
    if not verdicts:
        return ()
    transaction.put_calm(encode_calm(calm))
    return tuple(it.storm for it in verdicts if it.storm is not None)


def is_running(codec: str | None, key: str) -> bool:
    """Whether a storm has not ended yet."""
    return any(storm.key == key for storm in decode_calm(codec).storms)


def by_recipient(cases: Iterable[Case]) -> dict[str, list[Case]]:
    """The cases of each who is told of any."""
    found: dict[str, list[Case]] = {}
    for case in cases:
        for recipient in case.recipients:
            found.setdefault(recipient, []).append(case)
    return found


def _is_severe(case: Case, directory: Directory) -> bool:
    subject = directory.duty.subject(*case.key, case.opened_wall_ns)
    return subject.severity is Severity.SEVERE


def _together(storm: Storm, now_wall_ns: int) -> Together:
    first_ns = storm.known_wall_ns + GATHER_NS
    if now_wall_ns < first_ns:
        return Together(FIRST, first_ns)
    rounds = (now_wall_ns - first_ns) // AGAIN_NS + 1
    return Together(MORE, first_ns + rounds * AGAIN_NS)
