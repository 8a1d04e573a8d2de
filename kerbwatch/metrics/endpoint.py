"""Serves a registry over HTTP, in a thread, until it is closed."""

from __future__ import annotations

import socket
import socketserver
import threading
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import structlog
from prometheus_client import CollectorRegistry, make_wsgi_app
from prometheus_client.exposition import ThreadingWSGIServer

from kerbwatch.errors import StartError
from kerbwatch.options import MetricsOptions

_POLL_S = 0.2
"""How long a stop may go unnoticed."""

_PATIENCE_S = 10.0
"""A client that says nothing for so long is sent away."""

_log = structlog.get_logger(__name__)


class Endpoint:
    """``GET /metrics`` (and every other path) gives the registry in Prometheus' format."""

    def __init__(self, registry: CollectorRegistry, options: MetricsOptions) -> None:
        """Listens at once. Raises ``StartError`` where that is not possible."""
        server_type = _Server6 if ":" in options.host else _Server
        try:
            self._server = make_server(
                options.host, options.port, make_wsgi_app(registry), server_type, _Handler
            )
        except OSError as error:
            problem = error.strerror or str(error)
            raise StartError(
                "run.metrics_port", host=options.host, port=options.port, problem=problem
            ) from error
        self.host = options.host
        self.port = int(self._server.server_port)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(_POLL_S,), name="metrics", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """Stop listening, within a moment; an answer that is being written may be cut off."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingWSGIServer):
    def server_bind(self) -> None:
        """Without asking the network's name service who we are: it may not be there."""
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), self.server_address[1]
        self.setup_environ()

    def handle_error(self, _request: Any, client_address: Any) -> None:
        """A client that went away or never spoke is no trouble of ours."""
        _log.debug("metrics_client_failed", client=str(client_address), exc_info=True)


class _Server6(_Server):
    address_family = socket.AF_INET6


class _Handler(WSGIRequestHandler):
    timeout = _PATIENCE_S

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Scrapes are not worth a line each."""
