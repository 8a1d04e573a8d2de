"""``kerbwatch serve``: the application on a socket, until it is told to stop."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import replace

import uvicorn

from fences.clock import Clock
from kerbwatch.errors import StartError
from kerbwatch.options import ServiceOptions
from kerbwatch.rest.app import make_app
from kerbwatch.rest.front import Front
from kerbwatch.rest.gallery import Gallery
from kerbwatch.rest.office import Office
from kerbwatch.rest.options import RestOptions
from kerbwatch.rest.tokens import Doorkeeper
from kerbwatch.wire.casework import case_work

STOP_S = 4
"""How long requests that are being answered may take once it is to stop."""

_CONNECTIONS = 100
"""At once; more are told to come again."""

_IDLE_S = 10
"""A connection that asks nothing more is closed."""

_HEADER_BYTES = 16_384


def serve_rest(
    options: ServiceOptions,
    env: Mapping[str, str],
    clock: Clock,
    stop: threading.Event,
    on_ready: Callable[[RestOptions], None] = lambda _: None,
) -> None:
    """Answer requests until ``stop`` is set. ``on_ready`` gets the port that is really used.

    Raises ``StartError`` (no tokens, no port, no certificate) and ``StoreError`` before anything
    is served.
    """
    rest = options.rest or RestOptions()
    if not rest.tokens:
        raise StartError("rest.no_tokens")
    with (
        _listening(rest) as listener,
        case_work(options, clock) as work,
        closing(Gallery(work, options, env)) as gallery,
    ):
        front = Front(Office(work), gallery, Doorkeeper(rest.tokens, clock))
        server = uvicorn.Server(_config(front, rest))
        _until(stop, clock, server, listener, lambda port: on_ready(replace(rest, port=port)))


def _until(
    stop: threading.Event,
    clock: Clock,
    server: uvicorn.Server,
    listener: socket.socket,
    on_port: Callable[[int], None],
) -> None:
    """In a thread, so that signals stay with whoever has set them."""
    thread = threading.Thread(
        target=server.run, kwargs={"sockets": [listener]}, name="rest", daemon=True
    )
    thread.start()
    on_port(int(listener.getsockname()[1]))
    while thread.is_alive() and not clock.wait(stop, 0.5):
        pass
    died = not stop.is_set()
    server.should_exit = True
    thread.join(STOP_S + 1)
    if died:
        raise StartError("rest.ended")


def _listening(rest: RestOptions) -> socket.socket:
    family = socket.AF_INET6 if ":" in rest.host else socket.AF_INET
    try:
        return socket.create_server((rest.host, rest.port), family=family, backlog=_CONNECTIONS)
    except OSError as error:
        problem = error.strerror or str(error)
        raise StartError("rest.port", host=rest.host, port=rest.port, problem=problem) from error


def _config(front: Front, rest: RestOptions) -> uvicorn.Config:
    config = uvicorn.Config(
        make_app(front),
        http="h11",
        loop="asyncio",
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=_CONNECTIONS,
        timeout_keep_alive=_IDLE_S,
        timeout_graceful_shutdown=STOP_S,
        h11_max_incomplete_event_size=_HEADER_BYTES,
        ssl_certfile=rest.cert_file,
        ssl_keyfile=rest.key_file,
    )
    try:
        config.load()
    except (OSError, ssl.SSLError) as error:
        raise StartError("rest.certificate", problem=error.strerror or str(error)) from error
    return config
