"""The counter: where commands and reports of people are taken, whichever way they come.

MQTT, the command line and whatever else takes commands hand them in here, so there is one set of
rules. Case, line of the log, messages and the remembered answer are one transaction.
"""

from __future__ import annotations

from functools import partial

from alerts.answers import (
    Answer,
    Request,
    answer_to,
    decode_answer,
    digest_of,
    encode_answer,
    key_of,
)
from alerts.casebook import Change
from alerts.cases import CAMERA, Case
from alerts.commands import Command, Refusal, RefusalCode, decide_command
from alerts.evidence import EvidenceFolder
from alerts.files import EvidenceFile
from alerts.keeper import write_change
from alerts.messages import Writer
from alerts.people import Recipient, Role
from alerts.place import Directory
from alerts.registry import Registry, make_registry
from alerts.reports import Report, decide_report
from alerts.silences import LiftSilence, PlaceSilence
from alerts.silencing import Silencing
from alerts.store.port import Remembered, Store, Transaction
from alerts.verbs import Verb, is_others
from fences.clock import Clock

ANSWERS_KEPT = 100_000
"""How many answers are remembered: what comes again after so many others counts as new."""

_FORGET_EVERY = 1000

Outcome = tuple[Change | Refusal, Case | None]
"""What a command comes to, and the case that a refused one found."""


