"""Processes under measurement: started, measured with all their children, ended."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from kerbwatch.clock import SystemClock

_TICKS = os.sysconf("SC_CLK_TCK")
_STOP_S = 15.0
CLOCK = SystemClock()


@dataclass(frozen=True, slots=True)
class Usage:
    """CPU seconds used so far, and memory now: PSS, so that shared pages count once."""

    cpu_s: float
    memory_mb: float


class NotReadyError(RuntimeError):
    """Something that was waited for did not come; the message says what."""


def usage(pid: int) -> Usage:
    """Of a process and all its descendants; those that have ended count to the CPU time."""
    ticks, kib = 0, 0
    for one in _family(pid):
        try:
            fields = Path(f"/proc/{one}/stat").read_text("utf-8").rpartition(")")[2].split()
            ticks += sum(int(field) for field in fields[11:15])
            kib += _pss_kib(Path(f"/proc/{one}/smaps_rollup").read_text("utf-8"))
        except (FileNotFoundError, ProcessLookupError):
            continue  # it has just ended
    return Usage(ticks / _TICKS, kib / 1024)


def _pss_kib(rollup: str) -> int:
    return next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))


def _family(pid: int) -> list[int]:
    """The process and its descendants."""
    children = [
        int(child)
        for task in Path(f"/proc/{pid}/task").glob("*/children")
        for child in _text(task).split()
    ]
    return [pid, *(one for child in children for one in _family(child))]


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return ""


@contextmanager
def running(
    command: Sequence[str | Path], log: Path, **more: str | Path
) -> Iterator[subprocess.Popen[str]]:
    """A process with its output in ``log``; ended politely, then by force.

    ``more`` is added to its environment.
    """
    env = os.environ | {name: str(value) for name, value in more.items()}
    with log.open("w", encoding="utf-8") as out:
        process = subprocess.Popen(  # noqa: S603
            [str(part) for part in command], stdout=out, stderr=out, text=True, env=env
        )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(_STOP_S)


def wait_for(what: str, is_there: Callable[[], bool], limit_s: float, every_s: float = 0.1) -> None:
    """Look again and again until it is there. Raises ``NotReadyError``."""
    never, until_ns = threading.Event(), CLOCK.monotonic_ns() + round(limit_s * 1e9)
    while not is_there():
        if CLOCK.monotonic_ns() > until_ns:
            raise NotReadyError(f"waited {limit_s:.0f} s for {what}")
        CLOCK.wait(never, every_s)


def pause(seconds: float) -> None:
    """Let time pass: measuring is waiting."""
    CLOCK.wait(threading.Event(), seconds)
