"""Bringing the node back whenever it dies, and finding out who made it die."""

from __future__ import annotations

import signal
import zlib
from typing import Protocol

from fences.clock import SECOND_NS, Clock
from kerbwatch.node.book import BadBookError, Held, QuarantineBook
from kerbwatch.node.line import CRASH_REPORT, LAST_CRASH_REPORT, Ended
from kerbwatch.node.strikes import STRIKES, Strikes
from kerbwatch.wire.whereabouts import blamed

BACK_OFF_S = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
"""Longest waits before a restart, the last one for all that follow; half of each at least."""

_CRASHES = frozenset({signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGFPE, signal.SIGILL})

_STOPPED = (0, -signal.SIGTERM, -signal.SIGINT)
"""Ends of a node that was told to stop; by a signal only while it was still starting."""


class Host(Protocol):
    """Where nodes run; they are told to stop when this process is."""

    @property
    def stopping(self) -> bool:
        """Whether this process was told to stop."""
        ...

    def run(self) -> Ended:
        """Start a node and wait until it has ended."""
        ...

    def pause(self, seconds: float) -> bool:
        """Wait, or until told to stop; whether that is so."""
        ...


class Tell(Protocol):
    """A line of the log."""

    def __call__(self, event: str, **fields: object) -> None: ...


class Supervisor:
    """Keeps a node running on ``host`` until that is told to stop; never gives up by itself.

    ``name`` makes its waits differ from those of others, so that nodes that lost the same
    broker do not all come back at once.
    """

    def __init__(self, host: Host, clock: Clock, tell: Tell, name: str) -> None:
        self._host = host
        self._clock = clock
        self._tell = tell
        self._name = name
        self._strikes = Strikes()
        self._was_ready = False
        self._restarts = 0
        self._failures = 0
        self._ran_ns = 0

    def run(self) -> int:
        """Returns the last node's exit status, below 0 for a signal.

        What a node refuses at the very start is final. Once one has watched, all ends but that
        of a node that was told to stop are answered with a restart.
        """
        while True:
            begun_ns = self._clock.monotonic_ns()
            try:
                ended = self._host.run()
            except OSError as error:  # no memory, no process left: others will give some back
                wait_s = self._wait_s()
                self._tell("node_not_started", problem=str(error), restart_in_s=round(wait_s, 1))
            else:
                if self._is_over(ended):
                    return ended.code
                wait_s = self._mourn(ended, self._clock.monotonic_ns() - begun_ns)
            if self._host.pause(wait_s):
                self._tell("node_not_restarted", why="told to stop")
                return 0

    def _is_over(self, ended: Ended) -> bool:
        self._was_ready = self._was_ready or ended.ready
        refused = ended.code > 0 and not self._was_ready
        if self._host.stopping and ended.code not in _STOPPED:
            self._tell("node_died", how=_how(ended.code), why="while it was to stop")
        return ended.code == 0 or refused or self._host.stopping

    def _mourn(self, ended: Ended, ran_ns: int) -> float:
        """Say what happened, and who is to blame; returns for how long to wait, in seconds."""
        self._ran_ns += ran_ns
        camera_id = self._suspect(ended)
        held = None
        if camera_id is not None and ended.folder is not None:
            held = self._judge(camera_id, QuarantineBook(ended.folder))
        if held is not None or ran_ns > BACK_OFF_S[-1] * SECOND_NS:
            self._failures = 0
        wait_s = self._wait_s()
        self._tell(
            "node_died",
            how=_how(ended.code),
            ran_s=round(ran_ns / SECOND_NS, 1),
            camera=camera_id,
            restart_in_s=round(wait_s, 1),
        )
        return wait_s

    def _suspect(self, ended: Ended) -> str | None:
        """The camera that the crashed thread worked for, if it was a crash and says so."""
        if ended.folder is None or -ended.code not in _CRASHES:
            return None
        report = ended.folder / CRASH_REPORT
        try:
            text = report.read_text(encoding="utf-8", errors="replace")
            report.replace(report.with_name(LAST_CRASH_REPORT))
        except OSError as error:
            self._tell("crash_unread", problem=str(error))
            return None
        return blamed(text)

    def _judge(self, camera_id: str, book: QuarantineBook) -> Held | None:
        """Into quarantine if it was once too often; the trouble of the file ends nobody."""
        wall_ns = self._clock.wall_ns()
        guilty = self._strikes.add(camera_id, self._ran_ns)
        try:
            last = self._known(book).get(camera_id)
            if not guilty and (last is None or not last.on_parole(wall_ns)):
                return None
            held = book.put(camera_id, wall_ns)
        except (OSError, BadBookError) as error:
            self._tell("quarantine_unwritten", camera=camera_id, problem=str(error))
            return None
        minutes = (held.until_wall_ns - held.since_wall_ns) // (60 * SECOND_NS)
        self._tell(
            "camera_quarantined",
            camera=camera_id,
            crashes=STRIKES if guilty else 1,
            minutes=minutes,
            times=held.times,
        )
        return held

    def _known(self, book: QuarantineBook) -> dict[str, Held]:
        try:
            return book.read()
        except BadBookError as error:
            self._tell("quarantine_unreadable", problem=str(error))
            book.set_aside()
            return {}

    def _wait_s(self) -> float:
        longest_s = BACK_OFF_S[min(self._failures, len(BACK_OFF_S) - 1)]
        self._failures += 1
        self._restarts += 1
        share = zlib.crc32(f"{self._name} {self._restarts}".encode()) / 2**32
        return longest_s * (1 + share) / 2


def _how(code: int) -> str:
    if code >= 0:
        return f"exit status {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"
