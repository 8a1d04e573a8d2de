"""The checker of the fault harness can fail: each kind of harm is seen as what it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from chaos.chained import entry_hash
from chaos.checker import SIZES, Verdict, judge
from chaos.facts import Facts, Row, Told
from chaos.model import Visit

S = 10**9
CASE, OTHER = "c000.lane.x.1", "c000.lane.x.2"
STEP = f"{CASE}.1.remind.accept.1"
VISITS = (Visit("c000", 100 * S, (130 * S, 160 * S), (300 * S, 330 * S)),)
WALL_S = 1_000_000


def line(case_id: str, version: int, state: str, reason: str, at_s: int, **more: Any) -> Row:
    event_id = f"c000.lane.x.{at_s}@{WALL_S + at_s}" if "_" in reason[5:] else None
    blank = {"event_id": event_id, "words": None, "picture": None, "until_wall_ns": None}
    row: Row = {"case_id": case_id, "version": version, "state": state, "reason": reason}
    row |= {"actor": "camera", "wall_ns": (WALL_S + at_s) * S, "media_ns": at_s * S}
    return row | blank | {"files": "[]", "case_sha256": f"{version}"} | more


LOG = (
    line(CASE, 1, "opened", "dwell_reached", 130),
    line(CASE, 2, "opened", "remind_accept", 150, event_id=None),
    line(CASE, 3, "closed", "place_clear", 300),
)


def sealed(log: tuple[Row, ...]) -> tuple[Row, ...]:
    heads: dict[str, str] = {}
    rows = []
    for one in log:
        sha256 = entry_hash(one, heads.get(one["case_id"]))
        heads[one["case_id"]] = sha256
        rows.append(one | {"sha256": sha256})
    return tuple(rows)


def told(log: tuple[Row, ...]) -> tuple[Told, ...]:
    return tuple(
        Told(
            STEP if one["reason"] == "remind_accept" else str(one["event_id"]).split("@")[0],
            seq,
            one["case_id"],
            one["version"],
            f"digest {seq}",
        )
        for seq, one in enumerate(log, start=1)
    )


def facts_of(log: tuple[Row, ...] = LOG) -> Facts:
    """All as it should be, but for what is in the log."""
    log = sealed(log)
    newest = {one["case_id"]: one for one in log}
    cases = tuple(
        {
            "case_id": case_id,
            "camera_id": "c000",
            "fence_id": "lane",
            "version": one["version"],
            "is_open": one["state"] != "closed",
            "log_sha256": one["sha256"],
        }
        for case_id, one in newest.items()
    )
    events = told(log)
    inboxes = tuple(replace(one, recipient="duty") for one in events)
    retained = {row["case_id"]: row["version"] for row in cases if row["is_open"]}
    answers = {"duty/r-1": [{"accepted": False, "version": 2}] * 2}
    steps = ({"key": STEP, "case_id": CASE},)
    return Facts(cases, log, steps, events, inboxes, answers, retained, {})


def broken(verdict: Verdict) -> set[str]:
    return {name for name, value in verdict.counts.items() if value and name not in SIZES}


def test_a_world_in_which_all_is_well_passes() -> None:
    verdict = judge(facts_of(), VISITS)
    assert verdict.findings == []
    assert verdict.holds
    assert verdict.cases == 1


def test_a_visit_without_a_case_is_lost() -> None:
    later = Visit("c000", 9000 * S, (9030 * S, 9060 * S), None)
    assert broken(judge(facts_of(), (*VISITS, later))) == {"lost"}
    elsewhere = replace(VISITS[0], camera_id="c001")
    assert broken(judge(facts_of(), (*VISITS, elsewhere))) == {"lost"}


def test_a_place_that_was_clear_and_still_has_an_open_case_is_lost() -> None:
    assert broken(judge(facts_of(LOG[:2]), VISITS)) == {"lost"}


def test_two_cases_of_one_visit_are_doubled() -> None:
    again = line(OTHER, 1, "opened", "dwell_reached", 145)
    assert "doubled" in broken(judge(facts_of((*LOG[:2], again, *LOG[2:])), VISITS))
    assert "doubled" in broken(judge(facts_of((*LOG, again)), VISITS))


def test_a_case_of_nothing_is_doubled() -> None:
    nothing = line(OTHER, 1, "opened", "dwell_reached", 5000)
    assert broken(judge(facts_of((*LOG, nothing)), VISITS)) == {"doubled"}
    assert broken(judge(facts_of((*LOG, nothing | {"reason": "grown"})), VISITS)) == {"doubled"}


@pytest.mark.parametrize(("away_s", "is_the_same_case"), [(100, True), (1000, False)])
def test_what_comes_back_is_the_same_case_if_it_comes_soon(
    away_s: int, is_the_same_case: bool
) -> None:
    since_s = 300 + away_s
    opens = ((since_s + 30) * S, (since_s + 60) * S)
    visits = (*VISITS, Visit("c000", since_s * S, opens, None))
    reopened = line(CASE, 4, "reopened", "dwell_reached", since_s + 30)
    another = line(OTHER, 1, "opened", "dwell_reached", since_s + 30)
    right, wrong = (reopened, another) if is_the_same_case else (another, reopened)
    assert judge(facts_of((*LOG, right)), visits).holds
    assert broken(judge(facts_of((*LOG, wrong)), visits)) == {"doubled"}


def _unheard(facts: Facts) -> Facts:
    return replace(facts, events=facts.events[1:])


def _never_numbered(facts: Facts) -> Facts:
    return replace(facts, events=tuple(replace(one, seq=one.seq + 1) for one in facts.events))


def _told_anew(facts: Facts) -> Facts:
    other = replace(facts.events[0], digest="another")
    return replace(facts, events=(*facts.events, other))


def _gap(facts: Facts) -> Facts:
    return replace(facts, log=(facts.log[0], facts.log[2] | {"version": 4}))


def _retained_after_its_end(facts: Facts) -> Facts:
    return replace(facts, retained={CASE: 3})


def _doubled_deadline(facts: Facts) -> Facts:
    again = replace(facts.inboxes[1], seq=99)
    return replace(facts, inboxes=(*facts.inboxes, again))


def _deadline_without_its_key(facts: Facts) -> Facts:
    return replace(facts, steps=())


def _answered_in_two_ways(facts: Facts) -> Facts:
    done = {"accepted": True, "case_id": CASE, "verb": "note"}
    answers = [done | {"version": 2}, done | {"version": 3}]
    return replace(facts, results={"duty/r-1": answers})


def _log_rewritten(facts: Facts) -> Facts:
    return replace(facts, log=(facts.log[0] | {"wall_ns": 1}, *facts.log[1:]))


def _end_cut_off(facts: Facts) -> Facts:
    return replace(facts, cases=(facts.cases[0] | {"log_sha256": "00"},))


@pytest.mark.parametrize(
    ("harm", "seen_as"),
    [
        (_unheard, "unheard"),
        (_never_numbered, "unheard"),
        (_told_anew, "doubled"),
        (_gap, "versions_broken"),
        (_retained_after_its_end, "retained_wrong"),
        (_doubled_deadline, "deadlines_doubled"),
        (_deadline_without_its_key, "deadlines_doubled"),
        (_answered_in_two_ways, "answers_changed"),
        (_log_rewritten, "chain_broken"),
        (_end_cut_off, "chain_broken"),
    ],
)
def test_harm_is_seen(harm: Callable[[Facts], Facts], seen_as: str) -> None:
    verdict = judge(harm(facts_of()), VISITS)
    assert seen_as in broken(verdict)
    assert not verdict.holds


def test_an_open_case_must_be_retained_in_its_newest_version() -> None:
    standing = (replace(VISITS[0], clears_ns=None),)
    facts = facts_of(LOG[:2])
    assert judge(facts, standing).holds
    assert broken(judge(replace(facts, retained={}), standing)) == {"retained_wrong"}
    assert broken(judge(replace(facts, retained={CASE: 1}), standing)) == {"retained_wrong"}


def test_a_picture_that_is_not_what_was_sealed_breaks_the_chain() -> None:
    file = '[{"path": "a.jpg", "sha256": "aa", "size_bytes": 1, "removed": false}]'
    facts = facts_of((LOG[0] | {"files": file}, *LOG[1:]))
    assert broken(judge(facts, VISITS)) == {"chain_broken"}
    assert judge(replace(facts, files={"a.jpg": "aa"}), VISITS).holds
