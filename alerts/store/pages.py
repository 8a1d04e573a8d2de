"""Cases page by page, the newest first: for lists that people look through."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any, Protocol

from sqlalchemy import Select, select

from alerts.cases import Case, CaseState
from alerts.store.port import Store
from alerts.store.tables import cases


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which cases; what is None or empty bounds nothing. ``recipients``: all of them are told.

    ``after``: the case id that the page before ended with.
    """

    is_open: bool | None = None
    states: frozenset[CaseState] = frozenset()
    camera_id: str | None = None
    scenario_id: str | None = None
    recipients: frozenset[str] = frozenset()
    after: str | None = None

    def takes(self, case: Case) -> bool:
        """Whether it is one of them, on whichever page."""
        return (
            self.is_open in {None, case.is_open}
            and (not self.states or case.state in self.states)
            and self.camera_id in {None, case.camera_id}
            and self.scenario_id in {None, case.scenario_id}
            and self.recipients <= set(case.recipients)
        )


class Paged(Protocol):
    """What a store can do beside :class:`alerts.store.port.Store`."""

    def page(self, wanted: Wanted, limit: int) -> tuple[Case, ...]:
        """At most ``limit`` of them, the one that was opened last first. Raises ``StoreError``."""
        ...


class PagedStore(Store, Paged, Protocol):
    """A store that gives pages too."""


def page_query(wanted: Wanted, limit: int) -> Select[Any]:
    """A page in a database."""
    it = cases.c
    query = select(cases)
    if wanted.is_open is not None:
        query = query.where(it.is_open if wanted.is_open else ~it.is_open)
    if wanted.states:
        query = query.where(it.state.in_(sorted(state.value for state in wanted.states)))
    if wanted.camera_id is not None:
        query = query.where(it.camera_id == wanted.camera_id)
    if wanted.scenario_id is not None:
        query = query.where(it.scenario_id == wanted.scenario_id)
    for recipient in sorted(wanted.recipients):  # a column of JSON text
        query = query.where(it.recipients.contains(f'"{recipient}"', autoescape=True))
    if wanted.after is not None:
        last = select(it.ordinal).where(it.case_id == wanted.after).scalar_subquery()
        query = query.where(it.ordinal < last)
    return query.order_by(it.ordinal.desc()).limit(limit)


def page_of(newest_first: Iterable[Case], wanted: Wanted, limit: int) -> tuple[Case, ...]:
    """A page of cases in memory."""
    ordered = iter(newest_first)
    if wanted.after is not None:
        for case in ordered:
            if case.case_id == wanted.after:
                break
    return tuple(islice((case for case in ordered if wanted.takes(case)), limit))
