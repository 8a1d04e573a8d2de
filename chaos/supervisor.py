"""Keeps the service going as its supervisor does, and kills it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from chaos.clock import now_s, pause
from chaos.service import STORE_AWAY

_STOP_S = 40.0
_AGAIN_S = 0.3
_ROOT = Path(__file__).resolve().parent.parent


@dataclass
class Supervised:
    """The process of ``setting`` (a file). ``crashes`` tells every end that nobody had brought."""

    setting: Path
    log: Path
    crashes: list[str] = field(default_factory=list)
    starts: int = 0
    _process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """A new process; the last one has ended."""
        self.starts += 1
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603
                [sys.executable, "-m", "chaos.service", str(self.setting)],
                stdout=log,
                stderr=log,
                cwd=_ROOT,
                env=os.environ | {"PYTHONPATH": str(_ROOT)},
            )

    def kill(self) -> None:
        """SIGKILL, whatever it is doing."""
        self._ended(signal.SIGKILL)

    def look_after(self, *, store_is_away: bool) -> None:
        """Start it again if it has ended by itself; it may, if the store cannot be opened."""
        code = None if self._process is None else self._process.poll()
        if code is None:
            return
        if code != STORE_AWAY or not store_is_away:
            self.crashes.append(f"it ended by itself with {code}:\n{self.tail()}")
        pause(_AGAIN_S)
        self.start()

    def wait_until(self, real_s: float, *, store_is_away: bool) -> None:
        """Look after it until then."""
        while (left_s := real_s - now_s()) > 0:
            self.look_after(store_is_away=store_is_away)
            pause(min(0.05, left_s))

    def stop(self) -> None:
        """Ask it to end, and wait for that."""
        if (code := self._ended(signal.SIGTERM)) != 0:
            self.crashes.append(f"asked to end it ended with {code}:\n{self.tail()}")

    def tell_threads(self) -> None:
        """Where all of them are, into the log: nothing goes on any more."""
        if self._process is not None:
            self._process.send_signal(signal.SIGUSR1)
            pause(1.0)

    def tail(self) -> str:
        """The end of its log."""
        return self.log.read_text("utf-8", "replace")[-3000:]

    def _ended(self, how: signal.Signals) -> int:
        assert self._process is not None
        self._process.send_signal(how)
        try:
            return self._process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            self.tell_threads()
            self._process.kill()
            return self._process.wait(_STOP_S)
