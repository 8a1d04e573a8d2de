"""Pictures with their times, as sources give them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from fences.observation import Gap

Image = NDArray[np.uint8]
"""Height x width x 3, BGR, 0-255, turned upright."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A picture that has arrived; ``image()`` converts it, at a cost, when it is wanted.

    ``media_ns`` is the stream's own clock and what rules use; ``wall_ns`` is nanoseconds
    since the epoch, for people and calendars. ``shrunk``, where the source has a cheaper way
    to a small picture, gives the whole one with its long side of at most so many pixels.
    """

    media_ns: int
    wall_ns: int
    image: Callable[[], Image]
    shrunk: Callable[[int], Image] | None = None

    def within(self, long_side_px: int) -> Image:
        """The picture, no larger than need be: what is larger than asked for may be given."""
        return self.image() if self.shrunk is None else self.shrunk(long_side_px)


class FrameSource(Protocol):
    """A camera or a recording: frames in the order of their media time, and the gaps."""

    def __iter__(self) -> Iterator[Frame | Gap]: ...

    def close(self) -> None:
        """Release the stream; iteration ends. Safe to call twice and from another thread."""
