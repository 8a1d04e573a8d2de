"""Where letters go: an HTTP service that refuses, hangs up, hangs, and takes what it has refused.

It shares nothing with Kerbwatch but HTTP. What it is told counts from when it was read whole.
"""

from __future__ import annotations

import hashlib
import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np

HANGS_S = 1.6
"""For how long it does not answer; who writes to it gives up before that."""

_REFUSES, _CUTS, _HANGS = 0.12, 0.06, 0.01
_NEVER = 30
"""One letter of so many is refused whatever happens: it ends as a dead one."""


@dataclass(frozen=True, slots=True)
class Letter:
    """What somebody was sent, without white space: channels may fold lines."""

    recipient: str
    words: str


@dataclass
class Letterbox:
    """On a free port of the loopback from :meth:`start` to :meth:`close`."""

    seed: int
    port: int = 0
    taken: list[Letter] = field(default_factory=list)
    troubles: int = 0
    _calm: bool = False

    def start(self) -> None:
        """Letters for somebody come to ``/<recipient>/…``."""
        chance, box = np.random.default_rng([self.seed, 2]), self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                letter = Letter(self.path.split("/")[1], words(body["title"], body["message"]))
                box._take(self, letter, chance.random())

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.handle_error = lambda *_: None  # type: ignore[method-assign]  # it was killed
        self.port = int(self._server.server_address[1])
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), daemon=True
        )
        self._thread.start()

    def calm(self) -> None:
        """From now on only those are refused that always are."""
        self._calm = True

    def close(self) -> None:
        """Nobody takes anything any more."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    def _take(self, asked: BaseHTTPRequestHandler, letter: Letter, drawn: float) -> None:
        cuts, hangs = _REFUSES + _CUTS, _REFUSES + _CUTS + _HANGS
        if _never(letter) or (drawn < hangs and not self._calm):
            self.troubles += 1
        if _never(letter) or (drawn < _REFUSES and not self._calm):
            asked.send_error(503)
        elif drawn < cuts and not self._calm:
            asked.close_connection = True  # and no word
        else:
            self.taken.append(letter)  # if it hangs, nobody hears that it was taken
            if drawn < hangs and not self._calm:
                threading.Event().wait(HANGS_S)
            asked.send_response(200)
            asked.end_headers()


def words(title: str, text: str) -> str:
    """Both, without white space."""
    return "".join(f"{title}{text}".split())


def _never(letter: Letter) -> bool:
    return hashlib.sha256(letter.words.encode()).digest()[0] % _NEVER == 0
