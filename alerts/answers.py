"""What a command is answered, and the form in which an answer is remembered."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from alerts.casebook import Change
from alerts.cases import Case
from alerts.commands import Command, Refusal, RefusalCode
from alerts.reports import Report
from alerts.silences import LiftSilence, PlaceSilence
from alerts.verbs import Verb

Request = Command | Report | PlaceSilence | LiftSilence
"""What people ask for."""


@dataclass(frozen=True, slots=True)
class Answer:
    """``refusal`` None: done. ``version`` and ``state`` are the case's after it, or as it is.

    ``actor``: the id of whoever is answered.
    """

    actor: str
    request_id: str
    at_wall_ns: int
    case_id: str | None = None
    verb: str | None = None
    version: int | None = None
    state: str | None = None
    refusal: Refusal | None = None

    @property
    def done(self) -> bool:
        """Whether the command did something."""
        return self.refusal is None


def answer_to(
    command: Request, outcome: Change | Refusal | None, case: Case | None = None
) -> Answer:
    """The answer to a request. ``outcome`` None: done, to no one case.

    ``case``: what a refused one found, if whoever asked may see that; nothing else of it is told.
    """
    case_id = command.case_id if isinstance(command, Command | Report) else None
    asked = (command.actor, command.request_id, command.at_wall_ns)
    answer = Answer(*asked, case_id, _verb_of(command))
    if outcome is None:
        return answer
    if isinstance(outcome, Change):
        return replace(answer, version=outcome.case.version, state=outcome.case.state.value)
    if isinstance(command, Report):
        answer = replace(answer, case_id=None)  # it has opened none
    if case is not None:
        answer = replace(answer, case_id=case.case_id, version=case.version, state=case.state.value)
    return replace(answer, refusal=outcome)


def _verb_of(command: Request) -> str:
    if isinstance(command, Command):
        return command.verb.value
    if isinstance(command, Report):
        return "report"
    return Verb.SILENCE.value if isinstance(command, PlaceSilence) else Verb.LIFT.value


def key_of(command: Request) -> str:
    """By which its answer is remembered: nobody can use up the request ids of another one."""
    named = json.dumps([command.actor, command.request_id])
    return hashlib.blake2s(named.encode()).hexdigest()


def digest_of(command: Request) -> str:
    """Tells whether two commands of one :func:`key_of` say the same; when is no part of it."""
    said: list[object]
    picture = None
    if isinstance(command, Command):
        said = [command.case_id, command.verb, command.version, command.until_wall_ns]
        picture = command.picture
    elif isinstance(command, Report):
        said = [*command.key, "report"]
        picture = command.picture
    elif isinstance(command, PlaceSilence):
        place = (command.camera_id, command.fence_id, command.scenario_id)
        said = [*place, "silence", command.until_wall_ns]
    else:
        said = [command.number, "lift"]
    # a picture given again may be kept under another day; what it shows is in its name
    shown = None if picture is None else PurePosixPath(picture).name
    said += [command.actor, command.words, shown]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def encode_answer(answer: Answer) -> str:
    """JSON text from which :func:`decode_answer` gives an equal answer."""
    data: dict[str, object] = {
        "actor": answer.actor,
        "request_id": answer.request_id,
        "at_wall_ns": answer.at_wall_ns,
        "case_id": answer.case_id,
        "verb": answer.verb,
        "version": answer.version,
        "state": answer.state,
    }
    if answer.refusal is not None:
        data["code"] = answer.refusal.code.value
        data["values"] = dict(answer.refusal.values)
    return json.dumps(data, ensure_ascii=False, sort_keys=True)


def decode_answer(text: str) -> Answer:
    """The answer of a JSON text that :func:`encode_answer` has written."""
    data = json.loads(text)
    code, values = data.pop("code", None), data.pop("values", {})
    refusal = None if code is None else Refusal(RefusalCode(code), values)
    return Answer(**data, refusal=refusal)
