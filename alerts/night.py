"""Night rules and silences: what is held until the morning, and what is told to nobody."""

from __future__ import annotations

from dataclasses import dataclass, replace

from alerts.casebook import Change, Notice
from alerts.cases import Case
from alerts.duty.local import DAY_NS
from alerts.duty.plan import DutyPlan
from alerts.duty.quiet import Hearing, News, NewsKind, Silence, Verdict, hearings, told_now
from alerts.messages import Writer
from alerts.posting import put_message
from alerts.reminders import news_of
from alerts.store.port import Held, Transaction


def hushed(
    transaction: Transaction,
    change: Change,
    seqs: tuple[int, ...],
    writer: Writer,
    now_wall_ns: int,
) -> Change:
    """The change for those alone who may be told now; what the others would get is held.

    ``seqs`` has one number per notice. What is silenced is told to nobody later either: the end
    of the silence tells what is still open. Without silences and quiet hours the change stays as
    it is.
    """
    if not any(notice.buzzes for notice in change.notices):
        return change
    silences = tuple(kept.silence for kept in transaction.running_silences())
    if not (silences or writer.directory.duty.quiet):
        return change
    ears = _Ears(writer.directory.duty, silences, now_wall_ns)
    notices = tuple(
        _hushed(transaction, change, notice, seq, writer, ears) if notice.buzzes else notice
        for notice, seq in zip(change.notices, seqs, strict=True)
    )
    return replace(change, notices=notices)


def release(transaction: Transaction, writer: Writer, now_wall_ns: int) -> int:
    """Tell what was held and need not wait any longer. Returns how many there were.

    Who is in other quiet hours by now, as after a change of the configuration, is left alone.
    """
    directory = writer.directory
    due = transaction.take_held(now_wall_ns)
    silences = tuple(kept.silence for kept in transaction.running_silences()) if due else ()
    ears = _Ears(directory.duty, silences, now_wall_ns)
    for held in due:
        case = transaction.case(held.case_id)
        if case is None or held.recipient not in directory.recipients:
            continue
        kind = NewsKind(held.kind)
        (heard,) = ears.hear((held.recipient,), kind, case)
        if heard.verdict is Verdict.TOLD:
            put_message(transaction, held.message, writer, now_wall_ns)
        elif heard.verdict is Verdict.QUIET_HOURS:
            transaction.hold(replace(held, until_wall_ns=_until(heard, now_wall_ns)))
    return len(due)


def _hushed(
    transaction: Transaction,
    change: Change,
    notice: Notice,
    seq: int,
    writer: Writer,
    ears: _Ears,
) -> Notice:
    kind = news_of(notice, change.transition)
    heard = ears.hear(notice.told, kind, notice.case)
    for one in heard:
        if one.verdict is not Verdict.QUIET_HOURS:
            continue
        to_one = replace(notice, people=(one.recipient,))
        for message in writer.inbox(to_one, seq, change.transition):
            until_ns = _until(one, ears.now_wall_ns)
            held = Held(notice.case.case_id, one.recipient, kind, message, seq, until_ns)
            transaction.hold(held)
    return replace(notice, people=told_now(heard))


@dataclass(frozen=True, slots=True)
class _Ears:
    """Who hears what at a moment."""

    plan: DutyPlan
    silences: tuple[Silence, ...]
    now_wall_ns: int

    def hear(self, people: tuple[str, ...], kind: NewsKind, case: Case) -> tuple[Hearing, ...]:
        subject = self.plan.subject(*case.key, case.opened_wall_ns)
        news = News(kind, case.case_id, subject)
        return hearings(people, news, self.plan.quiet, self.silences, self.now_wall_ns)


def _until(heard: Hearing, now_wall_ns: int) -> int:
    """Who is never to be disturbed is asked for again a day later."""
    return now_wall_ns + DAY_NS if heard.until_wall_ns is None else heard.until_wall_ns
