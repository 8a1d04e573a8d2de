"""Evidence files as the store knows them: how much there is, and what is the oldest."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Executable, RowMapping, Select, bindparam, delete, func, select

from alerts.cases import Transition
from alerts.files import EvidenceFile
from alerts.retention import Kept, Kind, Usage, kind_of
from alerts.store import tables

_files, _cases = tables.evidence_files.c, tables.cases.c
_JOIN = tables.evidence_files.join(tables.cases, _cases.case_id == _files.case_id)

USAGE = (
    select(_files.kind, _cases.is_open, func.sum(_files.size_bytes).label("size_bytes"))
    .select_from(_JOIN)
    .where(~_files.removed)
    .group_by(_files.kind, _cases.is_open)
)

FORGET: Executable = delete(tables.evidence_files).where(
    _files.path == bindparam("gone"), _files.removed
)


def oldest(kind: Kind, limit: int) -> Select[Any]:
    """Those of cases that are not held; of finished ones first."""
    return (
        select(tables.evidence_files, _cases.is_open)
        .select_from(_JOIN)
        .where(~_files.removed, _files.kind == kind.value, _cases.held_by.is_(None))
        .order_by(_cases.is_open, _files.wall_ns, _files.path)
        .limit(limit)
    )


def removed(limit: int) -> Select[Any]:
    """The paths of those that the log says are gone."""
    return select(_files.path).where(_files.removed).order_by(_files.path).limit(limit)


def known(paths: Collection[str]) -> Select[Any]:
    """Those of these paths that are there or told to be gone."""
    return select(_files.path).where(_files.path.in_(paths))


def row_of(file: EvidenceFile, line: Transition) -> dict[str, Any]:
    return {
        "path": file.path,
        "case_id": line.case_id,
        "kind": kind_of(file.path).value,
        "sha256": file.sha256,
        "size_bytes": file.size_bytes,
        "wall_ns": line.wall_ns,
        "removed": file.removed,
    }


def kept_of(row: RowMapping) -> Kept:
    return Kept(
        row["path"],
        row["case_id"],
        row["sha256"],
        row["size_bytes"],
        row["wall_ns"],
        bool(row["is_open"]),
    )


def usage_of(found: Collection[RowMapping]) -> Usage:
    return Usage(
        {(Kind(row["kind"]), bool(row["is_open"])): int(row["size_bytes"]) for row in found}
    )
