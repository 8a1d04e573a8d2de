"""What makes an occupant a violation of a rule, and which evidence named it so."""

from __future__ import annotations

from dataclasses import dataclass

from fences.clock import SECOND_NS
from fences.event import PLACE, Sighting
from fences.fence import Rule
from fences.gathering import is_gathering
from fences.observation import Label
from fences.occupant import Occupant, Sight
from fences.scenario import Attendance

NAMED = 0.3
"""Share of its standing that an occupant must be seen under a label to bear it."""

ATTENDED = 0.5
"""Running share of time with somebody at it from which a thing is attended now."""

ATTENDED_SHARE = 0.4
"""Share of its standing with somebody at it from which an obstruction is a stall."""


PRESENCE = 0.5
"""Share of its standing in which an occupant must be seen: a stream of passing traffic takes
a place again and again, and never holds it."""

CLEAR_SHARE = 0.5
"""Of its dwell, a thing must have been seen with nothing before it, ..."""

CLEAR_NS = 5 * SECOND_NS
"""... though no longer than this: what a slow vehicle leaves behind its back shows for a look."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why an occupant does or does not count: ``named_by`` is the evidence, else ``None``."""

    named_by: str | None
    refused: str | None


def judge(rule: Rule, occupant: Occupant) -> Verdict:
    """Whether the occupant is of the rule's scenario, however long it stands."""
    if rule.min_count is not None:
        return _judge_gathering(rule, occupant)
    ruled_out = [label for label in rule.scenario.never if occupant.share(label) >= NAMED]
    named = [label for label in rule.scenario.labels if occupant.share(label) >= NAMED]
    if named:
        best = max(named, key=lambda label: (occupant.share(label), label))
        rival = max((occupant.share(label) for label in ruled_out), default=0.0)
        if occupant.share(best) >= rival:
            return Verdict(f"learned:{best}", None)
    if ruled_out:
        return Verdict(None, f"is_{min(ruled_out)}")
    return _judge_obstruction(rule, occupant)


def _judge_gathering(rule: Rule, occupant: Occupant) -> Verdict:
    if not is_gathering(rule, occupant):
        return Verdict(None, "no_gathering")
    label = min(rule.scenario.labels)
    return Verdict(f"learned:{label}" if rule.min_count == 1 else f"counted:{label}", None)


def _judge_obstruction(rule: Rule, occupant: Occupant) -> Verdict:
    if occupant.share(Label.OBSTRUCTION) < NAMED:
        return Verdict(None, "no_label_of_the_scenario")
    wanted = rule.scenario.obstruction
    if wanted is Attendance.ANY:
        return Verdict("obstruction:standing", None)
    if wanted is Attendance.ATTENDED:
        return _attended(occupant)
    if wanted is Attendance.UNATTENDED:
        stirred = _stirred(occupant) and occupant.movement.now >= ATTENDED
        attended = occupant.people.now >= ATTENDED or stirred
        return Verdict(None, "attended") if attended else Verdict("obstruction:unattended", None)
    return Verdict(None, "no_label_of_the_scenario")


def _attended(occupant: Occupant) -> Verdict:
    """By people who were seen at it, or by movement that somebody unseen must have made.

    A detector seldom sees who sits behind a stall and below its umbrella.
    """
    if occupant.share_with(occupant.people) >= ATTENDED_SHARE:
        return Verdict("obstruction:attended", None)
    if _stirred(occupant):
        return Verdict("obstruction:stirred", None)
    return Verdict(None, "unattended")


def _stirred(occupant: Occupant) -> bool:
    people, movement = map(occupant.share_with, (occupant.people, occupant.movement))
    return movement > people and movement + people >= ATTENDED_SHARE


def standing_ns(rule_floor_ns: int, occupant: Occupant, media_ns: int) -> int:
    """How long the rule counts the occupant as standing.

    ``rule_floor_ns``: nothing before it counts (a gap too long to bridge, hours that began).
    """
    return media_ns - max(occupant.since_ns, rule_floor_ns)


def _unseen_ns(rule: Rule, occupant: Occupant, floor_ns: int) -> int:
    """What counts against it of a standing that is told of and was not seen: a dwell at most."""
    return min(max(0, occupant.found_ns - max(occupant.since_ns, floor_ns)), rule.dwell_ns)


def qualifies(rule: Rule, occupant: Occupant, media_ns: int, floor_ns: int) -> bool:
    """Whether the occupant opens a violation of the rule now."""
    return (
        occupant.sight is Sight.SEEN
        and not occupant.known
        and standing_ns(floor_ns, occupant, media_ns) >= rule.dwell_ns
        and occupant.presence(_unseen_ns(rule, occupant, floor_ns)) >= PRESENCE
        and occupant.clear_ns >= min(round(CLEAR_SHARE * rule.dwell_ns), CLEAR_NS)
        and occupant.score >= rule.open_score
        and (rule.min_count is not None or occupant.box.area >= rule.min_area)
        and judge(rule, occupant).named_by is not None
    )


def sighting(rule: Rule, occupant: Occupant) -> Sighting:
    """The occupant as an event of this rule tells of it; a gathering is of what was counted."""
    counted = is_gathering(rule, occupant)
    return Sighting(
        occupant=occupant.id,
        box=occupant.box,
        labels=tuple(sorted(rule.scenario.labels)) if counted else occupant.labels,
        named_by=judge(rule, occupant).named_by or PLACE,
        score=occupant.score,
        since_ns=occupant.since_ns,
    )
