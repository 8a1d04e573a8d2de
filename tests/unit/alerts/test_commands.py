from __future__ import annotations

from typing import Any

import pytest

from alerts.casebook import Change, NoticeKind
from alerts.cases import Case, CaseState, CloseReason, Verification
from alerts.commands import Command, Refusal, RefusalCode, decide_command
from alerts.people import Recipient, Role
from alerts.texts import Language
from alerts.verbs import LONGEST_NS, Verb
from fences.clock import SECOND_NS
from tests.alerts_kit import PERSON, START_WALL_NS, new_case, order

AT_NS = START_WALL_NS + 100 * SECOND_NS
OFFICER, PROPERTY, OPERATOR = (
    PERSON[role] for role in (Role.OFFICER, Role.PROPERTY, Role.OPERATOR)
)


def done(case: Case, command: Command, actor: Recipient = OFFICER) -> Change:
    change = decide_command(case, command, actor)
    assert isinstance(change, Change), change
    return change


def refused(case: Case, command: Command, actor: Recipient = OFFICER) -> Refusal:
    refusal = decide_command(case, command, actor)
    assert isinstance(refusal, Refusal)
    for language in Language:
        assert "{" not in refusal.text(language)
    return refusal


def test_a_change_has_actor_time_reason_words_and_version() -> None:
    case = new_case()
    change = done(case, order(case, Verb.ACCEPT, words="  马上到 ", picture=None))
    line = change.transition
    assert (line.version, line.state, line.actor) == (2, CaseState.ACCEPTED, "duty-east")
    assert (line.reason, line.words, line.wall_ns) == ("accept", "马上到", AT_NS)
    assert (change.case.accepted_by, change.case.accepted_wall_ns) == ("duty-east", AT_NS)
    assert change.case.updated_wall_ns == AT_NS


def test_who_handles_an_unaccepted_case_has_accepted_it() -> None:
    case = new_case()
    handled = done(case, order(case, Verb.HANDLE, "wenshao", picture="a.jpg"), PROPERTY).case
    assert (handled.accepted_by, handled.handled_by) == ("wenshao", "wenshao")
    assert (handled.verification, handled.after_picture) == (Verification.WAITING, "a.jpg")
    taken = new_case(state=CaseState.ACCEPTED, accepted_by="wenshao", accepted_wall_ns=1)
    assert done(taken, order(taken, Verb.HANDLE)).case.accepted_by == "wenshao"


def test_a_person_who_closes_a_handled_case_verifies_it() -> None:
    case = new_case(state=CaseState.HANDLED, verification=Verification.CANNOT_VERIFY)
    closed = done(case, order(case, Verb.CLOSE, words="", picture="a.jpg")).case
    assert closed.verification is Verification.BY_HAND
    assert (closed.close_reason, closed.after_picture) == (CloseReason.CLOSED_BY_HAND, "a.jpg")
    unhandled = new_case()
    ended = done(unhandled, order(unhandled, Verb.CLOSE, "centre"), OPERATOR)
    assert ended.case.verification is None


def test_reopening_begins_anew() -> None:
    case = new_case(
        state=CaseState.CLOSED,
        accepted_by="wenshao",
        handled_by="wenshao",
        handled_wall_ns=5,
        cleared_wall_ns=6,
        cleared_media_ns=6,
        close_reason="verified",
        after_picture="a.jpg",
        verification=Verification.VERIFIED,
        extended_until_wall_ns=7,
    )
    again = done(case, order(case, Verb.REOPEN))
    plain = new_case(state=CaseState.REOPENED, version=2, updated_wall_ns=AT_NS)
    assert again.case == plain
    assert again.notices[0].kind is NoticeKind.NEW


@pytest.mark.parametrize(
    ("state", "verb", "kind"),
    [
        (CaseState.OPENED, Verb.ACCEPT, NoticeKind.UPDATE),
        (CaseState.OPENED, Verb.NOTE, NoticeKind.UPDATE),
        (CaseState.OPENED, Verb.REJECT, NoticeKind.END),
        (CaseState.HANDLED, Verb.CLOSE, NoticeKind.END),
        (CaseState.CLOSED, Verb.REOPEN, NoticeKind.NEW),
    ],
)
def test_what_people_do_is_told_and_buzzes(state: CaseState, verb: Verb, kind: NoticeKind) -> None:
    case = new_case(state=state)
    (notice,) = done(case, order(case, verb)).notices
    assert (notice.kind, notice.buzzes) == (kind, True)