class Counter:
    """Safe to call from many threads.

    ``registry``: of all who write to this store in this process.
    """

    def __init__(
        self,
        store: Store,
        writer: Writer,
        evidence: EvidenceFolder,
        clock: Clock,
        *,
        registry: Registry | None = None,
    ) -> None:
        self._store = store
        self._writer = writer
        self._evidence = evidence
        self._clock = clock
        self._registry = registry or make_registry(store, clock)
        self._silencing = Silencing(writer, clock)
        self._taken = 0

    def take(self, command: Request) -> Answer:
        """Do what is asked, or refuse it; the same request again gets the very same answer.

        When it returns, everything is on disk, the answer as a message too. Raises
        ``StoreError`` if it could not be kept; it may be handed in again.
        """
        actor = person_named(self._writer.directory, command.actor)
        if actor is None:
            refusal = Refusal(RefusalCode.UNKNOWN_ACTOR, {"got": command.actor})
            return self.refuse(answer_to(command, refusal))
        do = partial(self._do, command=command, actor=actor, file=self._file(command))
        answer, changes = self._registry.keeper.keep(do)
        self._say(changes)
        return answer

    def would_take(self, asked: Command | Report) -> bool:
        """Whether it would do something now, if its picture were there. Raises ``StoreError``."""
        actor = person_named(self._writer.directory, asked.actor)
        if actor is None:
            return False
        return self._registry.keeper.keep(partial(self._is_free, asked=asked, actor=actor))

    def _is_free(
        self, transaction: Transaction, *, asked: Command | Report, actor: Recipient
    ) -> bool:
        if transaction.remembered(key_of(asked)) is not None:
            return False
        return isinstance(self._decide(transaction, asked, actor, shown=True)[0], Change)

    def _file(self, command: Request) -> EvidenceFile | None:
        """The picture of a command, if it has one that is there."""
        if not isinstance(command, Command | Report) or command.picture is None:
            return None
        return self._evidence.file_of(_name_of(command), command.picture)

    def refuse(self, answer: Answer) -> Answer:
        """Tell a refusal that no decision is needed for; nothing of it is remembered."""
        self._registry.keeper.keep(partial(self._tell, answer=answer))
        self._say(())
        return answer

    def _do(
        self,
        transaction: Transaction,
        *,
        command: Request,
        actor: Recipient,
        file: EvidenceFile | None,
    ) -> tuple[Answer, tuple[Change, ...]]:
        answer = self._again(transaction, command)
        changes: tuple[Change, ...] = ()
        if answer is None:
            if isinstance(command, PlaceSilence | LiftSilence):
                answer, changes = self._quiet(transaction, command, actor)
            else:
                answer, changes = self._obey(transaction, command, actor, file)
            digest, text = digest_of(command), encode_answer(answer)
            transaction.remember(Remembered(key_of(command), digest, text, self._clock.wall_ns()))
        self._tell(transaction, answer)
        return answer, changes

    def _quiet(
        self, transaction: Transaction, request: PlaceSilence | LiftSilence, actor: Recipient
    ) -> tuple[Answer, tuple[Change, ...]]:
        if isinstance(request, PlaceSilence):
            outcome = self._silencing.place(transaction, request, actor)
        else:
            outcome = self._silencing.lift(transaction, request, actor)
        if isinstance(outcome, Refusal):
            return answer_to(request, outcome), ()
        return answer_to(request, None), outcome

    def _obey(
        self,
        transaction: Transaction,
        command: Command | Report,
        actor: Recipient,
        file: EvidenceFile | None,
    ) -> tuple[Answer, tuple[Change, ...]]:
        shown = command.picture is None or file is not None
        outcome, case = self._decide(transaction, command, actor, shown=shown)
        seen = None if case is None or is_others(case, actor) else case
        answer = answer_to(command, outcome, seen)
        if isinstance(outcome, Refusal):
            return answer, ()
        change = outcome if file is None else outcome.with_files(file)
        change = write_change(transaction, change, self._writer, self._clock)
        if isinstance(command, Command):
            self._silencing.begin(transaction, command, change.case)
        return answer, (change,)

    def _tell(self, transaction: Transaction, answer: Answer) -> None:
        transaction.add_message(self._writer.result(answer), self._clock.wall_ns())

    def _again(self, transaction: Transaction, command: Request) -> Answer | None:
        """The answer to a request that was here before; a refusal if it said something else."""
        before = transaction.remembered(key_of(command))
        if before is None:
            return None
        if before.digest == digest_of(command):
            return decode_answer(before.answer)
        values = {"request_id": command.request_id}
        return answer_to(command, Refusal(RefusalCode.REQUEST_ID_REUSED, values))

    def _decide(
        self, transaction: Transaction, command: Command | Report, actor: Recipient, *, shown: bool
    ) -> Outcome:
        outcome, case = self._judge(transaction, command, actor)
        if shown or isinstance(outcome, Refusal):
            return outcome, case
        return Refusal(RefusalCode.NO_SUCH_PICTURE, {"picture": str(command.picture)}), None

    def _judge(
        self, transaction: Transaction, command: Command | Report, actor: Recipient
    ) -> Outcome:
        if isinstance(command, Report):
            return self._report(transaction, command, actor)
        case = transaction.case(command.case_id)
        if case is None:
            return Refusal(RefusalCode.UNKNOWN_CASE, {"case_id": command.case_id}), None
        if command.verb is Verb.REOPEN and not is_others(case, actor):
            newest = transaction.last_case(case.key)
            if newest is not None and newest.case_id != case.case_id:
                return Refusal(RefusalCode.SUPERSEDED, {"case_id": newest.case_id}), case
        other = command.version not in {None, case.version}
        log = transaction.history(case.case_id) if other else ()
        outcome = decide_command(case, command, actor, log)
        if command.verb is Verb.LIFT and isinstance(outcome, Change):
            outcome = self._silencing.lifted(transaction, case, outcome, actor)
        return outcome, case

    def _report(self, transaction: Transaction, report: Report, actor: Recipient) -> Outcome:
        place = self._writer.directory.fences.get((report.camera_id, report.fence_id))
        if place is None or report.scenario_id not in place.clear_after_ns:
            camera_id, fence_id, scenario_id = report.key
            values = {"camera": camera_id, "fence": fence_id, "scenario": scenario_id}
            return Refusal(RefusalCode.UNKNOWN_PLACE, values), None
        last = transaction.last_case(report.key)
        people = place.told(report.scenario_id)
        return decide_report(last, report, actor, people), last

    def _say(self, changes: tuple[Change, ...]) -> None:
        self._registry.say(changes)
        if not changes:
            self._registry.on_change()  # the answer waits to be sent
        self._taken += 1
        if self._taken % _FORGET_EVERY == 0:
            self._store.forget_answers(ANSWERS_KEPT)


def _name_of(command: Command | Report) -> str:
    """After whom the pictures of a command are named: its case, or what is to become one."""
    return command.case_id if isinstance(command, Command) else command.request_id


def person_named(directory: Directory, actor: str) -> Recipient | None:
    """The person behind an id; None where there is none, and for the camera's own name."""
    person = directory.recipients.get(actor)
    if person is None or person.id == CAMERA or person.role is Role.CAMERA:
        return None
    return person
