"""The checker sees every way in which a letter can vanish."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from chaos.facts import Facts, Row, Told
from chaos.letterbox import Letter, words
from chaos.pushed import unpushed


def row(number: int, standing: str = "sent", **more: Any) -> Row:
    return {
        "id": number,
        "event_id": f"e-{number}",
        "recipient_id": "guards",
        "title": "新案件",
        "text": "same\nwords",
        "standing": standing,
        "problem": None,
    } | more


def letter(recipient: str = "guards") -> Letter:
    return Letter(recipient, words("新案件", "same words"))


def facts(*letters: Row, taken: int) -> Facts:
    inboxes = tuple(Told(one["event_id"], 1, "c", 1, "d", "guards") for one in letters)
    nothing = Facts((), (), (), (), inboxes, {}, {}, {})
    return replace(nothing, letters=letters, taken=(letter(),) * taken, last_letter=9)


def test_what_arrived_once_or_more_or_is_dead_for_a_reason_is_well() -> None:
    assert list(unpushed(facts(row(1), row(2), taken=2))) == []
    assert list(unpushed(facts(row(1), taken=3))) == []
    assert list(unpushed(facts(row(1, "dead", problem="refused"), taken=0))) == []
    assert list(unpushed(facts(row(10, "waiting"), taken=0))) == []


@pytest.mark.parametrize(
    "harmed",
    [
        facts(row(1), row(2), taken=1),
        facts(row(1, "waiting"), taken=1),
        facts(row(1, "dead"), taken=0),
        facts(row(1), row(2, event_id="e-1"), taken=2),
        replace(facts(row(1), taken=0), taken=(letter("duty"),)),
    ],
    ids=["said to be sent", "waits for ever", "dead without why", "twice", "somebody else's"],
)
def test_a_letter_that_vanished_is_seen(harmed: Facts) -> None:
    assert len(list(unpushed(harmed))) == 1


def _never_written(one: Facts) -> Facts:
    return replace(one, letters=())


def _of_nothing(one: Facts) -> Facts:
    return replace(one, inboxes=())


@pytest.mark.parametrize("harm", [_never_written, _of_nothing])
def test_letters_and_inbox_are_of_the_same_messages(harm: Callable[[Facts], Facts]) -> None:
    assert len(list(unpushed(harm(facts(row(1), taken=1))))) == 1
