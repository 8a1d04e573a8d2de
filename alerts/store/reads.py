"""What work on a store is known to read, so that it can be read for many at once."""

from __future__ import annotations

from dataclasses import dataclass

from alerts.cases import CaseKey


@dataclass(frozen=True, slots=True)
class Reads:
    """Keys of events, places whose newest case is wanted, and ids of cases that may begin."""

    events: tuple[str, ...] = ()
    places: tuple[CaseKey, ...] = ()
    cases: tuple[str, ...] = ()


NO_READS = Reads()
"""Of work that does not know before it runs."""