@pytest.mark.parametrize(
    ("state", "verb", "fields", "code"),
    [
        (CaseState.OPENED, Verb.ACCEPT, {"version": 7}, RefusalCode.STALE_VERSION),
        (CaseState.OPENED, Verb.REJECT, {"words": " "}, RefusalCode.NEEDS_WORDS),
        (CaseState.ACCEPTED, Verb.RETURN, {"words": ""}, RefusalCode.NEEDS_WORDS),
        (CaseState.HANDLED, Verb.CLOSE, {"words": ""}, RefusalCode.NEEDS_WORDS_OR_PICTURE),
        (CaseState.ACCEPTED, Verb.EXTEND, {"until_wall_ns": None}, RefusalCode.NEEDS_UNTIL),
        (CaseState.ACCEPTED, Verb.EXTEND, {"until_wall_ns": AT_NS}, RefusalCode.UNTIL_PAST),
        (
            CaseState.ACCEPTED,
            Verb.SUSPEND,
            {"until_wall_ns": AT_NS + 366 * 86_400 * SECOND_NS},
            RefusalCode.UNTIL_TOO_FAR,
        ),
        (CaseState.OPENED, Verb.ACCEPT, {"until_wall_ns": AT_NS + 1}, RefusalCode.NO_UNTIL),
        (CaseState.OPENED, Verb.ACCEPT, {"picture": "a.jpg"}, RefusalCode.NO_PICTURE),
    ],
)
def test_what_is_missing_or_wrong_is_refused(
    state: CaseState, verb: Verb, fields: dict[str, Any], code: RefusalCode
) -> None:
    case = new_case(state=state)
    assert refused(case, order(case, verb, **fields)).code is code


def test_a_stale_version_is_told_the_current_one_before_its_state() -> None:
    case = new_case(state=CaseState.HANDLED, version=5)
    refusal = refused(case, order(case, Verb.ACCEPT, version=3))
    assert (refusal.code, refusal.values["version"]) == (RefusalCode.STALE_VERSION, 5)
    assert "第 5 版（处置）" in refusal.text(Language.ZH)


def test_the_version_that_it_is_meant_for_does() -> None:
    case = new_case(version=3)
    assert done(case, order(case, Verb.ACCEPT, version=3)).case.version == 4


def test_each_role_has_its_own_limit_of_an_extension() -> None:
    case = new_case(state=CaseState.ACCEPTED)
    for person in (PROPERTY, OFFICER):
        limit_ns = LONGEST_NS[Verb.EXTEND][person.role]
        fits, beyond = (
            order(case, Verb.EXTEND, person.id, until_wall_ns=AT_NS + limit_ns + more)
            for more in (0, 1)
        )
        assert done(case, fits, person).case.extended_until_wall_ns == AT_NS + limit_ns
        assert refused(case, beyond, person).code is RefusalCode.UNTIL_TOO_FAR


def test_a_second_extension_is_not_a_property_team_s() -> None:
    case = new_case(state=CaseState.ACCEPTED, extended_until_wall_ns=1)
    command = order(case, Verb.EXTEND, "wenshao")
    assert refused(case, command, PROPERTY).code is RefusalCode.EXTENSION_USED


def test_a_clock_that_was_set_back_does_not_turn_a_case_s_time_back() -> None:
    case = new_case(updated_wall_ns=AT_NS + 9)
    assert done(case, order(case, Verb.ACCEPT)).case.updated_wall_ns == AT_NS + 9


def test_a_command_of_another_case_or_actor_is_a_mistake_of_the_program() -> None:
    case = new_case()
    with pytest.raises(ValueError, match="another case or actor"):
        decide_command(case, order("x", Verb.ACCEPT), OFFICER)
    with pytest.raises(ValueError, match="another case or actor"):
        decide_command(case, order(case, Verb.ACCEPT), PROPERTY)
