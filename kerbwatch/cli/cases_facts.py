"""What is told of a case beside the case itself: what is overdue, and what keeps it quiet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from kerbwatch.cli.cases_quiet import silence_line
from kerbwatch.cli.speak import LANGUAGE, TEXT

if TYPE_CHECKING:
    from kerbwatch.wire.casework import CaseWork


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


def peak_line(body: dict[str, Any]) -> str:
    """When a case was at its worst, how much was taken, and where the picture of it is."""
    from alerts.push import occupancy_text  # noqa: PLC0415
    from alerts.texts import load_texts  # noqa: PLC0415

    peak = body["peak"]
    texts = load_texts("alerts", LANGUAGE)
    taken = occupancy_text(peak["occupied_share"], peak["clear_width_m"], texts)
    at, value = peak["at"][:19].replace("T", " "), peak["picture"] or "-"
    if taken is None:
        return TEXT("cases.peak_unmeasured", at=at, value=value)
    return TEXT("cases.peak", at=at, taken=taken, value=value)


def names_of(body: dict[str, Any]) -> str:
    """Who is told."""
    return ", ".join(one["name"] for one in body["recipients"])
