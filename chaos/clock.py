"""Time that runs faster than it does, and can be stepped from outside, as an NTP server would."""

from __future__ import annotations

import mmap
import struct
import threading
from dataclasses import dataclass
from pathlib import Path

from fences.clock import SECOND_NS
from kerbwatch.clock import SystemClock

START_WALL_NS = 1_790_000_000 * SECOND_NS
"""When every run begins, in the service's own time."""

_LAYOUT = struct.Struct("<qqq")
_SYSTEM = SystemClock()


class Control:
    """Three numbers in a file that harness and service have mapped: what is wrong right now.

    ``step_ns``: by how much the wall clock is wrong. ``full``: no disk takes anything.
    ``finish``: the faults are over, what is left of the recordings may be played.
    """

    def __init__(self, path: Path, *, new: bool = False) -> None:
        if new:
            path.write_bytes(bytes(_LAYOUT.size))
        with path.open("r+b") as file:
            self._shared = mmap.mmap(file.fileno(), _LAYOUT.size)

    @property
    def step_ns(self) -> int:
        return self._read(0)

    @step_ns.setter
    def step_ns(self, value: int) -> None:
        self._write(0, value)

    @property
    def full(self) -> bool:
        return bool(self._read(1))

    @full.setter
    def full(self, value: bool) -> None:
        self._write(1, int(value))

    @property
    def finish(self) -> bool:
        return bool(self._read(2))

    @finish.setter
    def finish(self, value: bool) -> None:
        self._write(2, int(value))

    def _read(self, number: int) -> int:
        return int(struct.unpack_from("<q", self._shared, 8 * number)[0])

    def _write(self, number: int, value: int) -> None:
        struct.pack_into("<q", self._shared, 8 * number, value)


@dataclass(frozen=True, slots=True)
class FastClock:
    """Wall time runs ``speed`` times as fast and is stepped by ``control``.

    Intervals (``monotonic_ns``, ``wait``) stay the machine's: time-outs of lines to a real broker
    and a real database are of real seconds. ``zero_ns`` is the machine's monotonic time at the
    beginning, which all processes share.
    """

    control: Control
    zero_ns: int
    speed: float

    def media_ns(self) -> int:
        """What the recordings go by: as fast as the wall clock, and never stepped."""
        return round((_SYSTEM.monotonic_ns() - self.zero_ns) * self.speed)

    def wall_ns(self) -> int:
        return START_WALL_NS + self.media_ns() + self.control.step_ns

    def monotonic_ns(self) -> int:
        return _SYSTEM.monotonic_ns()

    def wait(self, event: threading.Event, seconds: float) -> bool:
        return _SYSTEM.wait(event, seconds)


def pause(seconds: float) -> None:
    """Let real time pass: faults last."""
    _SYSTEM.wait(threading.Event(), seconds)


def now_s() -> float:
    """Real seconds of the monotonic clock."""
    return _SYSTEM.monotonic_ns() / SECOND_NS
