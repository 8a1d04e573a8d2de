"""Silences (静默) and snoozes (稍后提醒): who may have which, and what their ends tell. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from alerts.casebook import Change, Notice, NoticeKind
from alerts.cases import CAMERA, Case, Transition
from alerts.commands import Command, Refusal, RefusalCode, bad_until
from alerts.duty.quiet import KeptSilence, Silence
from alerts.people import Recipient
from alerts.place import Directory
from alerts.verbs import MAY, Verb


class SilenceReason(StrEnum):
    """Why a case has a new version: the time of what kept it quiet is over."""

    SILENCE_OVER = "silence_over"
    SNOOZE_OVER = "snooze_over"


@dataclass(frozen=True, slots=True)
class PlaceSilence:
    """Somebody wants nobody to be told of a camera, or of one fence and scenario of it.

    Fields as of :class:`alerts.commands.Command`.
    """

    camera_id: str
    fence_id: str | None
    scenario_id: str | None
    actor: str
    request_id: str
    at_wall_ns: int
    until_wall_ns: int
    words: str


@dataclass(frozen=True, slots=True)
class LiftSilence:
    """Somebody ends the silence of that number before its time."""

    number: int
    actor: str
    request_id: str
    at_wall_ns: int
    words: str = ""


def of_command(command: Command, case: Case) -> Silence | None:
    """What a command that was obeyed keeps quiet; None: nothing."""
    if command.until_wall_ns is None or command.verb not in {Verb.SILENCE, Verb.SNOOZE}:
        return None
    said = (command.at_wall_ns, command.until_wall_ns, command.actor, command.words.strip())
    if command.verb is Verb.SNOOZE:
        return Silence(*said, recipient=command.actor, case_id=case.case_id)
    camera_id, fence_id, scenario_id = case.key
    return Silence(*said, camera_id=camera_id, fence_id=fence_id, scenario_id=scenario_id)


def of_place(request: PlaceSilence, actor: Recipient, directory: Directory) -> Silence | Refusal:
    """The silence of a place, or why not."""
    verb = Verb.SILENCE
    if verb not in MAY[actor.role]:
        return Refusal(RefusalCode.NOT_ALLOWED, {"role": actor.role.value, "verb": verb.value})
    if not _is_known(request, directory):
        values = {
            "camera": request.camera_id,
            "fence": request.fence_id or "-",
            "scenario": request.scenario_id or "-",
        }
        return Refusal(RefusalCode.UNKNOWN_PLACE, values)
    if not request.words.strip():
        return Refusal(RefusalCode.NEEDS_WORDS, {"verb": verb.value})
    refusal = bad_until(verb, actor.role, request.at_wall_ns, request.until_wall_ns)
    return refusal or Silence(
        request.at_wall_ns,
        request.until_wall_ns,
        request.actor,
        request.words.strip(),
        camera_id=request.camera_id,
        fence_id=request.fence_id,
        scenario_id=request.scenario_id,
    )


def may_lift(silence: Silence, actor: Recipient) -> bool:
    """Everybody their own snoozes; silences whoever may have some."""
    if silence.recipient is not None:
        return silence.recipient == actor.id
    return Verb.SILENCE in MAY[actor.role]


def is_of_case(silence: Silence, case: Case) -> bool:
    """Whether it is about the very place of the case, or about the case itself."""
    if silence.case_id is not None:
        return silence.case_id == case.case_id
    return (silence.camera_id, silence.fence_id, silence.scenario_id) == case.key


def same_scope(one: Silence, other: Silence) -> bool:
    """Whether both keep the same thing quiet for the same people."""
    first, second = (
        replace(it, from_wall_ns=0, until_wall_ns=0, author="", reason="") for it in (one, other)
    )
    return first == second


def decide_told(
    case: Case,
    reason: str,
    actor: str,
    words: str,
    now_wall_ns: int,
    until_wall_ns: int | None = None,
) -> Change:
    """The case's next version, which only says so in its log; nobody is pushed to."""
    at_ns = max(now_wall_ns, case.updated_wall_ns)  # a clock that was set back
    following = replace(case, version=case.version + 1, updated_wall_ns=at_ns)
    transition = Transition(
        case_id=case.case_id,
        version=following.version,
        state=following.state,
        actor=actor,
        reason=reason,
        wall_ns=at_ns,
        media_ns=following.updated_media_ns,
        words=words.strip() or None,
        until_wall_ns=until_wall_ns,
    )
    notice = Notice(NoticeKind.UPDATE, f"{case.case_id}.v{following.version}", following)
    return Change(following, transition, (notice,))


def decide_over(kept: KeptSilence, case: Case, now_wall_ns: int) -> Change:
    """The case is open still: those who were left alone are told of it."""
    recipient = kept.silence.recipient
    reason = SilenceReason.SILENCE_OVER if recipient is None else SilenceReason.SNOOZE_OVER
    change = decide_told(case, reason.value, CAMERA, "", now_wall_ns)
    people = None if recipient is None else (recipient,)
    return pushed(change, people)


def pushed(change: Change, people: tuple[str, ...] | None = None) -> Change:
    """The same change, told to these; None: to the recipients of the case."""
    notices = tuple(replace(one, push=True, people=people) for one in change.notices)
    return replace(change, notices=notices)


def unpushed(change: Change) -> Change:
    """The same change, of which no phone buzzes."""
    return replace(change, notices=tuple(replace(one, push=False) for one in change.notices))


def _is_known(request: PlaceSilence, directory: Directory) -> bool:
    if request.fence_id is None or request.scenario_id is None:
        whole = request.fence_id is None and request.scenario_id is None
        return whole and request.camera_id in directory.cameras
    place = directory.fences.get((request.camera_id, request.fence_id))
    return place is not None and request.scenario_id in place.clear_after_ns
