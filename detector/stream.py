"""The stream loop, the same for live cameras and for replay; only what it is given differs.

```
FrameSource --Frame--> Sampler --Frame--> Eyes --Observation--> Guard --FenceEvent--> sink
```
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from detector.frame import Frame, FrameSource, Image
from detector.sampling import Sampler
from fences.event import FenceEvent
from fences.guard import Guard
from fences.observation import Gap, Observation, StepInput, Tick


@dataclass(frozen=True, slots=True)
class Taken:
    """One input and what it made happen; ``image()`` the whole picture, where there was one."""

    entry: StepInput
    events: tuple[FenceEvent, ...]
    image: Callable[[], Image] | None


class Sink(Protocol):
    """Whoever wants to know what a stream brings."""

    def took(self, taken: Taken) -> None:
        """Called once for every input, in order, in the thread that runs the stream."""
        ...


class Sight(Protocol):
    """Looks at pictures: :class:`detector.eyes.Eyes`, here or in another process."""

    @property
    def wanted_px(self) -> int: ...

    @property
    def quiet(self) -> bool: ...

    def look(self, image: Image, media_ns: int, wall_ns: int) -> Observation: ...


@dataclass(frozen=True, slots=True)
class Watch:
    """Everything that one stream's frames and gaps go through, one at a time and in order."""

    sampler: Sampler
    eyes: Sight
    guard: Guard
    sink: Sink

    def take(self, item: Frame | Gap | Tick) -> None:
        """A gap, a tick, or a frame that the sampler has chosen.

        Raises what converting it raises.
        """
        if isinstance(item, Gap | Tick):
            self.sink.took(Taken(item, self.guard.take(item), None))
            return
        image = item.within(self.eyes.wanted_px)
        seen = self.eyes.look(image, item.media_ns, item.wall_ns)
        events = self.guard.take(seen)
        quiet = self.eyes.quiet and self.guard.quiet
        self.sampler.settle(quiet=quiet, due_ns=self.guard.due_ns)
        self.sink.took(Taken(seen, events, item.image))


def run_stream(source: FrameSource, watch: Watch) -> None:
    """Run a camera or a recording through eyes and fences until it ends or is closed.

    ``source`` gives the frames that ``watch.sampler`` has chosen. Raises what the source raises.
    """
    for item in source:
        watch.take(item)


def run_inputs(
    inputs: Iterable[tuple[StepInput, Callable[[], Image] | None]], guard: Guard, sink: Sink
) -> None:
    """Run inputs, seen now or recorded before, through the fences."""
    for entry, image in inputs:
        sink.took(Taken(entry, guard.take(entry), image))
