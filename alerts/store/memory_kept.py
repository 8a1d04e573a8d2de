"""Evidence files as a log in memory tells of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from alerts.cases import Case
from alerts.chain import Entry
from alerts.retention import Kept, Kind, Usage


def kept_in(cases: Mapping[str, Case], log: Iterable[Entry]) -> dict[str, tuple[Kept, bool]]:
    """Every file by path, and whether the log tells that it is gone."""
    known: dict[str, tuple[Kept, bool]] = {}
    for entry in log:
        case, line = cases[entry.transition.case_id], entry.transition
        for file in () if entry.seal is None else entry.seal.files:
            first_ns = known[file.path][0].wall_ns if file.path in known else line.wall_ns
            whole = (file.path, case.case_id, file.sha256, file.size_bytes, first_ns)
            known[file.path] = (Kept(*whole, case.is_open, case.held_by is not None), file.removed)
    return known


def usage_in(known: Iterable[tuple[Kept, bool]]) -> Usage:
    sums: Counter[tuple[Kind, bool]] = Counter()
    for it, removed in known:
        sums[it.kind, it.is_open] += 0 if removed else it.size_bytes
    return Usage(sums)
