"""The checker sees who was told in quiet hours or while silenced, and who was never told."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from chaos.facts import Facts, Row, Told
from chaos.hushed import disturbed, untold

MINUTE = 60 * 10**9
HOUR = 500_000 * 60 * MINUTE
"""A full hour; times are in minutes after it."""


def line(number: int, at_min: float, reason: str, case_id: str = "c", **more: Any) -> Row:
    state = "closed" if reason == "place_clear" else "opened"
    row = {"id": number, "case_id": case_id, "version": number, "reason": reason, "state": state}
    row |= {"actor": "guards" if reason == "snooze" else "duty", "until_wall_ns": None}
    return row | {"wall_ns": wall(at_min)} | more


def wall(at_min: float) -> int:
    return HOUR + round(at_min * MINUTE)


def letter(number: int, of: int, at_min: float) -> Row:
    return {
        "id": number,
        "event_id": f"e-{of}",
        "case_id": "c",
        "recipient_id": "guards",
        "wall_ns": wall(at_min),
    }


def hush(verb: str, from_min: float, until_min: float, over_min: float | None) -> Row:
    is_snooze = verb == "snooze"
    return {
        "number": 1,
        "author": "guards" if is_snooze else "duty",
        "from_wall_ns": wall(from_min),
        "until_wall_ns": wall(until_min),
        "over_wall_ns": None if over_min is None else wall(over_min),
        "lifted_by": None,
        "case_id": "c" if is_snooze else None,
        "camera_id": None if is_snooze else "c000",
    }


def facts(log: tuple[Row, ...], letters: tuple[Row, ...], *silences: Row) -> Facts:
    cases = ({"case_id": "c", "camera_id": "c000", "fence_id": "lane", "is_open": True},)
    kinds = {"dwell_reached": "new", "place_clear": "end"}
    events = tuple(
        Told(f"e-{it['id']}", it["id"], "c", it["version"], "d", kind=kinds.get(it["reason"], ""))
        for it in log
    )
    nothing = Facts(cases, log, (), events, (), {}, {}, {})
    return replace(nothing, letters=letters, silences=silences, ended_wall_ns=wall(59))


OPENED = line(1, 5, "dwell_reached")


@pytest.mark.parametrize(("at_min", "wrong"), [(19.9, 0), (20, 1), (39.9, 1), (40, 0)])
def test_nobody_is_told_in_quiet_hours(at_min: float, wrong: int) -> None:
    assert len(list(disturbed(facts((OPENED,), (letter(1, 1, at_min),))))) == wrong


def test_an_escalation_gets_through() -> None:
    passes = letter(1, 1, 25) | {"event_id": "c.1.escalate.1"}
    assert list(disturbed(facts((OPENED,), (passes,)))) == []


def test_what_was_held_must_be_told_after_the_quiet_hours() -> None:
    silent = facts((OPENED,), ())
    assert len(list(untold(silent))) == 1
    held = {"recipient": "guards", "payload": json.dumps({"event_id": "e-1"})}
    for until_min, wrong in ((70, 0), (40, 1)):
        waits = replace(silent, held=(held | {"until_wall_ns": wall(until_min)},))
        assert len(list(untold(waits))) == wrong


@pytest.mark.parametrize("verb", ["snooze", "silence"])
def test_while_it_holds_nobody_is_told_and_need_not_be(verb: str) -> None:
    log = (
        OPENED,
        line(2, 6, verb, until_wall_ns=wall(12)),
        line(3, 8, "accept"),
        line(4, 12, f"{verb}_over"),
    )
    begun = () if verb == "snooze" else (letter(2, 2, 6),)
    told = (letter(1, 1, 5), *begun, letter(4, 4, 12))
    silence = hush(verb, 6, 12, 12)
    right = facts(log, told, silence)
    assert list(disturbed(right)) == []
    assert list(untold(right)) == []
    early = replace(right, letters=(*told[:-1], letter(3, 3, 8), told[-1]))
    assert len(list(disturbed(early))) == 1
    set_back = ((wall(11), wall(71)),)
    assert list(disturbed(replace(early, set_back=set_back))) == [], "it may have been over"


def test_what_comes_after_it_is_told_again() -> None:
    log = (OPENED, line(2, 6, "snooze", until_wall_ns=wall(12)), line(3, 12, "snooze_over"))
    after = (*log, line(4, 15, "accept"))
    told = (letter(1, 1, 5), letter(3, 3, 12))
    silent = facts(after, told, hush("snooze", 6, 12, 12))
    assert [it for it in untold(silent) if "accept" in it]
    assert list(untold(replace(silent, letters=(*told, letter(4, 4, 15))))) == []


def test_the_end_is_told_once_to_whom_it_left_alone() -> None:
    begun = (OPENED, line(2, 6, "snooze", until_wall_ns=wall(12)))
    over = line(3, 12, "snooze_over")
    told = (letter(1, 1, 5), letter(3, 3, 12), letter(4, 4, 13))
    silence = hush("snooze", 6, 12, 12)
    assert list(untold(facts((*begun, over), told[:2], silence))) == []
    assert len(list(untold(facts((*begun, over), told[:1], silence)))) == 1
    assert len(list(untold(facts(begun, told[:1], silence)))) == 1
    twice = (*begun, over, line(4, 13, "snooze_over"))
    assert len(list(untold(facts(twice, told, silence)))) == 1
    never = hush("snooze", 6, 12, None)
    assert len(list(untold(facts(begun, told[:1], never)))) == 1
    ended = (*begun, line(3, 10, "place_clear"))
    assert list(untold(facts(ended, told[:2], silence))) == [], "there was nothing left to tell"


def lifted(verb: str, who: str, at_min: float) -> Row:
    return hush(verb, 6, 12, at_min) | {"lifted_by": who}


def begun(verb: str) -> tuple[Row, Row]:
    return OPENED, line(2, 6, verb, until_wall_ns=wall(12))


def test_what_is_lifted_early_is_told_again_from_then_on() -> None:
    lift = line(3, 8, "lift")
    log = (*begun("silence"), lift, line(4, 9, "accept"))
    told = (letter(1, 1, 5), letter(2, 2, 6), letter(3, 3, 8), letter(4, 4, 9))
    right = facts(log, told, lifted("silence", "duty", 8))
    assert list(disturbed(right)) == []
    assert list(untold(right)) == []
    for missing, reason in ((2, "lift"), (3, "accept")):
        silent = replace(right, letters=(*told[:missing], *told[missing + 1 :]))
        (found,) = untold(silent)
        assert f"({reason})" in found
    early = replace(right, letters=(*told[:2], letter(3, 3, 7), told[3]))
    assert len(list(disturbed(early))) == 1, "it held until it was lifted"
    set_back = ((wall(7), wall(67)),)
    assert list(disturbed(replace(early, set_back=set_back))) == [], "it may have been lifted"


def test_who_lifts_the_own_snooze_knows_it() -> None:
    log = (*begun("snooze"), line(3, 8, "lift", actor="guards"), line(4, 9, "accept"))
    told = (letter(1, 1, 5), letter(4, 4, 9))
    assert list(untold(facts(log, told, lifted("snooze", "guards", 8)))) == []
    assert len(list(untold(facts(log, told[:1], lifted("snooze", "guards", 8))))) == 1


def test_one_that_is_ended_early_has_a_line_that_says_so_and_no_other_end() -> None:
    told = (letter(1, 1, 5), letter(2, 2, 6), letter(3, 3, 8))
    unsaid = facts(begun("silence"), told[:2], lifted("silence", "duty", 8))
    (found,) = untold(unsaid)
    assert "no line says so" in found
    log = (*begun("silence"), line(3, 8, "lift"), line(4, 12, "silence_over"))
    (found,) = untold(facts(log, (*told, letter(4, 4, 12)), lifted("silence", "duty", 8)))
    assert "told all the same" in found
    again = (*begun("silence"), line(3, 8, "silence", until_wall_ns=wall(20)))
    newer = lifted("silence", "duty", 8), hush("silence", 8, 20, None) | {"number": 2}
    assert [it for it in untold(facts(again, told, *newer)) if "no line" in it] == []
