"""Who wants to be left alone is, and is told everything after: by rows and the minutes of a clock.

Who has quiet hours has a letterbox too, so that it is written down when they were told. Only what
is sure is held against the service: where the clock was set back over the end of a silence, nobody
can say from rows whether it had ended.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from chaos.facts import Facts, Row

SLEEPER = "guards"
"""Who has quiet hours, and snoozes."""

_QUIET_MINUTES = range(20, 40)
"""Of every hour, wherever the hour begins with UTC's."""

_MINUTE_NS = 60_000_000_000
_ENDS = {"silence": "silence_over", "snooze": "snooze_over"}
_TOLD = {
    *("accept", "handle", "reject", "extend", "return", "suspend", "note", "close", "reopen"),
    *("silence", "still_there", "cannot_verify", "suspension_over", *_ENDS.values()),
}
"""Reasons of lines that all who have the case are told of, beside beginnings and ends; a ``lift``
too, but of one's own snooze."""


@dataclass(frozen=True, slots=True)
class _Hush:
    """A silence or snooze: the line that began it, that which ended it early, what it is about."""

    row: Row
    line: Row
    cases: frozenset[str]
    lift: Row | None

    def holds(self, wall_ns: int) -> bool:
        row = self.row
        over_ns = row["until_wall_ns"] if row["over_wall_ns"] is None else row["over_wall_ns"]
        return bool(row["from_wall_ns"] <= wall_ns < min(row["until_wall_ns"], over_ns))


def disturbed(facts: Facts) -> Iterator[str]:
    """Letters that were written when their reader was not to be told."""
    lines = _lines_by_event(facts)
    letters = [row for row in facts.letters if row["recipient_id"] == SLEEPER]
    hushes = [
        (hush, _first_after(letters, lines, hush))
        for hush in _hushes(facts)
        if not (_is_unsure(facts, hush.row["until_wall_ns"]) or _is_lift_unsure(facts, hush))
    ]
    for row in letters:
        what = f"{row['event_id']} at {row['wall_ns']}"
        if ".escalate." not in row["event_id"] and _is_quiet(row["wall_ns"]):
            yield f"{what}: in quiet hours"
        for hush, first in hushes:
            is_after = first is not None and row["id"] >= first
            if is_after and row["case_id"] in hush.cases and hush.holds(row["wall_ns"]):
                yield f"{what}: {hush.line['reason']} {hush.row['number']} held"


def untold(facts: Facts) -> Iterator[str]:
    """What they were to hear and never did, and silences whose end nobody told of."""
    written = {row["event_id"] for row in facts.letters if row["recipient_id"] == SLEEPER}
    for row in facts.held:
        if row["recipient"] == SLEEPER and row["until_wall_ns"] > facts.ended_wall_ns:
            written.add(json.loads(row["payload"])["event_id"])
    hushes = tuple(_hushes(facts))
    kinds = {told.event_id: told.kind for told in facts.events}
    for event_id, line in _lines_by_event(facts).items():
        is_due = kinds[event_id] in {"new", "end"} or line["reason"] in _TOLD
        is_due = is_due or (line["reason"] == "lift" and line["actor"] != SLEEPER)
        missed = is_due and event_id not in written
        if missed and not any(_excuses(facts, hush, line) for hush in hushes):
            yield f"{line['case_id']} v{line['version']} ({line['reason']})"
    for hush in hushes:
        yield from _wrong_end(facts, hush)


def _excuses(facts: Facts, hush: _Hush, line: Row) -> bool:
    """Whether it may be that nobody was told because of it."""
    if line["case_id"] not in hush.cases:
        return False
    if line["id"] <= hush.line["id"]:  # it was held for the end of quiet hours, and then dropped
        return bool(line["wall_ns"] > hush.row["from_wall_ns"] - 90 * _MINUTE_NS)
    if hush.lift is not None and hush.lift["id"] <= line["id"]:
        return False
    until_ns, end = hush.row["until_wall_ns"], _ENDS[hush.line["reason"]]
    over = (it["id"] for it in facts.log if it["reason"] == end and it["case_id"] in hush.cases)
    if any(hush.line["id"] < id_ <= line["id"] for id_ in over):
        return False
    unsure = _is_unsure(facts, until_ns) or _is_unsure(facts, line["wall_ns"])
    return unsure or bool(line["wall_ns"] <= until_ns)


