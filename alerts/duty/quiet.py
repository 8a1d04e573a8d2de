"""Night rules (夜间免打扰), snoozes and silences: who of the recipients is told of a notice now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from alerts.duty.local import DAY_MINUTES, local_minute, spans_of
from alerts.duty.routing import Severity, Subject
from fences.hours import WeeklyHours


class NewsKind(StrEnum):
    """What there is to tell of a case."""

    NEW = "new"
    UPDATE = "update"
    END = "end"
    REMIND = "remind"
    OVERDUE = "overdue"
    ESCALATE = "escalate"


@dataclass(frozen=True, slots=True)
class News:
    """Something to tell of a case."""

    kind: NewsKind
    case_id: str
    subject: Subject


class Passing(StrEnum):
    """What gets through to somebody in their quiet hours, besides escalations."""

    SEVERE = "severe"
    ESCALATION = "escalation"


@dataclass(frozen=True, slots=True)
class QuietHours:
    """When a recipient is to be left alone, and what may disturb them all the same."""

    recipient: str
    hours: WeeklyHours
    passing: Passing = Passing.SEVERE

    def mutes(self, news: News, now_wall_ns: int) -> bool:
        """An escalation always gets through: somebody below did not act."""
        if news.kind is NewsKind.ESCALATE or not self.hours.armed(now_wall_ns):
            return False
        severe = news.subject.severity is Severity.SEVERE
        return self.passing is Passing.ESCALATION or not severe


@dataclass(frozen=True, slots=True)
class Silence:
    """``author`` wants no more of something in ``[from_wall_ns, until_wall_ns)``, for a reason.

    What is None is not asked for: without any of them it is everything. With a ``recipient`` it
    is a snooze: only they are left alone, and escalations reach them all the same. Without one
    nobody is told of anything, for that is what the author answers for.
    """

    from_wall_ns: int
    until_wall_ns: int
    author: str
    reason: str = ""
    recipient: str | None = None
    case_id: str | None = None
    camera_id: str | None = None
    fence_id: str | None = None
    scenario_id: str | None = None
    area_id: str | None = None

    def mutes(self, news: News, recipient: str, now_wall_ns: int) -> bool:
        if not self.from_wall_ns <= now_wall_ns < self.until_wall_ns:
            return False
        is_snooze = self.recipient is not None
        if is_snooze and (news.kind is NewsKind.ESCALATE or recipient != self.recipient):
            return False
        return self.covers(news.case_id, news.subject)

    def covers(self, case_id: str, subject: Subject) -> bool:
        """Whether it is about this case, whenever and for whomever."""
        it = subject
        asked = (
            (self.case_id, case_id),
            (self.camera_id, it.camera_id),
            (self.fence_id, it.fence_id),
            (self.scenario_id, it.scenario_id),
            (self.area_id, it.area_id),
        )
        return all(wanted is None or wanted == found for wanted, found in asked)


@dataclass(frozen=True, slots=True)
class KeptSilence:
    """A silence or snooze. ``over_wall_ns``: when it was ended; None: it holds until its time.

    ``lifted_by`` is who ended it early, by lifting it or by another one in its place.
    """

    number: int
    silence: Silence
    over_wall_ns: int | None = None
    lifted_by: str | None = None


class Verdict(StrEnum):
    """Why somebody is told, or not."""

    TOLD = "told"
    QUIET_HOURS = "quiet_hours"
    SILENCED = "silenced"


@dataclass(frozen=True, slots=True)
class Hearing:
    """What becomes of a notice for one recipient.

    ``until_wall_ns``: when they could be told; None: now, or nobody knows.
    """

    recipient: str
    verdict: Verdict
    until_wall_ns: int | None = None


def hearings(
    recipients: Iterable[str],
    news: News,
    quiet: Iterable[QuietHours],
    silences: Iterable[Silence],
    now_wall_ns: int,
) -> tuple[Hearing, ...]:
    """For every recipient, whether they are told now, why not, and until when not."""
    quiet, silences = tuple(quiet), tuple(silences)
    return tuple(_hearing(one, news, quiet, silences, now_wall_ns) for one in recipients)


def told_now(heard: Iterable[Hearing]) -> tuple[str, ...]:
    """The recipients who are told."""
    return tuple(it.recipient for it in heard if it.verdict is Verdict.TOLD)


def _hearing(
    recipient: str,
    news: News,
    quiet: tuple[QuietHours, ...],
    silences: tuple[Silence, ...],
    now_wall_ns: int,
) -> Hearing:
    ends = [it.until_wall_ns for it in silences if it.mutes(news, recipient, now_wall_ns)]
    if ends:
        return Hearing(recipient, Verdict.SILENCED, max(ends))
    rules = [it for it in quiet if it.recipient == recipient]
    if any(it.mutes(news, now_wall_ns) for it in rules):
        until = _quiet_until(rules, news, now_wall_ns)
        return Hearing(recipient, Verdict.QUIET_HOURS, until)
    return Hearing(recipient, Verdict.TOLD)


def _quiet_until(rules: list[QuietHours], news: News, now_wall_ns: int) -> int | None:
    """The first moment at which none of them mutes it; None: not within nine days."""
    edges = sorted(at for rule in rules for at in _ends(rule.hours, now_wall_ns))
    return next((at for at in edges if not any(it.mutes(news, at) for it in rules)), None)


def _ends(hours: WeeklyHours, now_wall_ns: int) -> Iterable[int]:
    """Every end of a window in the coming days, and of every day that one goes on over."""
    first, _ = local_minute(now_wall_ns, hours.zone)
    for number in range(9):
        day = first + timedelta(days=number)
        midnight = day.weekday() * DAY_MINUTES
        for start, end in hours.windows:
            begin, stop = max(start - midnight, 0), min(end - midnight, DAY_MINUTES)
            if begin < stop:
                spans = spans_of(day, begin, stop, hours.zone)
                yield from (at for _, at in spans if at > now_wall_ns)
