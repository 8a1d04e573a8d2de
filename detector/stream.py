"""The stream loop, the same for live cameras and for replay; only what it is given differs.

```
FrameSource --Frame--> Sampler --Frame--> Eyes --Observation--> Guard --FenceEvent--> sink
```
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from detector.eyes import Eyes
from detector.frame import FrameSource, Image
from detector.sampling import Sampler
from fences.event import FenceEvent
from fences.guard import Guard
from fences.observation import Gap, StepInput


@dataclass(frozen=True, slots=True)
class Taken:
    """One input and what it made happen; ``image`` where there was one to see."""

    entry: StepInput
    events: tuple[FenceEvent, ...]
    image: Image | None


class Sink(Protocol):
    """Whoever wants to know what a stream brings."""

    def took(self, taken: Taken) -> None:
        """Called once for every input, in order, in the thread that runs the stream."""
        ...


def run_stream(source: FrameSource, sampler: Sampler, eyes: Eyes, guard: Guard, sink: Sink) -> None:
    """Run a camera or a recording through eyes and fences until it ends or is closed.

    Raises what the source raises.
    """
    run_inputs(_looks(source, sampler, eyes), guard, sink)


def run_inputs(inputs: Iterable[tuple[StepInput, Image | None]], guard: Guard, sink: Sink) -> None:
    """Run inputs, seen now or recorded before, through the fences."""
    for entry, image in inputs:
        sink.took(Taken(entry, guard.take(entry), image))


def _looks(
    source: FrameSource, sampler: Sampler, eyes: Eyes
) -> Iterator[tuple[StepInput, Image | None]]:
    for item in source:
        if isinstance(item, Gap):
            yield item, None
        elif sampler.takes(item.media_ns):
            image = item.image()
            yield eyes.look(image, item.media_ns, item.wall_ns), image
