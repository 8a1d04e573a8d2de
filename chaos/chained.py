"""Looks the hash chain of the logs over, from the rows alone, as SECURITY.md says it is made."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

_ALWAYS = ("case_id", "version", "state", "actor", "reason", "wall_ns", "media_ns")
_IF_ANY = ("event_id", "words", "picture", "until_wall_ns")


def broken_chain(
    cases: Iterable[Mapping[str, Any]],
    log: Iterable[Mapping[str, Any]],
    files: Mapping[str, str],
) -> Iterator[str]:
    """Entries whose hash is not theirs, logs whose end is not the case's, files that differ.

    ``files`` are the SHA-256 of those that are there, by path.
    """
    heads: dict[str, str | None] = {}
    sealed: dict[str, str | None] = {}
    for line in log:
        case_id = line["case_id"]
        heads[case_id] = entry_hash(line, heads.get(case_id))
        if heads[case_id] != line["sha256"]:
            yield f"{case_id} v{line['version']}: not what was sealed"
        for file in json.loads(line["files"] or "[]"):
            sealed[file["path"]] = None if file["removed"] else file["sha256"]
    for path, sha256 in sealed.items():
        if sha256 is not None and files.get(path) != sha256:
            yield f"{path}: not the file that was sealed"
    for case in cases:
        if case["log_sha256"] != heads.get(case["case_id"]):
            yield f"{case['case_id']}: its log does not end where the case says"


def entry_hash(line: Mapping[str, Any], previous: str | None) -> str:
    """What the hash of a line must be after the one before."""
    entry = {name: line[name] for name in _ALWAYS}
    entry |= {name: line[name] for name in _IF_ANY if line[name] is not None}
    whole = {
        "previous": previous,
        "case_sha256": line["case_sha256"],
        "files": json.loads(line["files"] or "[]"),
        "entry": entry,
    }
    text = json.dumps(whole, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
