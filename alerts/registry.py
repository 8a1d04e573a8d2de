"""What all who write cases share: how changes are kept, and that what is kept is told."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from alerts.casebook import Change, Notice
from alerts.keeper import Keeper
from alerts.outage import Outage
from alerts.store.port import Store
from fences.clock import Clock


def _nothing() -> None:
    """Nobody wants to know."""


def _nobody(_: Notice) -> None:
    """Nobody wants to know."""


@dataclass(frozen=True, slots=True)
class Registry:
    """One of a process and store. ``outage``: where a store that is away is noted.

    Once something is on disk, ``on_notice`` gets what people are told of cases, one by one, from
    the threads that brought it, and ``on_change`` is called.
    """

    keeper: Keeper
    outage: Outage
    on_change: Callable[[], None] = _nothing
    on_notice: Callable[[Notice], None] = _nobody

    def say(self, changes: Iterable[Change]) -> None:
        """These changes are kept; with none of them nothing is said."""
        said = tuple(changes)
        for change in said:
            for notice in change.notices:
                self.on_notice(notice)
        if said:
            self.on_change()


def make_registry(
    store: Store,
    clock: Clock,
    *,
    on_change: Callable[[], None] = _nothing,
    on_notice: Callable[[Notice], None] = _nobody,
) -> Registry:
    """A registry with a keeper of its own, for whoever writes to a store alone."""
    return Registry(Keeper(store), Outage("store", clock), on_change, on_notice)
