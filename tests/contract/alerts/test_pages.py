"""Pages of cases are the same from every store."""

from __future__ import annotations

from dataclasses import replace

from alerts.cases import Case, CaseState
from alerts.store.pages import PagedStore, Wanted
from tests.alerts_kit import new_case

S = CaseState


def cases() -> tuple[Case, ...]:
    """Four, in the order of their opening, which is not that of their ids."""
    facts = (
        ("d", "gate-3", S.OPENED, ("duty-east", "wenshao")),
        ("b", "gate-3", S.CLOSED, ("duty-east",)),
        ("c", "gate-4", S.REJECTED, ("wenshao-2",)),
        ("a", "gate-4", S.ACCEPTED, ("wenshao",)),
    )
    return tuple(
        replace(new_case(), case_id=id_, camera_id=camera, state=state, recipients=told)
        for id_, camera, state, told in facts
    )


EXPECTED = (
    (Wanted(), "acbd"),
    (Wanted(is_open=True), "ad"),
    (Wanted(is_open=False), "cb"),
    (Wanted(states=frozenset({S.CLOSED, S.ACCEPTED})), "ab"),
    (Wanted(camera_id="gate-3"), "bd"),
    (Wanted(scenario_id="street_vending"), ""),
    (Wanted(scenario_id="blocked_fire_lane"), "acbd"),
    (Wanted(recipients=frozenset({"wenshao"})), "ad"),
    (Wanted(recipients=frozenset({"wenshao", "duty-east"})), "d"),
    (Wanted(recipients=frozenset({"w_nshao"})), ""),
    (Wanted(after="c"), "bd"),
    (Wanted(after="a", is_open=True), "d"),
    (Wanted(after="d"), ""),
    (Wanted(after="nothing"), ""),
)


def test_a_page_has_what_is_wanted_the_newest_first(store: PagedStore) -> None:
    with store.write() as transaction:
        for case in cases():
            transaction.put_case(case)
    for wanted, expected in EXPECTED:
        assert "".join(case.case_id for case in store.page(wanted, 9)) == expected, wanted
        assert "".join(case.case_id for case in store.page(wanted, 1)) == expected[:1], wanted
