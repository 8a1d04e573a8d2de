"""Statistics of a ledger: by area, scenario, camera, team or hour of the day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median

from alerts.cases import CaseState
from alerts.duty.ledger import LedgerRow, repeats


class By(StrEnum):
    """What rows are put together by."""

    AREA = "area"
    SCENARIO = "scenario"
    CAMERA = "camera"
    TEAM = "team"
    HOUR = "hour"


@dataclass(frozen=True, slots=True)
class Figures:
    """What became of the rows of one ``key``: an id, an hour of the day, or None for neither.

    Counts are of openings. ``overdue`` are those handled late or not yet, past their deadline.
    ``repeat_places`` are places with more than one opening. Medians are nanoseconds, None where
    nothing came so far.
    """

    by: By
    key: str | None
    opened: int
    closed: int
    in_time: int
    overdue: int
    returned: int
    rejected: int
    repeat_places: int
    median_accept_ns: int | None
    median_handle_ns: int | None
    median_verify_ns: int | None
    median_in_all_ns: int | None


def figures(rows: Sequence[LedgerRow], by: By) -> tuple[Figures, ...]:
    """The figures of every key that there is, in its order; None comes last."""
    groups: dict[str | None, list[LedgerRow]] = {}
    for row in rows:
        for key in _keys(row, by):
            groups.setdefault(key, []).append(row)
    ordered = sorted(groups, key=lambda key: (key is None, key or ""))
    return tuple(_figures(by, key, groups[key]) for key in ordered)


def _keys(row: LedgerRow, by: By) -> tuple[str | None, ...]:
    it = row.subject
    if by is By.TEAM:
        return row.teams or (None,)  # a case of two teams counts for both
    one = {
        By.AREA: it.area_id,
        By.SCENARIO: it.scenario_id,
        By.CAMERA: it.camera_id,
        By.HOUR: f"{row.hour:02d}",
    }
    return (one[by],)


def _figures(by: By, key: str | None, rows: list[LedgerRow]) -> Figures:
    states = [row.opening.state for row in rows]
    closed = [row for row in rows if row.opening.state is CaseState.CLOSED]
    return Figures(
        by=by,
        key=key,
        opened=len(rows),
        closed=len(closed),
        in_time=sum(row.in_time is True for row in closed),
        overdue=sum(row.in_time is False for row in rows),
        returned=sum(row.opening.returned > 0 for row in rows),
        rejected=states.count(CaseState.REJECTED),
        repeat_places=len(repeats(rows)),
        median_accept_ns=_median(row.to_accept_ns for row in rows),
        median_handle_ns=_median(row.to_handle_ns for row in rows),
        median_verify_ns=_median(row.to_verify_ns for row in rows),
        median_in_all_ns=_median(row.in_all_ns for row in rows),
    )


def _median(spans: Iterable[int | None]) -> int | None:
    known = [span for span in spans if span is not None]
    return round(median(known)) if known else None
