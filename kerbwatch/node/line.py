"""The line between a node and its supervisor, a socket pair that a death closes by itself."""

from __future__ import annotations

import faulthandler
import json
import os
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

CRASH_REPORT = "crash.log"
"""What ``faulthandler`` wrote of the run that goes on; empty while all is well."""

LAST_CRASH_REPORT = "last-crash.log"
"""The report of the last crash, kept for whoever looks into it."""

ORPHANED = 70
"""Exit status of a node whose supervisor is gone; nobody is there to see it."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a node ended. ``code`` below 0 is a signal; ``ready``: it had begun to watch.

    ``folder`` is where it kept its crash report, None if it did not come as far.
    """

    code: int
    ready: bool = False
    folder: Path | None = None


class Line:
    """The node's end. As soon as the supervisor is gone, so is the node."""

    def __init__(self, end: socket.socket, leave: Callable[[int], object] = os._exit) -> None:
        self._end = end
        self._leave = leave
        self._report: TextIO | None = None
        threading.Thread(target=self._listen, name="supervisor", daemon=True).start()

    def record_crashes(self, folder: Path) -> None:
        """From now on a crash leaves its report in ``folder``. Raises ``OSError``."""
        folder.mkdir(parents=True, exist_ok=True)
        self._report = (folder / CRASH_REPORT).open("w", encoding="utf-8")
        faulthandler.enable(self._report, all_threads=False)
        self._tell(folder=str(folder))

    def ready(self) -> None:
        """Say that all could be opened: from now on an end is unexpected."""
        self._tell(ready=True)

    def lost(self, code: int) -> None:
        """A process without which the node is of no use ended so: end now, as it did.

        A hard end: what was to be written is, and the next node is waited for.
        """
        self._tell(died_of=code)
        self._leave(1)

    def _tell(self, **news: object) -> None:
        self._end.sendall(json.dumps(news).encode() + b"\n")

    def _listen(self) -> None:
        # Nothing is ever sent this way: it returns when the other end is closed. A hard end, as
        # by a power cut, for another supervisor may be starting the next node already.
        with suppress(OSError):  # a reset, where what was told is still unread
            self._end.recv(1)
        self._leave(ORPHANED)


def last_words(end: socket.socket, code: int) -> Ended:
    """What a node that has ended had told on the other end of the line."""
    end.setblocking(False)  # whatever it told is here; a process that it left behind says no more
    told = b""
    with suppress(BlockingIOError):
        while part := end.recv(4096):
            told += part
    news: dict[str, object] = {}
    for line in told.splitlines(keepends=True):
        if line.endswith(b"\n"):
            news.update(json.loads(line))
    folder = news.get("folder")
    code = int(str(news.get("died_of", code)))
    return Ended(code, bool(news.get("ready")), None if folder is None else Path(str(folder)))
