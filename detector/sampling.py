"""Which frames are looked at."""

from __future__ import annotations


class Sampler:
    """Takes the first frame of every ``every_ns`` of media time; 0 takes them all.

    The slots lie on a fixed grid, so that what is taken does not depend on the frame rate
    by more than one frame.
    """

    def __init__(self, every_ns: int) -> None:
        if every_ns < 0:
            raise ValueError(f"got an interval of {every_ns} ns, expected 0 or more")
        self._every_ns = every_ns
        self._slot: int | None = None

    def takes(self, media_ns: int) -> bool:
        """Whether the frame of that media time is looked at; ask once for each frame."""
        if self._every_ns == 0:
            return True
        slot = media_ns // self._every_ns
        if slot == self._slot:
            return False
        self._slot = slot
        return True
