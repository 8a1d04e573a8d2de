"""Servers of cameras, each a process of GStreamer's RTSP server that can be hurt."""

from __future__ import annotations

import asyncio
import signal
import subprocess
from pathlib import Path

from tests.faults.plan import Mischief
from tests.integration.detector.conftest import SERVER, SYSTEM_PYTHON


class Server:
    """Serves one clip to everybody, from its beginning; keeps its port when started again."""

    def __init__(self, clip: Path) -> None:
        self.port = 0
        self._clip = clip
        self._start()

    def show(self, clip: Path) -> None:
        """Start again with another clip."""
        self.close()
        self._clip = clip
        self._start()

    async def suffer(self, mischief: Mischief, lasts_s: float, other_clip: Path) -> None:
        """What happens to it, to its end. ``other_clip``: of another resolution."""
        if mischief is Mischief.STOPPED:
            self._process.send_signal(signal.SIGSTOP)
            await asyncio.sleep(lasts_s)
            self._process.send_signal(signal.SIGCONT)
            return
        self.close()
        if mischief is Mischief.KILLED:
            await asyncio.sleep(lasts_s)
        else:
            self._clip = other_clip
        await asyncio.to_thread(self._start)

    @property
    def clip(self) -> Path:
        return self._clip

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()

    def _start(self) -> None:
        command = [SYSTEM_PYTHON, str(SERVER), str(self._clip), str(self.port)]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        word, port = self._process.stdout.readline().split()
        assert word == "ready"
        self.port = int(port)
