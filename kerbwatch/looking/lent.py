"""The service's side of a process that looks for it: the process, and the eyes it lends."""

from __future__ import annotations

import mmap
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection

import numpy as np

from detector.frame import Image
from detector.health.trouble import Trouble
from fences.observation import Observation
from kerbwatch.looking.eyes import Watched
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

_PROGRAM = (sys.executable, "-m", "kerbwatch.looking.process")

_END_S = 0.5
"""How long a process that was told to end may take before it is killed."""

CAN_LEND = hasattr(os, "memfd_create")
"""Whether this system can; Linux can."""


class LookBrokenError(RuntimeError):
    """The process that looks could not answer, or is gone; its own traceback, if it had one."""


class LookingProcess:
    """A process that looks; started at once, of use after :meth:`wait_ready`.

    Safe to ask from many threads: they take turns. ``on_death`` is told, from a thread of its
    own, the exit status (below 0: a signal) of a process that ends without being closed.
    """

    def __init__(self, begin: Begin, on_death: Callable[[int], None]) -> None:
        ours, theirs = socket.socketpair()
        memory_fd = os.memfd_create("kerbwatch-pixels")
        try:
            os.ftruncate(memory_fd, PIXELS_BYTES)
            self._memory = mmap.mmap(memory_fd, PIXELS_BYTES)
            self._process = subprocess.Popen(  # noqa: S603  # ourselves
                [*_PROGRAM, str(theirs.fileno()), str(memory_fd)],
                pass_fds=(theirs.fileno(), memory_fd),
                stdin=subprocess.DEVNULL,
            )
        finally:
            theirs.close()
            os.close(memory_fd)
        self._line: Connection = Connection(ours.detach())
        self._pixels = np.frombuffer(self._memory, np.uint8)
        self._asking = threading.Lock()
        self._closed = False
        self._on_death = on_death
        self._line.send(begin)

    @property
    def pid(self) -> int:
        return self._process.pid

    def wait_ready(self) -> None:
        """Return when all its models are loaded. Raises ``ModelError``."""
        try:
            answer = self._line.recv()
        except EOFError as error:
            raise LookBrokenError("a process that looks has ended at its start") from error
        if isinstance(answer, Refused):
            raise answer.error
        assert isinstance(answer, Begun)
        threading.Thread(target=self._mourn, name="looking", daemon=True).start()

    def ask(self, question: Question) -> Answer:
        """Raises ``LookBrokenError``."""
        with self._asking:
            return self._asked(question)

    def look(self, camera_id: str, image: Image, media_ns: int, wall_ns: int) -> Seen:
        """Raises ``LookBrokenError``."""
        with self._asking:
            fits = image.nbytes <= PIXELS_BYTES
            if fits:
                np.copyto(self._pixels[: image.nbytes].reshape(image.shape), image)
            pixels = b"" if fits else image.tobytes()
            seen = self._asked(Look(camera_id, image.shape, pixels, media_ns, wall_ns))
        assert isinstance(seen, Seen)
        return seen

    def close(self) -> None:
        """End the process, whatever it is doing."""
        self._closed = True
        self._line.close()
        try:
            self._process.wait(_END_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _asked(self, question: Question) -> Answer:
        try:
            self._line.send(question)
            answer: Answer = self._line.recv()
        except (EOFError, OSError) as error:
            raise LookBrokenError("the process that looks is gone") from error
        if isinstance(answer, Broken):
            raise LookBrokenError(answer.problem)
        return answer

    def _mourn(self) -> None:
        code = self._process.wait()
        if not self._closed:
            self._on_death(code)


class LentEyes:
    """:class:`kerbwatch.looking.eyes.CameraEyes` of a process that looks.

    ``on_inferred`` is told what each inference took, in seconds.
    """

    def __init__(
        self, process: LookingProcess, watched: Watched, on_inferred: Callable[[float], None]
    ) -> None:
        self._process = process
        self._camera_id = watched.camera_id
        self._on_inferred = on_inferred
        opened = process.ask(Open(watched))
        assert isinstance(opened, Opened)
        self.wanted_px = opened.wanted_px
        self.quiet = False
        self.trouble: Trouble | None = None
        self.skipped = 0
        self.cost_ns = 0

    def look(self, image: Image, media_ns: int, wall_ns: int) -> Observation:
        seen = self._process.look(self._camera_id, image, media_ns, wall_ns)
        self.quiet, self.trouble, self.skipped = seen.quiet, seen.trouble, seen.skipped
        self.cost_ns = seen.cost_ns
        for seconds in seen.inferred_s:
            self._on_inferred(seconds)
        return seen.observation

    def save(self) -> None:
        saved = self._process.ask(Save(self._camera_id))
        assert isinstance(saved, Saved)
        if saved.problem:
            raise OSError(saved.problem)
