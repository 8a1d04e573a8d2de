"""A node that does what its test wants, below the real supervisor: ``crasher.py FOLDER MODE``."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
from pathlib import Path

from kerbwatch.clock import SystemClock
from kerbwatch.node.book import QuarantineBook
from kerbwatch.node.forks import Forks
from kerbwatch.node.line import Line
from kerbwatch.node.supervisor import Supervisor
from kerbwatch.wire.quarantine import Quarantine
from kerbwatch.wire.whereabouts import working_for

FOLDER, MODE = Path(sys.argv[1]), sys.argv[2]
CLOCK = SystemClock()


def say(word: str) -> None:
    """A line in the journal: word and process id."""
    with (FOLDER / "journal").open("a") as journal:
        journal.write(f"{word} {os.getpid()}\n")


def main(line: Line) -> int:
    stop = threading.Event()
    if MODE == "refuses":
        return 2
    if MODE == "raises":
        raise ZeroDivisionError("on purpose")
    if MODE == "starts for ever":
        say("starting")
        stop.wait()
    signal.signal(signal.SIGTERM, signal.SIG_IGN if MODE == "deaf" else lambda *_: stop.set())
    line.record_crashes(FOLDER)
    line.ready()
    say("watching")
    for camera_id in ("gate-3", "gate-4"):
        threading.Thread(target=watch, args=(camera_id, stop), daemon=True).start()
    stop.wait()
    return 0


def watch(camera_id: str, stop: threading.Event) -> None:
    """The first camera's decoder is mad; the other one only says that it is watched."""
    Quarantine(QuarantineBook(FOLDER), CLOCK).sit_out(camera_id, stop, lambda _: say("held"))
    if stop.is_set():  # what had to sit out was let out to end
        return
    if MODE == "crashes" and camera_id == "gate-3":
        working_for(camera_id, lambda: ctypes.string_at(0))
    if MODE == "dies" and camera_id == "gate-3":
        os.kill(os.getpid(), signal.SIGKILL)
    working_for(camera_id, stop.wait)


def tell(event: str, **fields: object) -> None:
    sys.stdout.write(f"{event} {fields}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    with Forks(main) as host:
        code = Supervisor(host, CLOCK, tell, "test").run()
    if code < 0:
        os.kill(os.getpid(), -code)
    sys.exit(code)
