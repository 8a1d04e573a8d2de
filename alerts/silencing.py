"""What silences and snoozes do inside a transaction: begun, lifted, and ended by time."""

from __future__ import annotations

from dataclasses import dataclass

from alerts.casebook import Change
from alerts.cases import Case
from alerts.commands import Command, Refusal, RefusalCode
from alerts.duty.quiet import KeptSilence, Silence
from alerts.keeper import write_change
from alerts.messages import Writer
from alerts.people import Recipient
from alerts.silences import (
    LiftSilence,
    PlaceSilence,
    decide_over,
    decide_told,
    is_of_case,
    may_lift,
    of_command,
    of_place,
    pushed,
    same_scope,
    unpushed,
)
from alerts.store.port import Transaction
from alerts.verbs import Verb
from fences.clock import Clock


@dataclass(frozen=True, slots=True)
class Silencing:
    """Everything here is called inside a transaction, and is in force once that is committed."""

    writer: Writer
    clock: Clock

    def lifted(
        self, transaction: Transaction, case: Case, change: Change, actor: Recipient
    ) -> Change | Refusal:
        """Of a ``lift`` that the case allows: what it lifts is ended, so that this is heard."""
        ended = [
            kept
            for kept in transaction.running_silences()
            if is_of_case(kept.silence, case) and may_lift(kept.silence, actor)
        ]
        if not ended:
            return Refusal(RefusalCode.NOTHING_TO_LIFT)
        for kept in ended:
            transaction.end_silence(kept.number, self.clock.wall_ns(), actor.id)
        told = any(kept.silence.recipient is None for kept in ended)
        return change if told else unpushed(change)

    def begin(self, transaction: Transaction, command: Command, case: Case) -> None:
        """What an obeyed command keeps quiet from now on; it has been told of already."""
        silence = of_command(command, case)
        if silence is not None:
            self._add(transaction, silence)

    def place(
        self, transaction: Transaction, request: PlaceSilence, actor: Recipient
    ) -> Refusal | tuple[Change, ...]:
        """A place is silenced; its open cases say so."""
        silence = of_place(request, actor, self.writer.directory)
        if isinstance(silence, Refusal):
            return silence
        self._add(transaction, silence)
        return tuple(
            self._told(transaction, case, Verb.SILENCE, request, silence.until_wall_ns)
            for case in self._covered(transaction, silence)
        )

    def lift(
        self, transaction: Transaction, request: LiftSilence, actor: Recipient
    ) -> Refusal | tuple[Change, ...]:
        """The silence of that number is ended; those who were left alone hear what is open."""
        running = transaction.running_silences()
        kept = next((one for one in running if one.number == request.number), None)
        if kept is None:
            return Refusal(RefusalCode.NOTHING_TO_LIFT)
        if not may_lift(kept.silence, actor):
            values = {"role": actor.role.value, "verb": Verb.LIFT.value}
            return Refusal(RefusalCode.NOT_ALLOWED, values)
        transaction.end_silence(kept.number, self.clock.wall_ns(), actor.id)
        return tuple(
            self._told(transaction, case, Verb.LIFT, request)
            for case in self._covered(transaction, kept.silence)
        )

    def end_due(self, transaction: Transaction) -> tuple[Change, ...]:
        """End those whose time is over, and tell what of theirs is still open."""
        now_ns = self.clock.wall_ns()
        changes: list[Change] = []
        for kept in transaction.running_silences():
            if kept.silence.until_wall_ns <= now_ns:
                transaction.end_silence(kept.number, now_ns)
                changes += self._over(transaction, kept)
        return tuple(changes)

    def _over(self, transaction: Transaction, kept: KeptSilence) -> tuple[Change, ...]:
        now_ns = self.clock.wall_ns()
        return tuple(
            write_change(transaction, decide_over(kept, case, now_ns), self.writer, self.clock)
            for case in self._covered(transaction, kept.silence)
        )

    def _add(self, transaction: Transaction, silence: Silence) -> None:
        """In the place of one that has kept the same thing quiet."""
        for kept in transaction.running_silences():
            if same_scope(kept.silence, silence):
                transaction.end_silence(kept.number, silence.from_wall_ns, silence.author)
        transaction.add_silence(silence)

    def _told(
        self,
        transaction: Transaction,
        case: Case,
        verb: Verb,
        request: PlaceSilence | LiftSilence,
        until_wall_ns: int | None = None,
    ) -> Change:
        now_ns = self.clock.wall_ns()
        said = decide_told(case, verb.value, request.actor, request.words, now_ns, until_wall_ns)
        change = pushed(said) if verb is Verb.LIFT else said
        return write_change(transaction, change, self.writer, self.clock)

    def _covered(self, transaction: Transaction, silence: Silence) -> tuple[Case, ...]:
        """The open cases that it is about."""
        if silence.case_id is not None:
            case = transaction.case(silence.case_id)
            return () if case is None or not case.is_open else (case,)
        duty = self.writer.directory.duty
        return tuple(
            case
            for case in transaction.open_cases(silence.camera_id or "")
            if silence.covers(case.case_id, duty.subject(*case.key, case.opened_wall_ns))
        )
