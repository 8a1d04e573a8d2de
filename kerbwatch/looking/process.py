"""A process that looks: ``python -m kerbwatch.looking.process SOCKET MEMORY``, by file descriptors.

It does nothing but answer, and ends as soon as nobody is there to ask.
"""

from __future__ import annotations

import faulthandler
import mmap
import resource
import signal
import sys
import traceback
from contextlib import suppress
from multiprocessing.connection import Connection

import cv2
import numpy as np

from detector.engines.errors import ModelError
from detector.engines.protocol import Engine
from detector.frame import Image
from fences.clock import SECOND_NS
from kerbwatch.clock import SystemClock
from kerbwatch.logs import set_up_logs
from kerbwatch.looking.eyes import OwnEyes
from kerbwatch.looking.words import (
    PIXELS_BYTES,
    Answer,
    Begin,
    Begun,
    Broken,
    Look,
    Open,
    Opened,
    Question,
    Refused,
    Save,
    Saved,
    Seen,
)
from kerbwatch.wire.backgrounds import BackgroundFolder
from kerbwatch.wire.counted import TimedEngine
from kerbwatch.wire.models import open_engines
from kerbwatch.wire.whereabouts import working_for


class Answers:
    """Answers questions about pictures in ``memory``; one camera's must come in order."""

    def __init__(
        self, engines: tuple[Engine, ...], backgrounds: BackgroundFolder, memory: mmap.mmap
    ) -> None:
        clock = SystemClock()
        self._inferred_s: list[float] = []
        self._engines = tuple(
            TimedEngine(engine, self._inferred_s.append, clock) for engine in engines
        )
        self._backgrounds = backgrounds
        self._memory = memory
        self._eyes: dict[str, OwnEyes] = {}

    def to(self, question: Question) -> Answer:
        """What breaks is told, and nothing else is the worse for it."""
        try:
            return self._to(question)
        except Exception:  # noqa: BLE001  # one picture's trouble must not end the others
            return Broken(traceback.format_exc())

    def _to(self, question: Question) -> Answer:
        match question:
            case Open(watched):
                eyes = OwnEyes(watched, self._engines, self._backgrounds)
                self._eyes[watched.camera_id] = eyes
                return Opened(eyes.wanted_px)
            case Save(camera_id):
                try:
                    self._eyes[camera_id].save()
                except OSError as error:
                    return Saved(str(error))
                return Saved("")
            case Look():
                return working_for(question.camera_id, lambda: self._look(question))

    def _look(self, look: Look) -> Seen:
        eyes = self._eyes[look.camera_id]
        self._inferred_s.clear()
        before_s = _worked_s()
        observation = eyes.look(self._image(look), look.media_ns, look.wall_ns)
        cost_ns = round((_worked_s() - before_s) * SECOND_NS)
        inferred_s = tuple(self._inferred_s)
        return Seen(observation, eyes.quiet, eyes.trouble, eyes.skipped, inferred_s, cost_ns)

    def _image(self, look: Look) -> Image:
        """Read-only, and good until the answer is given."""
        held = look.pixels or memoryview(self._memory)[: int(np.prod(look.shape))].toreadonly()
        return np.frombuffer(held, np.uint8).reshape(look.shape)


def _worked_s() -> float:
    """Processor time of this process: not longer where others have the processor meanwhile."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main(socket_fd: int, memory_fd: int) -> None:
    """Serve until the other end is gone."""
    for number in (signal.SIGINT, signal.SIGTERM):  # for the service, which says when to end
        signal.signal(number, signal.SIG_IGN)
    memory = mmap.mmap(memory_fd, PIXELS_BYTES)
    with Connection(socket_fd) as line, suppress(EOFError, ConnectionResetError, BrokenPipeError):
        begin: Begin = line.recv()
        answers = _begun(begin, line, memory)
        while answers is not None:
            line.send(answers.to(line.recv()))


def _begun(begin: Begin, line: Connection, memory: mmap.mmap) -> Answers | None:
    if begin.crash_report is not None:
        report = begin.crash_report.open("a", encoding="utf-8")
        faulthandler.enable(report, all_threads=False)  # keeps the file open
    set_up_logs(as_json=begin.logs_as_json)
    cv2.setNumThreads(1)  # there is such a process for each core
    try:
        engines = open_engines(begin.models, begin.env, threads=1, one_caller=True)
    except ModelError as error:
        line.send(Refused(error))
        return None
    line.send(Begun())
    return Answers(engines, BackgroundFolder(begin.backgrounds), memory)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
