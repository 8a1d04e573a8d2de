"""A channel in the hands of a test, and a service that hears what real ones send."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from alerts.pushing.channel import ChannelError
from alerts.pushing.letters import Letter

DEADLINE_S = 10.0


@dataclass(eq=False)
class FakeChannel:
    """Takes everything, or refuses with ``problem``; hangs while ``gate`` is not set."""

    name: str = "fake"
    carries_pictures: bool = True
    problem: str | None = None
    taken: list[tuple[str, str, bytes | None]] = field(default_factory=list)
    tried: int = 0
    gate: threading.Event = field(default_factory=threading.Event)
    begun: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.gate.set()

    def send(self, title: str, text: str, picture: bytes | None = None) -> None:
        self.begun.set()
        assert self.gate.wait(DEADLINE_S)
        self.tried += 1
        if self.problem is not None:
            raise ChannelError(self.problem)
        self.taken.append((title, text, picture if self.carries_pictures else None))


@dataclass(eq=False)
class Service:
    """An HTTP service: answers with ``status``, keeps what it was sent."""

    port: int = 0
    status: int = 200
    heard: list[dict[str, Any]] = field(default_factory=list)

    def url(self, path: str = "hunter2token", login: str = "") -> str:
        return f"json://{login}127.0.0.1:{self.port}/{path}"


@contextmanager
def service() -> Iterator[Service]:
    """On a free port of this machine, while the block lasts."""
    one = Service()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if one.status < 400:
                one.heard.append(json.loads(body))
            self.send_response(one.status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    one.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield one
    finally:
        server.shutdown()
        thread.join(DEADLINE_S)
        server.server_close()


def letter(number: int = 1, recipient_id: str = "duty-east", picture: str | None = None) -> Letter:
    return Letter(f"e-{number}", "case-1", recipient_id, f"标题 {number}", "内容", picture)
