"""Night rules: what may not disturb somebody now is held, and told when their quiet hours end."""

from __future__ import annotations

from dataclasses import replace

from alerts.casebook import Change, Notice
from alerts.cases import Case
from alerts.duty.local import DAY_NS
from alerts.duty.quiet import Hearing, News, NewsKind, Verdict, hearings, told_now
from alerts.messages import Writer
from alerts.place import Directory
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

    ``seqs`` has one number per notice. Without quiet hours the change stays as it is.
    """
    if not writer.directory.duty.quiet:
        return change
    notices = tuple(
        _hushed(transaction, change, notice, seq, writer, now_wall_ns) if notice.buzzes else notice
        for notice, seq in zip(change.notices, seqs, strict=True)
    )
    return replace(change, notices=notices)


def release(transaction: Transaction, writer: Writer, now_wall_ns: int) -> int:
    """Tell what was held and need not wait any longer. Returns how many there were.

    Who is in other quiet hours by now, as after a change of the configuration, is left alone.
    """
    directory = writer.directory
    due = transaction.take_held(now_wall_ns)
    for held in due:
        case = transaction.case(held.case_id)
        if case is None or held.recipient not in directory.recipients:
            continue
        kind = NewsKind(held.kind)
        (heard,) = _hearings((held.recipient,), kind, case, directory, now_wall_ns)
        if heard.verdict is Verdict.TOLD:
            put_message(transaction, held.message, writer, now_wall_ns)
        else:
            transaction.hold(replace(held, until_wall_ns=_until(heard, now_wall_ns)))
    return len(due)


def _hushed(
    transaction: Transaction,
    change: Change,
    notice: Notice,
    seq: int,
    writer: Writer,
    now_wall_ns: int,
) -> Notice:
    kind = news_of(notice, change.transition)
    heard = _hearings(notice.told, kind, notice.case, writer.directory, now_wall_ns)
    for one in heard:
        if one.verdict is Verdict.TOLD:
            continue
        to_one = replace(notice, people=(one.recipient,))
        for message in writer.inbox(to_one, seq, change.transition):
            until_ns = _until(one, now_wall_ns)
            held = Held(notice.case.case_id, one.recipient, kind, message, seq, until_ns)
            transaction.hold(held)
    return replace(notice, people=told_now(heard))


def _hearings(
    people: tuple[str, ...], kind: NewsKind, case: Case, directory: Directory, now_wall_ns: int
) -> tuple[Hearing, ...]:
    plan = directory.duty
    subject = plan.subject(case.camera_id, case.fence_id, case.scenario_id, case.opened_wall_ns)
    return hearings(people, News(kind, case.case_id, subject), plan.quiet, (), now_wall_ns)


def _until(heard: Hearing, now_wall_ns: int) -> int:
    """Who is never to be disturbed is asked for again a day later."""
    return now_wall_ns + DAY_NS if heard.until_wall_ns is None else heard.until_wall_ns
