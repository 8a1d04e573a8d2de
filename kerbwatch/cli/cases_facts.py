"""What is told of a case beside the case itself: what is overdue, and what keeps it quiet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from kerbwatch.cli.cases_quiet import silence_line, silence_object
from kerbwatch.cli.speak import TEXT

if TYPE_CHECKING:
    from alerts.cases import Case
    from kerbwatch.wire.casework import CaseWork


def facts_of(work: CaseWork, case: Case) -> dict[str, Any]:
    """``overdue``: the deadlines that have passed; ``silences``: those that hold for it now."""
    now_ns = work.clock.wall_ns()
    deadlines = {"accept": case.accept_due_wall_ns, "handle": case.handle_due_wall_ns}
    subject = work.directory.duty.subject(*case.key, case.opened_wall_ns)
    return {
        "overdue": [name for name, due in deadlines.items() if due is not None and due < now_ns],
        "silences": [
            silence_object(work, kept)
            for kept in work.store.silences(running=True)
            if now_ns < kept.silence.until_wall_ns
            and kept.silence.covers(case.case_id, subject)
            and case.is_open
        ],
    }


def due_cell(body: dict[str, Any]) -> str:
    """The deadline that comes next."""
    name = "accept" if body["accept_deadline"] is not None else "handle"
    at = body["accept_deadline"] or body["deadline"]
    if at is None:
        return ""
    shown = at[5:16].replace("T", " ")
    return TEXT("cases.due_overdue", at=shown) if name in body["overdue"] else shown


def quiet_cell(body: dict[str, Any]) -> str:
    """Until when nobody is told, or some are not."""
    ends = [(one["kind"], one["until"][5:16].replace("T", " ")) for one in body["silences"]]
    lines = [
        TEXT("cases.silent_until", until=until)
        if kind == "silence"
        else TEXT("cases.snoozed_until", until=until)
        for kind, until in ends
    ]
    return "".join(f"\n{line}" for line in lines)


def fact_lines(work: CaseWork, body: dict[str, Any], facts: dict[str, Any]) -> Iterator[str]:
    """Deadlines, who is told, and silences, for people."""
    for name, key, label in (
        ("accept", "accept_deadline", "cases.accept_due"),
        ("handle", "deadline", "cases.handle_due"),
    ):
        if body[key] is not None:
            at = body[key][:19].replace("T", " ")
            shown = TEXT("cases.due_overdue", at=at) if name in facts["overdue"] else at
            yield TEXT(label, at=shown)
    yield TEXT("cases.told", names=names_of(body) or "-")
    yield from (silence_line(work, one) for one in facts["silences"])


def names_of(body: dict[str, Any]) -> str:
    """Who is told."""
    return ", ".join(one["name"] for one in body["recipients"])
