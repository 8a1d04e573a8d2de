"""The embedded broker: amqtt on a loopback address, in a thread with a loop of its own.

We listen ourselves and hand connections over: so the real port is known, a taken port is one
clear error, and every connection is closed when it ends.
"""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import socket
import threading
from collections.abc import Coroutine
from typing import Any

from amqtt.adapters import StreamReaderAdapter, StreamWriterAdapter
from amqtt.broker import Broker
from amqtt.contexts import BrokerConfig, ListenerConfig, ListenerType
from amqtt.errors import AMQTTError

from alerts.errors import BrokerError

_log = logging.getLogger(__name__)
_LISTENER = "default"
_TIMEOUT_S = 5.0
_LINGER_S = 0.2  # amqtt acknowledges before it hands on: let the last words reach everybody


class _Broker(Broker):  # type: ignore[misc]
    """Gives a new client only what it has asked for.

    amqtt 0.12 sends every client that connects the retained messages of everybody's
    subscriptions.
    """

    async def _publish_retained_messages_for_subscription(
        self, subscription: tuple[str, int], session: Any
    ) -> None:
        subscribed = self.subscriptions.get(subscription[0], ())
        if any(one.client_id == session.client_id for one, _ in subscribed):
            await super()._publish_retained_messages_for_subscription(subscription, session)


class EmbeddedBroker:
    """``port`` 0 takes a free one. Anybody on this machine may connect, nobody else can."""

    def __init__(self, host: str = "127.0.0.1", port: int = 0) -> None:
        self.host = host
        self.port = port
        self._thread: threading.Thread | None = None
        self._broker: Broker | None = None
        self._server: asyncio.Server | None = None

    def start(self) -> int:
        """Listen; returns the real port. Raises ``BrokerError`` if that is not possible."""
        listener = self._bind()
        self.port = int(listener.getsockname()[1])
        _quieten()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="mqtt-broker", daemon=True)
        self._thread.start()
        try:
            self._call(self._start(listener))
        except (AMQTTError, OSError, TimeoutError) as error:
            listener.close()
            raise BrokerError("broker_start", problem=error) from error
        return self.port

    def stop(self) -> None:
        """Disconnect everybody and end. What was retained is gone with it."""
        if self._thread is None:
            return
        try:
            self._call(self._stop())
        except TimeoutError:
            _log.warning("the embedded MQTT broker did not stop in %.0f s", _TIMEOUT_S)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_TIMEOUT_S)
        self._thread = None

    def _bind(self) -> socket.socket:
        try:
            loopback = ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            loopback = self.host == "localhost"
        if not loopback:
            raise BrokerError("broker_loopback", host=self.host)
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        listener = socket.socket(family, socket.SOCK_STREAM)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((self.host, self.port))
            listener.listen()
        except (OSError, OverflowError) as error:
            listener.close()
            problem = getattr(error, "strerror", None) or str(error)
            raise BrokerError(
                "broker_port", host=self.host, port=self.port, problem=problem
            ) from error
        return listener

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.set_exception_handler(_note)
        self._loop.run_forever()
        self._loop.close()

    def _call(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(_TIMEOUT_S)

    async def _start(self, listener: socket.socket) -> None:
        config = BrokerConfig(
            listeners={_LISTENER: ListenerConfig(type=ListenerType.EXTERNAL)},
            plugins={"amqtt.plugins.authentication.AnonymousAuthPlugin": {}},
        )
        self._broker = _Broker(config, loop=self._loop)
        await self._broker.start()
        self._server = await asyncio.start_server(self._accept, sock=listener)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert self._broker is not None
        raw = writer.get_extra_info("socket")
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            await self._broker.external_connected(
                StreamReaderAdapter(reader), StreamWriterAdapter(writer), _LISTENER
            )
        finally:
            writer.close()

    async def _stop(self) -> None:
        if self._server is not None:
            self._server.close()
        await asyncio.sleep(_LINGER_S)
        if self._broker is not None:
            await self._broker.shutdown()
        left = asyncio.all_tasks() - {asyncio.current_task()}
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        for _ in range(3):  # transports say goodbye in the next rounds of the loop
            await asyncio.sleep(0)


def _quieten() -> None:
    """Amqtt tells of every packet and of every client that goes; none of it asks for action."""
    for name in ("amqtt", "transitions"):
        logging.getLogger(name).setLevel(logging.CRITICAL)


def _note(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """What a task left behind; a client's sudden end is the usual cause."""
    _log.debug("embedded broker: %s %r", context.get("message"), context.get("exception"))
