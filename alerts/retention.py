"""Which evidence goes when there is too much of it, or it is too old. Pure.

| standing | by age | by bytes |
|---|---|---|
| of a finished case | yes | first, oldest first |
| of an open case | never | only when there is nothing else |
| of a held case | never | never |
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType


class Kind(StrEnum):
    """What there are budgets for; ``CLOSED`` is all that finished cases have, of both kinds."""

    PICTURES = "pictures"
    CLIPS = "clips"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Kept:
    """A file of evidence: whose it is, since when it is there, and how that case stands now."""

    path: str
    case_id: str
    sha256: str
    size_bytes: int
    wall_ns: int
    is_open: bool = False
    is_held: bool = False

    @property
    def kind(self) -> Kind:
        return kind_of(self.path)


@dataclass(frozen=True, slots=True)
class Budget:
    """For how long and how much is kept; None: without a bound."""

    keep_ns: int | None = None
    most_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Budgets:
    """One for each kind, and how much of the disk is left free for all else; 0: no matter."""

    of: Mapping[Kind, Budget] = field(default_factory=lambda: MappingProxyType({}))
    least_free_bytes: int = 0


NO_BUDGET = Budget()
NO_BUDGETS = Budgets()


@dataclass(frozen=True, slots=True)
class Usage:
    """How many bytes there are of a kind (not ``CLOSED``), of open cases or of finished ones."""

    of: Mapping[tuple[Kind, bool], int]

    def bytes_of(self, kind: Kind | None) -> int:
        return sum(n for (one, is_open), n in self.of.items() if counts(kind, one, is_open=is_open))


def kind_of(path: str) -> Kind:
    return Kind.PICTURES if path.endswith(".jpg") else Kind.CLIPS


def counts(kind: Kind | None, own: Kind, *, is_open: bool) -> bool:
    """Whether a file of kind ``own`` counts for ``kind``; None: everything does."""
    return kind in {None, own} or (kind is Kind.CLOSED and not is_open)


def is_aged(kind: Kind, age_ns: int, budgets: Budgets) -> bool:
    """Whether evidence of that kind and age goes, whosever it is, but what is open or held."""
    kept = (budgets.of.get(one, NO_BUDGET).keep_ns for one in (kind, Kind.CLOSED))
    return any(keep_ns is not None and age_ns > keep_ns for keep_ns in kept)


def choose(
    files: Iterable[Kept], usage: Usage, budgets: Budgets, now_wall_ns: int, free_bytes: int
) -> tuple[Kept, ...]:
    """What is to go, in that order. ``files`` may be the oldest only; ``usage`` is of all."""
    known = list(files)
    chosen: dict[str, Kept] = {}
    for kind, budget in budgets.of.items():
        _take(known, chosen, kind, budget, usage.bytes_of(kind), now_wall_ns)
    freed = sum(one.size_bytes for one in chosen.values())
    missing = budgets.least_free_bytes - free_bytes - freed
    if missing > 0:
        everything = usage.bytes_of(None)
        most = Budget(most_bytes=everything - freed - missing)
        _take(known, chosen, None, most, everything, now_wall_ns)
    return tuple(chosen.values())


def _take(
    known: list[Kept],
    chosen: dict[str, Kept],
    kind: Kind | None,
    budget: Budget,
    used_bytes: int,
    now_wall_ns: int,
) -> None:
    own = [it for it in known if counts(kind, it.kind, is_open=it.is_open)]
    used_bytes -= sum(it.size_bytes for it in own if it.path in chosen)
    waiting = (it for it in own if not it.is_held and it.path not in chosen)
    for it in sorted(waiting, key=lambda one: (one.is_open, one.wall_ns, one.path)):
        aged = budget.keep_ns is not None and now_wall_ns - it.wall_ns > budget.keep_ns
        over = budget.most_bytes is not None and used_bytes > budget.most_bytes
        if over or (aged and not it.is_open):
            chosen[it.path] = it
            used_bytes -= it.size_bytes
