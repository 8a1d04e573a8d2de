"""Who may do what, when: the whole table, cell by cell, as people would write it down."""

from __future__ import annotations

from dataclasses import replace

import pytest

from alerts.cases import NEXT, CaseState
from alerts.commands import Refusal, RefusalCode, decide_command
from alerts.people import Role
from alerts.verbs import BECOMES, LONGEST_NS, MAY, Verb, verbs_for
from tests.alerts_kit import DIRECTORY, PERSON, START_WALL_NS, new_case, order

# P property, O officer, M monitoring centre, C camera
TABLE = """
            accept handle reject extend return suspend note close reopen silence snooze lift
opened      POM    POM    OM     -      -      OM      POM  MC    -        OM      POM    POM
dispatched  POM    POM    OM     OM     OM     OM      POM  MC    -        OM      POM    POM
accepted    -      POM    OM     POM    OM     OM      POM  MC    -        OM      POM    POM
handled     -      -      -      -      OMC    -       POM  OMC   -        OM      POM    POM
verified    -      -      -      -      -      -       POM  MC    -        OM      POM    POM
closed      -      -      -      -      -      -       -    -     OMC      -       -      -
rejected    -      -      -      -      -      -       -    -     OM       -       -      -
returned    POM    POM    OM     POM    -      OM      POM  MC    -        OM      POM    POM
extended    -      POM    OM     OM     OM     OM      POM  MC    -        OM      POM    POM
suspended   OM     OM     OM     -      -      -       POM  MC    -        OM      POM    POM
reopened    POM    POM    OM     -      -      OM      POM  MC    -        OM      POM    POM
"""
LETTER = {Role.PROPERTY: "P", Role.OFFICER: "O", Role.OPERATOR: "M", Role.CAMERA: "C"}
HEAD, *ROWS = [line.split() for line in TABLE.strip().splitlines()]
CELLS = [
    (role, CaseState(row[0]), Verb(verb), LETTER[role] in cell)
    for row in ROWS
    for verb, cell in zip(HEAD, row[1:], strict=True)
    for role in Role
]


def test_the_table_has_every_cell() -> None:
    assert len(CELLS) == len(Role) * len(CaseState) * len(Verb)


@pytest.mark.parametrize(("role", "state", "verb", "allowed"), CELLS)
def test_each_cell(role: Role, state: CaseState, verb: Verb, allowed: bool) -> None:
    assert (state in MAY[role].get(verb, ())) == allowed
    if role is Role.CAMERA:
        return
    case = new_case(state=state)
    command = order(case, verb, PERSON[role].id)
    outcome = decide_command(case, command, PERSON[role])
    assert (verb in verbs_for(case, PERSON[role])) == allowed
    if allowed:
        assert not isinstance(outcome, Refusal)
        assert outcome.case.state is (BECOMES[verb] or state)
        assert outcome.case.state in {state, *NEXT[state]}
    else:
        assert isinstance(outcome, Refusal)
        missing = RefusalCode.NOT_ALLOWED if verb not in MAY[role] else RefusalCode.WRONG_STATE
        assert outcome.code is missing


@pytest.mark.parametrize("state", [CaseState.CLOSED, CaseState.REJECTED])
def test_a_finished_case_has_no_verbs_but_reopen(state: CaseState) -> None:
    for person in PERSON.values():
        assert set(verbs_for(new_case(state=state), person)) <= {Verb.REOPEN}


def test_a_property_team_acts_on_its_own_cases_alone() -> None:
    case, stranger = new_case(), DIRECTORY.recipients["other-estate"]
    assert verbs_for(case, stranger) == ()
    for verb in Verb:
        outcome = decide_command(case, order(case, verb, stranger.id), stranger)
        assert isinstance(outcome, Refusal)
        assert outcome.code is RefusalCode.NOT_YOURS


def test_officers_and_operators_act_on_every_case() -> None:
    case = new_case(recipients=("wenshao",))
    for role in (Role.OFFICER, Role.OPERATOR):
        assert Verb.ACCEPT in verbs_for(case, PERSON[role])


def test_a_property_team_gets_one_extension() -> None:
    case = new_case(state=CaseState.ACCEPTED)
    extended = replace(case, extended_until_wall_ns=START_WALL_NS)
    assert Verb.EXTEND in verbs_for(case, PERSON[Role.PROPERTY])
    assert Verb.EXTEND not in verbs_for(extended, PERSON[Role.PROPERTY])
    assert Verb.EXTEND in verbs_for(extended, PERSON[Role.OFFICER])


def test_verbs_with_a_limit_have_one_for_everybody_who_may_use_them() -> None:
    for verb, limits in LONGEST_NS.items():
        assert set(limits) == {role for role in Role if verb in MAY[role]}
