"""The checker sees health cases of nothing, doubled, lost or left open, and a status that lies."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chaos.ailing import Ills, read_ills, wrong_health, wrong_status
from chaos.facts import Facts, Row
from chaos.spells import write_spells

S = 10**9
ZERO_S = 1_000_000
ILLS = Ills(ZERO_S * S, {"c000": [(100, 400, "offline"), (900, None, "frozen")], "c001": []})


def line(case_id: str, version: int, reason: str, since_s: int = 0) -> Row:
    return {
        "case_id": case_id,
        "version": version,
        "reason": reason,
        "state": "closed" if reason == "camera_well" else "opened",
        "event_id": f"c000.camera_health.{(ZERO_S + since_s) * S}.{version}@5",
    }


LOG = (
    line("a", 1, "camera_unwell", 100),
    line("a", 2, "camera_well"),
    line("b", 1, "camera_unwell", 900),
)


def case(case_id: str, *, is_open: bool) -> Row:
    return {"case_id": case_id, "camera_id": "c000", "fence_id": "", "is_open": is_open}


def camera(camera_id: str, state: str, since_s: int, reason: str) -> Row:
    since_ns = (ZERO_S + since_s) * S
    return {"camera_id": camera_id, "state": state, "since_wall_ns": since_ns, "reason": reason}


def facts(*log: Row, open_cases: str = "b") -> Facts:
    cases = tuple(case(one, is_open=one in open_cases) for one in "ab")
    cameras = (camera("c000", "frozen", 900, "spell 2"), camera("c001", "online", 0, ""))
    statuses = {
        row["camera_id"]: {
            "state": row["state"],
            "since_ms": row["since_wall_ns"] // 10**6,
            "reason": row["reason"],
        }
        for row in cameras
    }
    nothing = Facts(cases, log or LOG, (), (), (), {}, {}, {})
    return replace(nothing, cameras=cameras, statuses=statuses)


def test_one_case_a_spell_and_a_true_status_are_well() -> None:
    assert list(wrong_health(facts(), ILLS)) == []
    assert list(wrong_status(facts(), ILLS)) == []


def test_a_spell_that_nobody_was_there_to_see_needs_no_case() -> None:
    assert list(wrong_health(facts(LOG[2]), ILLS)) == []


@pytest.mark.parametrize(
    "log",
    [
        (*LOG[:2], line("a", 3, "camera_unwell", 100), line("a", 4, "camera_well"), LOG[2]),
        (LOG[0], LOG[2]),
        (*LOG[:2], line("b", 1, "camera_unwell", 500)),
        (LOG[0], line("a", 2, "camera_well") | {"reason": "close"}, LOG[2]),
        (*LOG[:2], line("a", 3, "camera_well"), LOG[2]),
    ],
    ids=["the same again", "two at once", "of no spell", "ended by others", "ended twice"],
)
def test_a_wrong_line_is_seen(log: tuple[Row, ...]) -> None:
    assert len(list(wrong_health(facts(*log), ILLS))) == 1


@pytest.mark.parametrize("open_cases", ["", "ab"], ids=["lost", "left open"])
def test_a_case_is_open_for_who_is_unwell_and_for_nobody_else(open_cases: str) -> None:
    assert len(list(wrong_health(facts(open_cases=open_cases), ILLS))) == 1


def _not_retained(one: Facts) -> Facts:
    return replace(one, statuses={"c001": one.statuses["c001"]})


def _retained_of_before(one: Facts) -> Facts:
    old = one.statuses["c000"] | {"state": "online"}
    return replace(one, statuses=one.statuses | {"c000": old})


def _stored_of_before(one: Facts) -> Facts:
    """And told as it is stored: nobody but what was drawn knows better."""
    old: dict[str, Any] = {"state": "online", "since_ms": (ZERO_S + 400) * 1000, "reason": "well"}
    cameras = (camera("c000", "online", 400, "well"), one.cameras[1])
    return replace(one, cameras=cameras, statuses=one.statuses | {"c000": old})


@pytest.mark.parametrize("harm", [_not_retained, _retained_of_before, _stored_of_before])
def test_a_status_that_lies_is_seen(harm: Callable[[Facts], Facts]) -> None:
    assert len(list(wrong_status(harm(facts()), ILLS))) == 1


def test_the_same_spells_are_drawn_from_the_same_seed(tmp_path: Path) -> None:
    first, again = tmp_path / "first", tmp_path / "again"
    unwell = write_spells(first, 100, 7000, 5)
    assert write_spells(again, 100, 7000, 5) == unwell > 5
    assert first.read_text() == again.read_text()
    spells = read_ills(first, 0).spells
    assert sum(bool(them) and them[-1][1] is None for them in spells.values()) == unwell
    assert json.loads(first.read_text()).keys() == spells.keys()