def _wrong_end(facts: Facts, hush: _Hush) -> Iterator[str]:
    """A case that was open all the time is told of once when the silence is over.

    One that was ended by somebody is told of in that line, and has no other end.
    """
    row, what = hush.row, f"{hush.line['reason']} {hush.row['number']}"
    after = [
        it
        for it in facts.log
        if it["case_id"] == hush.line["case_id"] and it["id"] > hush.line["id"]
    ]
    ends = sum(it["reason"] == _ENDS[hush.line["reason"]] for it in after)
    anew = any(it["reason"] == hush.line["reason"] for it in after)
    stayed = not any(it["state"] in {"closed", "rejected"} for it in after)
    if row["over_wall_ns"] is None:
        if row["until_wall_ns"] <= facts.ended_wall_ns:
            yield f"{what} has never ended"
    elif row["lifted_by"] is None and stayed and not anew and ends != 1:
        yield f"the end of {what} was told {ends} times"
    elif row["lifted_by"] is not None and not _is_replaced(facts, hush):
        if hush.lift is None:
            yield f"{what} was ended by {row['lifted_by']}, and no line says so"
        if ends:
            yield f"{what} was lifted, and its end was told all the same"


def _hushes(facts: Facts) -> Iterator[_Hush]:
    camera_of = {row["case_id"]: row["camera_id"] for row in facts.street}
    begun = [line for line in facts.log if line["reason"] in _ENDS]
    for row in facts.silences:
        for line in begun:
            same = line["actor"] == row["author"] and line["until_wall_ns"] == row["until_wall_ns"]
            if same and row["case_id"] in {line["case_id"], None}:
                camera_id = row["camera_id"]
                about = {it for it, camera in camera_of.items() if camera == camera_id}
                if row["case_id"] is not None or line["case_id"] in about:
                    cases = frozenset(about or {row["case_id"]})
                    yield _Hush(row, line, cases, _lift_of(facts, row, line, cases))
                    break


def _lift_of(facts: Facts, row: Row, begun: Row, cases: frozenset[str]) -> Row | None:
    """The line of whoever ended it early."""
    return next(
        (
            line
            for line in facts.log
            if line["reason"] == "lift"
            and line["actor"] == row["lifted_by"]
            and line["case_id"] in cases
            and line["id"] > begun["id"]
        ),
        None,
    )


def _is_replaced(facts: Facts, hush: _Hush) -> bool:
    """Whether the same was asked for again, which ends what was asked for before."""
    return any(
        line["reason"] == hush.line["reason"]
        and line["case_id"] in hush.cases
        and line["id"] > hush.line["id"]
        for line in facts.log
    )


def _lines_by_event(facts: Facts) -> dict[str, Row]:
    """The line of the log that each event was told for; of street cases alone."""
    street = {row["case_id"] for row in facts.street}
    lines = {(row["case_id"], row["version"]): row for row in facts.log}
    return {
        told.event_id: lines[told.case_id, told.version]
        for told in facts.events
        if told.case_id in street and (told.case_id, told.version) in lines
    }


def _first_after(letters: list[Row], lines: dict[str, Row], hush: _Hush) -> int | None:
    """The first letter that is surely younger than the silence: it is of a later line."""
    return next(
        (
            int(row["id"])
            for row in letters
            if row["event_id"] in lines and lines[row["event_id"]]["id"] > hush.line["id"]
        ),
        None,
    )


def _is_quiet(wall_ns: int) -> bool:
    return wall_ns // _MINUTE_NS % 60 in _QUIET_MINUTES


def _is_lift_unsure(facts: Facts, hush: _Hush) -> bool:
    return hush.row["lifted_by"] is not None and _is_unsure(facts, hush.row["over_wall_ns"])


def _is_unsure(facts: Facts, wall_ns: int) -> bool:
    """Whether the clock was set back over this moment, or nearly."""
    return any(to - _MINUTE_NS < wall_ns < back + _MINUTE_NS for to, back in facts.set_back)
