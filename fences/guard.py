"""All fences of one camera, with their states: one input in, what happened out."""

from __future__ import annotations

from collections.abc import Mapping

from fences.due import due_ns
from fences.event import FenceEvent
from fences.fence import Fence
from fences.observation import StepInput
from fences.state import FenceState
from fences.step import step


class Guard:
    """Steps every fence of a camera. ``states`` by fence id; a missing one begins empty."""

    def __init__(
        self, fences: tuple[Fence, ...], states: Mapping[str, FenceState] | None = None
    ) -> None:
        given = states or {}
        self.fences = fences
        self.states = {fence.id: given.get(fence.id, FenceState()) for fence in fences}

    def take(self, entry: StepInput) -> tuple[FenceEvent, ...]:
        """What the input makes happen, fence by fence. Raises ``ValueError`` as ``step``."""
        happened: list[FenceEvent] = []
        for fence in self.fences:
            self.states[fence.id], events = step(fence, self.states[fence.id], entry)
            happened.extend(events)
        return tuple(happened)

    @property
    def quiet(self) -> bool:
        """Whether nothing stands in any fence, and no violation is open."""
        return all(
            not state.occupants and all(watch.violation is None for watch in state.watches)
            for state in self.states.values()
        )

    @property
    def due_ns(self) -> int | None:
        """Media time at which the next dwell will be over; see :func:`fences.due.due_ns`."""
        moments = (due_ns(fence, self.states[fence.id]) for fence in self.fences)
        return min((moment for moment in moments if moment is not None), default=None)
