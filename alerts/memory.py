"""A case book in memory, for replay: the same decisions, nobody told."""

from __future__ import annotations

from alerts.casebook import DEFAULT_POLICY, CasePolicy, Change, decide, event_key, key_of
from alerts.cases import Case, CaseKey
from alerts.place import Directory
from fences.event import FenceEvent


class MemoryCaseBook:
    """Applies events in order and keeps every case in its newest version."""

    def __init__(self, directory: Directory, policy: CasePolicy = DEFAULT_POLICY) -> None:
        self.directory = directory
        self.policy = policy
        self._newest: dict[CaseKey, Case] = {}
        self._cases: dict[str, Case] = {}
        self._applied: set[str] = set()

    @property
    def cases(self) -> tuple[Case, ...]:
        """Every case, in the order in which they were first opened."""
        return tuple(self._cases.values())

    def apply(self, event: FenceEvent) -> Change | None:
        """What the event changed, already taken into the book; None if nothing."""
        if event_key(event) in self._applied:
            return None
        place = self.directory.fence(event.camera_id, event.fence_id)
        people = place.told(event.scenario_id)
        change = decide(self._newest.get(key_of(event)), event, people, self.policy)
        if change is not None:
            self._applied.add(event_key(event))
            self.keep(change)
        return change

    def keep(self, change: Change) -> None:
        """Take in a change, or the same change with its picture."""
        self._newest[change.case.key] = change.case
        self._cases[change.case.case_id] = change.case
