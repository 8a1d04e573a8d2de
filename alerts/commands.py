"""The decision: what a person's command does to a case. Pure.

Checked in this order, and the first that fails is told: whether the case is the actor's, the
role and the state (``verbs.py``), the version, then what the verb needs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from alerts.casebook import Change, Notice, NoticeKind
from alerts.cases import Case, CaseState, CloseReason, Transition, Verification, begun_anew
from alerts.people import Recipient, Role
from alerts.staleness import is_stale
from alerts.texts import Language, load_texts
from alerts.verbs import (
    BECOMES,
    LONGEST_NS,
    MAY,
    NEEDS_WORDS,
    NEEDS_WORDS_OR_PICTURE,
    OWN_AFFAIR,
    TAKES_PICTURE,
    Verb,
    extension_used,
    is_others,
)
from fences.clock import SECOND_NS


@dataclass(frozen=True, slots=True)
class Command:
    """What somebody wants done.

    ``actor`` is a recipient's id. ``request_id`` makes it count once. ``version``: the version of
    the case that it is meant for, stale or not as of ``staleness.py``; None: whatever there is.
    ``picture`` is relative to the evidence folder. Times are nanoseconds of the wall clock.
    """

    case_id: str
    verb: Verb
    actor: str
    request_id: str
    at_wall_ns: int
    version: int | None = None
    words: str = ""
    until_wall_ns: int | None = None
    picture: str | None = None


class RefusalCode(StrEnum):
    """Why a command was refused."""

    MALFORMED = "malformed"
    UNKNOWN_VERB = "unknown_verb"
    UNKNOWN_ACTOR = "unknown_actor"
    NOT_YOU = "not_you"
    UNKNOWN_CASE = "unknown_case"
    UNKNOWN_PLACE = "unknown_place"
    REQUEST_ID_REUSED = "request_id_reused"
    NOT_YOURS = "not_yours"
    NOT_ALLOWED = "not_allowed"
    WRONG_STATE = "wrong_state"
    STALE_VERSION = "stale_version"
    SUPERSEDED = "superseded"
    ALREADY_OPEN = "already_open"
    NEEDS_WORDS = "needs_words"
    NEEDS_WORDS_OR_PICTURE = "needs_words_or_picture"
    NEEDS_UNTIL = "needs_until"
    UNTIL_PAST = "until_past"
    UNTIL_TOO_FAR = "until_too_far"
    EXTENSION_USED = "extension_used"
    NO_UNTIL = "no_until"
    NOTHING_TO_LIFT = "nothing_to_lift"
    NO_PICTURE = "no_picture"
    NO_SUCH_PICTURE = "no_such_picture"
    PICTURE_UNKEPT = "picture_unkept"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why not. ``values`` fill the text in: ids of states, verbs and roles, numbers, text."""

    code: RefusalCode
    values: Mapping[str, str | int] = field(default_factory=dict)

    def text(self, language: Language) -> str:
        """The reason in words."""
        texts = load_texts("alerts", language)
        shown = {
            name: texts.messages.get(f"{name}.{value}", value)
            for name, value in self.values.items()
        }
        return texts(f"refusal.{self.code.value}", **shown)


def decide_command(
    case: Case, command: Command, actor: Recipient, log: Sequence[Transition] = ()
) -> Change | Refusal:
    """What the command makes of the case, or why it does nothing.

    ``log``: the case's, asked for only if the command names another version than the case has.
    Raises ``ValueError`` if case or actor are not the command's.
    """
    if (case.case_id, actor.id) != (command.case_id, command.actor):
        raise ValueError(f"command {command.request_id} is of another case or actor")
    refusal = _not_permitted(case, command, actor, log) or _incomplete(case, command, actor)
    return refusal or _change(case, command)


def _not_permitted(
    case: Case, command: Command, actor: Recipient, log: Sequence[Transition]
) -> Refusal | None:
    verb, role = command.verb, actor.role
    if is_others(case, actor):
        return Refusal(RefusalCode.NOT_YOURS)
    states = MAY[role].get(verb)
    if states is None:
        return Refusal(RefusalCode.NOT_ALLOWED, {"role": role.value, "verb": verb.value})
    if command.version is not None and is_stale(command.version, case.version, log):
        values = {"expected": command.version, "version": case.version, "state": case.state.value}
        return Refusal(RefusalCode.STALE_VERSION, values)
    if case.state not in states:
        return Refusal(RefusalCode.WRONG_STATE, {"state": case.state.value, "verb": verb.value})
    return None


