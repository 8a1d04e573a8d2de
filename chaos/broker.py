"""A real Mosquitto that can be killed, and the wire to it, which can be cut."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from chaos.clock import now_s, pause

_PATHS = "/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin"
_LIMIT_S = 30.0
_CONFIG = """\
listener {port} 127.0.0.1
allow_anonymous true
max_queued_messages 0
max_inflight_messages 0
persistence true
persistence_location {folder}/
autosave_interval 5
user root
"""


class NoMosquittoError(RuntimeError):
    """There is no Mosquitto on this machine; the message says what to install."""


def free_port() -> int:
    """A port of the loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Broker:
    """It keeps retained messages and sessions in ``folder``. Raises ``NoMosquittoError``."""

    folder: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Returns once it takes connections."""
        program = shutil.which("mosquitto", path=_PATHS)
        if program is None:
            raise NoMosquittoError("needs mosquitto: apt-get install mosquitto")
        self.folder.mkdir(exist_ok=True)
        config = self.folder / "mosquitto.conf"
        config.write_text(_CONFIG.format(port=self.port, folder=self.folder), "utf-8")
        with (self.folder / "log").open("ab") as log:
            command = [program, "-c", str(config)]
            self.process = subprocess.Popen(command, stdout=log, stderr=log)  # noqa: S603
        until_s = now_s() + _LIMIT_S
        while not self._answers():
            if now_s() > until_s:
                raise TimeoutError(f"no broker on port {self.port} after {_LIMIT_S:.0f} s")
            pause(0.02)

    def end(self, how: signal.Signals) -> None:
        """SIGKILL: whatever it has not yet saved is gone. SIGTERM: it saves what it has."""
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(_LIMIT_S)
            self.process = None

    def _answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


class Wire:
    """Forwards the connections of the service to the broker, until it is deaf or cut."""

    def __init__(self, target_port: int) -> None:
        self._target_port = target_port
        self._open: list[socket.socket] = []
        self._up = True
        self._deaf = False
        self._lock = threading.Lock()
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._door.getsockname()[1])
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def deafen(self) -> None:
        """Take everything and forward nothing, as where a cable was pulled; then cut it."""
        self._deaf = True

    def cut(self) -> None:
        """Nothing gets through any more, and new connections are closed at once."""
        with self._lock:
            self._up = False
            for end in self._open:
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
            self._open = []

    def mend(self) -> None:
        """New connections get through again."""
        with self._lock:
            self._deaf, self._up = False, True

    def close(self) -> None:
        """Cut, for good."""
        self.cut()
        self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()
        self._thread.join(5)

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._door.accept()
            except OSError:
                return
            with self._lock:
                far = self._connect() if self._up else None
                if far is None:
                    near.close()
                    continue
                self._open = [end for end in self._open if end.fileno() >= 0] + [near, far]
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=self._pump, args=(one, other), daemon=True).start()

    def _connect(self) -> socket.socket | None:
        try:
            return socket.create_connection(("127.0.0.1", self._target_port))
        except OSError:
            return None

    def _pump(self, source: socket.socket, target: socket.socket) -> None:
        with source, suppress(OSError):
            while data := source.recv(65536):
                if not self._deaf:
                    target.sendall(data)
        with suppress(OSError):
            target.shutdown(socket.SHUT_RDWR)
