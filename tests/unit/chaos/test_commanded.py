"""The checker sees commands that were answered and not done, done and not answered, done twice."""

from __future__ import annotations

from typing import Any

import pytest

from chaos.commanded import broken_commands
from chaos.facts import Facts, Row

LINE: Row = {"case_id": "c", "version": 2, "actor": "duty", "reason": "accept"}
DONE: Row = {"accepted": True, "case_id": "c", "version": 2, "verb": "accept"}


def broken(*log: Row, **results: list[Row]) -> int:
    by_request = {f"duty/{name}": answers for name, answers in results.items()}
    return len(list(broken_commands(Facts((), log, (), (), (), by_request, {}, {}))))


def test_what_was_done_once_and_answered_twice_is_well() -> None:
    refused = DONE | {"accepted": False}
    assert broken(LINE, r1=[DONE, DONE], r2=[refused]) == 0
    assert broken(LINE | {"actor": "camera"}) == 0


@pytest.mark.parametrize(
    "changed", [{"version": 3}, {"reason": "handle"}, {"actor": "guards"}, {"case_id": "other"}]
)
def test_an_answer_must_have_its_line(changed: dict[str, Any]) -> None:
    assert broken(LINE | changed, r1=[DONE]) >= 1


def test_a_line_must_have_its_answer() -> None:
    assert broken(LINE) == 1


def test_a_line_answers_one_request() -> None:
    assert broken(LINE, r1=[DONE], r2=[DONE]) == 1
