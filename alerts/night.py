"""Night rules and silences: what is held until the morning, and what is told to nobody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from alerts.casebook import Change, Notice
from alerts.cases import CAMERA, Case
from alerts.digests import DigestKind
from alerts.duty.calm import Storm
from alerts.duty.local import DAY_NS
from alerts.duty.plan import DutyPlan
from alerts.duty.quiet import Hearing, News, NewsKind, Silence, Verdict, hearings, told_now
from alerts.messages import Message, Writer
from alerts.posting import put_message
from alerts.reminders import news_of
from alerts.store.port import Held, Transaction
from alerts.storms import FIRST, MORE, Together, by_recipient, is_running


def hushed(
    transaction: Transaction,
    change: Change,
    seqs: tuple[int, ...],
    writer: Writer,
    now_wall_ns: int,
    together: Together | None = None,
) -> Change:
    """The change for those alone who may be told now; what the others would get is held.

    ``seqs`` has one number per notice. What is silenced is told to nobody later either: the end
    of the silence tells what is still open. Without silences and quiet hours the change stays as
    it is.
    """
    if not any(notice.buzzes for notice in change.notices):
        return change
    if _is_end_in_storm(transaction, change):
        return replace(change, notices=tuple(replace(it, people=()) for it in change.notices))
    silences = tuple(kept.silence for kept in transaction.running_silences())
    if not (silences or writer.directory.duty.quiet or together):
        return change
    ears = _Ears(writer.directory.duty, silences, now_wall_ns)
    notices = tuple(
        _hushed(transaction, change, notice, seq, writer, ears, together)
        if notice.buzzes
        else notice
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
    told: list[tuple[int, Message]] = []
    gathered: dict[tuple[str, str], list[tuple[Held, Case]]] = {}
    for held in due:
        case = transaction.case(held.case_id)
        if case is None or held.recipient not in directory.recipients:
            continue
        kind = NewsKind.NEW if held.kind in {FIRST, MORE} else NewsKind(held.kind)
        (heard,) = ears.hear((held.recipient,), kind, case)
        if heard.verdict is Verdict.TOLD and case.storm and held.kind in {FIRST, MORE}:
            gathered.setdefault((held.recipient, case.storm), []).append((held, case))
        elif heard.verdict is Verdict.TOLD:
            told.append((held.seq, held.message))
        elif heard.verdict is Verdict.QUIET_HOURS:
            transaction.hold(replace(held, until_wall_ns=_until(heard, now_wall_ns)))
    told += _together(transaction, gathered, writer, now_wall_ns)
    for _, message in sorted(told, key=lambda one: one[0]):
        put_message(transaction, message, writer, now_wall_ns)
    return len(due)


def _hushed(
    transaction: Transaction,
    change: Change,
    notice: Notice,
    seq: int,
    writer: Writer,
    ears: _Ears,
    together: Together | None,
) -> Notice:
    kind = news_of(notice, change.transition)
    heard = ears.hear(notice.told, kind, notice.case)
    for one in heard:
        if one.verdict is Verdict.SILENCED or (one.verdict is Verdict.TOLD and together is None):
            continue
        to_one = replace(notice, people=(one.recipient,))
        for message in writer.inbox(to_one, seq, change.transition):
            until_ns = _until(one, ears.now_wall_ns)
            held = Held(notice.case.case_id, one.recipient, kind, message, seq, until_ns)
            transaction.hold(held if together is None else _gathered(held, one, together))
    return replace(notice, people=told_now(heard) if together is None else ())


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


def _is_end_in_storm(transaction: Transaction, change: Change) -> bool:
    """Cases that end by themselves while their storm lasts are told with what is left open."""
    if change.case.storm is None or change.case.is_open or change.transition.actor != CAMERA:
        return False
    return is_running(transaction.calm(), change.case.storm)


def _gathered(held: Held, heard: Hearing, together: Together) -> Held:
    """Told with the others of its storm; in somebody's quiet hours, when these are over."""
    if heard.verdict is Verdict.QUIET_HOURS:
        return replace(held, kind=FIRST)
    return replace(held, kind=together.kind, until_wall_ns=together.until_wall_ns)


def _together(
    transaction: Transaction,
    gathered: Mapping[tuple[str, str], Sequence[tuple[Held, Case]]],
    writer: Writer,
    now_wall_ns: int,
) -> Iterator[tuple[int, Message]]:
    """One message per recipient and storm, each with its place among the others."""
    for (recipient, storm), ones in gathered.items():
        held = [one for one, _ in ones]
        if all(one.kind == MORE for one in held) and not is_running(transaction.calm(), storm):
            continue  # its end has told of them
        message = held[0].message
        if len(held) > 1:
            event_id = f"{storm}.{held[0].seq}"
            cases = [case for _, case in ones]
            said = (DigestKind.STORM, event_id, storm, recipient, cases, now_wall_ns)
            message = writer.digest(*said)
        yield held[0].seq, message


def tell_end(transaction: Transaction, storm: Storm, writer: Writer, now_wall_ns: int) -> None:
    """A storm is over: everybody it was told to hears what is open still."""
    directory = writer.directory
    silences = tuple(kept.silence for kept in transaction.running_silences())
    ears = _Ears(directory.duty, silences, now_wall_ns)
    for recipient, cases in by_recipient(transaction.cases_of_storm(storm.key)).items():
        if recipient not in directory.recipients:
            continue
        case = next((one for one in cases if one.is_open), cases[0])
        (heard,) = ears.hear((recipient,), NewsKind.UPDATE, case)
        said = (f"{storm.key}.over", storm.key, recipient, cases, now_wall_ns)
        message = writer.digest(DigestKind.STORM_OVER, *said)
        if heard.verdict is Verdict.TOLD:
            put_message(transaction, message, writer, now_wall_ns)
        elif heard.verdict is Verdict.QUIET_HOURS:
            until_ns, seq = _until(heard, now_wall_ns), 2**62  # after all that it sums up
            kind = NewsKind.UPDATE
            transaction.hold(Held(case.case_id, recipient, kind, message, seq, until_ns))


def _until(heard: Hearing, now_wall_ns: int) -> int:
    """Who is never to be disturbed is asked for again a day later."""
    return now_wall_ns + DAY_NS if heard.until_wall_ns is None else heard.until_wall_ns
