"""The node as a forked child: nothing is imported twice, and nothing of a crash stays behind."""

from __future__ import annotations

import os
import select
import signal
import socket
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import NoReturn, Self

from kerbwatch.node.line import Ended, Line, last_words

STOP_S = 4.8
"""How long a node that was told to stop may take before it is killed."""

_STOPS = (signal.SIGTERM, signal.SIGINT)

NodeMain = Callable[[Line], int]
"""The whole life of a node; returns its exit status."""


class Forks:
    """Runs a node at a time, and hands SIGTERM and SIGINT on to it while entered.

    To be used in the main thread of a process that has no other: a fork copies only the one.
    """

    def __init__(self, main: NodeMain) -> None:
        self.stopping = False
        self._main = main
        self._pid = 0
        self._ears, self._bell = os.pipe()
        os.set_blocking(self._bell, False)

    def __enter__(self) -> Self:
        for number in _STOPS:
            signal.signal(number, self._stop)
        signal.signal(signal.SIGALRM, self._kill)
        return self

    def __exit__(self, *_: object) -> None:
        signal.setitimer(signal.ITIMER_REAL, 0)
        for number in (*_STOPS, signal.SIGALRM):
            signal.signal(number, signal.SIG_DFL)

    def run(self) -> Ended:
        """Start a node and wait until it has ended. Raises ``OSError`` if it cannot be started."""
        ours, theirs = socket.socketpair()
        with ours:
            if not self._fork(ours, theirs):
                return Ended(0)
            _, status = os.waitpid(self._pid, 0)
            self._pid = 0
            return last_words(ours, os.waitstatus_to_exitcode(status))

    def _fork(self, ours: socket.socket, theirs: socket.socket) -> bool:
        """Whether there is a node; none is started once told to stop."""
        signal.pthread_sigmask(signal.SIG_BLOCK, _STOPS)  # until it is known whom to tell
        try:
            if self.stopping:
                return False
            self._pid = os.fork()
            if self._pid == 0:
                ours.close()
                self._be_the_node(theirs)
        finally:
            theirs.close()
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOPS)
        return True

    def pause(self, seconds: float) -> bool:
        """Wait, or until told to stop; whether that is so."""
        select.select([self._ears], [], [], seconds)
        return self.stopping

    def _be_the_node(self, end: socket.socket) -> NoReturn:
        """Whatever happens, it never returns into what the supervisor was doing."""
        code = 1
        try:
            for number in (*_STOPS, signal.SIGALRM):
                signal.signal(number, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOPS)
            os.close(self._ears)
            os.close(self._bell)
            code = self._main(Line(end))
        except BaseException:  # noqa: BLE001  # told here, as the interpreter would
            traceback.print_exc()
        finally:
            for stream in (sys.stdout, sys.stderr):
                with suppress(OSError):  # a reader that has gone
                    stream.flush()
            os._exit(code)

    def _stop(self, *_: int | FrameType | None) -> None:
        if not self.stopping:
            self.stopping = True
            os.write(self._bell, b".")
            signal.setitimer(signal.ITIMER_REAL, STOP_S)
        self._signal(signal.SIGTERM)

    def _kill(self, *_: int | FrameType | None) -> None:
        self._signal(signal.SIGKILL)

    def _signal(self, number: signal.Signals) -> None:
        if self._pid:
            with suppress(ProcessLookupError):  # it has just ended by itself
                os.kill(self._pid, number)