def _incomplete(case: Case, command: Command, actor: Recipient) -> Refusal | None:
    verb = command.verb
    named = {"verb": verb.value}
    if verb in NEEDS_WORDS and not command.words.strip():
        return Refusal(RefusalCode.NEEDS_WORDS, named)
    shown = command.words.strip() or command.picture
    if verb in NEEDS_WORDS_OR_PICTURE and not shown:
        return Refusal(RefusalCode.NEEDS_WORDS_OR_PICTURE, named)
    if command.picture is not None and verb not in TAKES_PICTURE:
        return Refusal(RefusalCode.NO_PICTURE, named)
    if verb is Verb.EXTEND and extension_used(case, actor.role):
        return Refusal(RefusalCode.EXTENSION_USED)
    return bad_until(verb, actor.role, command.at_wall_ns, command.until_wall_ns)


def bad_until(verb: Verb, role: Role, at_wall_ns: int, until_wall_ns: int | None) -> Refusal | None:
    """What is wrong with a time until when, given at ``at_wall_ns``; None: nothing."""
    limits, until_ns = LONGEST_NS.get(verb), until_wall_ns
    named = {"verb": verb.value}
    if limits is None:
        return None if until_ns is None else Refusal(RefusalCode.NO_UNTIL, named)
    if until_ns is None:
        return Refusal(RefusalCode.NEEDS_UNTIL, named)
    ahead_ns, limit_ns = until_ns - at_wall_ns, limits[role]
    if ahead_ns <= 0:
        return Refusal(RefusalCode.UNTIL_PAST)
    if ahead_ns > limit_ns:
        return Refusal(RefusalCode.UNTIL_TOO_FAR, {"hours": limit_ns // (3600 * SECOND_NS)})
    return None


def _change(last: Case, command: Command) -> Change:
    case = replace(
        last,
        state=BECOMES[command.verb] or last.state,
        version=last.version + 1,
        updated_wall_ns=max(command.at_wall_ns, last.updated_wall_ns),
    )
    done = _DONE.get(command.verb)
    return by_hand(case if done is None else done(case, last, command), command)


def _accepted(case: Case, _last: Case, command: Command) -> Case:
    who, at_ns = command.actor, case.updated_wall_ns
    return replace(case, accepted_by=who, accepted_wall_ns=at_ns, suspended_until_wall_ns=None)


def _handled(case: Case, last: Case, command: Command) -> Case:
    """Handled by somebody; if nobody had accepted it, that is done with it."""
    if last.accepted_by is None:
        case = _accepted(case, last, command)
    return replace(
        case,
        handled_by=command.actor,
        handled_wall_ns=case.updated_wall_ns,
        after_picture=command.picture,
        verification=Verification.WAITING,
        suspended_until_wall_ns=None,
        cleared_wall_ns=None,
        cleared_media_ns=None,
    )


def _returned(case: Case, _last: Case, command: Command) -> Case:
    picture = command.picture or case.after_picture
    return replace(
        case,
        verification=None,
        after_picture=picture,
        cleared_wall_ns=None,
        cleared_media_ns=None,
    )


def _closed(case: Case, last: Case, command: Command) -> Case:
    verified = last.state is CaseState.HANDLED
    return replace(
        case,
        close_reason=CloseReason.CLOSED_BY_HAND.value,
        verification=Verification.BY_HAND if verified else case.verification,
        after_picture=command.picture or case.after_picture,
    )


_DONE: Mapping[Verb, Callable[[Case, Case, Command], Case]] = {
    Verb.ACCEPT: _accepted,
    Verb.HANDLE: _handled,
    Verb.RETURN: _returned,
    Verb.CLOSE: _closed,
    Verb.EXTEND: lambda case, _, it: replace(case, extended_until_wall_ns=it.until_wall_ns),
    Verb.SUSPEND: lambda case, _, it: replace(case, suspended_until_wall_ns=it.until_wall_ns),
    Verb.REJECT: lambda case, _, __: replace(case, close_reason=CloseReason.REJECTED.value),
    Verb.REOPEN: lambda case, _, __: begun_anew(case),
}
"""What verbs do beside the state and version: from the next version, the last one, the command."""


def by_hand(case: Case, command: Command) -> Change:
    """The change to this version of the case, as this command's doing."""
    transition = Transition(
        case_id=case.case_id,
        version=case.version,
        state=case.state,
        actor=command.actor,
        reason=command.verb.value,
        wall_ns=case.updated_wall_ns,
        media_ns=case.updated_media_ns,
        words=command.words.strip() or None,
        picture=command.picture,
        until_wall_ns=command.until_wall_ns,
    )
    kind = NoticeKind.UPDATE
    if not case.is_open:
        kind = NoticeKind.END
    elif command.verb is Verb.REOPEN:
        kind = NoticeKind.NEW
    push = command.verb not in OWN_AFFAIR
    notice = Notice(kind, f"{case.case_id}.v{case.version}", case, push=push)
    return Change(case, transition, (notice,))
