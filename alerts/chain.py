"""The chain of a case's log: what each entry is worth can be seen to be what it was. Pure.

An entry's hash covers the hash of the entry before it, every field of its own, the files of
evidence that it added or took away, and a digest of the case as that version left it. The case row
keeps the newest hash, so that the log's end cannot be cut off unseen either.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import MISSING, asdict, dataclass, fields
from operator import attrgetter

from alerts.cases import Case, Clip, Transition
from alerts.files import EvidenceFile
from alerts.peak import Peak
from fences.box import Box


@dataclass(frozen=True, slots=True)
class Seal:
    """What binds an entry of the log: SHA-256 in hexadecimal of the case and of all of it."""

    files: tuple[EvidenceFile, ...]
    case_sha256: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the log with its seal; None: written before there were any.

    ``must_be_sealed``: it was written by a version that seals.
    """

    transition: Transition
    seal: Seal | None
    must_be_sealed: bool = True


@dataclass(frozen=True, slots=True)
class Trail:
    """A case, the newest hash that its row knows, and its log as it lies in the store."""

    case: Case
    head: str | None
    entries: tuple[Entry, ...]


def seal_of(
    previous: str | None, case: Case, transition: Transition, files: Iterable[EvidenceFile] = ()
) -> Seal:
    """The seal of an entry that follows the one with the hash ``previous``; None: the first."""
    kept = tuple(files)
    case_sha256 = digest_of_case(case)
    return Seal(kept, case_sha256, entry_sha256(previous, transition, kept, case_sha256))


def entry_sha256(
    previous: str | None,
    transition: Transition,
    files: Iterable[EvidenceFile],
    case_sha256: str,
) -> str:
    """The hash of one entry."""
    return sha256_of(entry_bytes(previous, transition, files, case_sha256))


def entry_bytes(
    previous: str | None,
    transition: Transition,
    files: Iterable[EvidenceFile],
    case_sha256: str,
) -> bytes:
    """What the hash of one entry is of."""
    content = {
        "previous": previous,
        "case_sha256": case_sha256,
        "files": [asdict(file) for file in files],
        "entry": _said(transition),
    }
    return canonical(content)


def digest_of_case(case: Case) -> str:
    """The hash of one version of a case."""
    return sha256_of(case_bytes(case))


def case_bytes(case: Case) -> bytes:
    """What the hash of one version of a case is of."""
    said = _said(case)
    for name in ("occupied_share", "clear_width_m"):
        if name in said:
            said[name] = float(str(said[name]))  # a database gives 3.0 back for 3
    return canonical(said)


def _said(whole: Case | Transition) -> dict[str, object]:
    """Fields that say something: what later versions add changes no older digest."""
    values_of, defaults = _FIELDS[type(whole)]
    return {
        name: value
        for (name, default), value in zip(defaults, values_of(whole), strict=True)
        if value != default or default is MISSING
    }


_FIELDS = {
    kind: (
        attrgetter(*(field.name for field in fields(kind))),
        tuple((field.name, field.default) for field in fields(kind)),
    )
    for kind in (Case, Transition)
}
"""Asked for with every change of a case, so found out once."""


def canonical(content: object) -> bytes:
    """JSON that is always written in one way: sorted keys, no spaces, UTF-8."""
    return _ENCODER.encode(content).encode("utf-8")


def sha256_of(data: bytes) -> str:
    """In hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def _plain(value: object) -> object:
    if isinstance(value, Box):
        return value.xyxy
    if isinstance(value, Clip | Peak):
        return asdict(value)
    raise TypeError(type(value).__name__)


_ENCODER = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain
)
