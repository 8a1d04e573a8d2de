"""One connection to the broker, from CONNECT to its end.

A connection is never resumed: the next one is a new client without a memory. So there is
one queue only, the outbox on disk, and its order is the order on the wire.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.reasoncodes import ReasonCode

from alerts.link import LinkLostError
from alerts.messages import Message
from alerts.mqtt.address import CONNECT_TIMEOUT_S, KEEPALIVE_S, MqttAddress, make_client
from fences.clock import Clock

OnMessage = Callable[["Session", str, bytes, bool], None]
"""Session, topic, payload, and whether it was retained."""


class Session:
    """A :class:`alerts.link.Link`. Callbacks come from the network thread; they must be quick."""

    def __init__(
        self,
        address: MqttAddress,
        client_id: str,
        *,
        will: Message | None = None,
        on_ack: Callable[[Session, int], None] = lambda _session, _ticket: None,
        on_message: OnMessage = lambda _session, _topic, _payload, _retained: None,
        on_subscribed: Callable[[], None] = lambda: None,
    ) -> None:
        self._address = address
        self._client = make_client(address, client_id)
        self._answered = threading.Event()  # accepted, refused or lost
        self._ended = threading.Event()
        self._refusal: str | None = None
        self._on_ack = on_ack
        self._on_message = on_message
        self._on_subscribed = on_subscribed
        # the drainer's window bounds what is in flight, paho must not hold back on its own
        self._client.max_inflight_messages_set(0)
        self._client.on_connect = self._connected
        self._client.on_disconnect = self._disconnected
        self._client.on_publish = self._published
        self._client.on_message = self._heard
        self._client.on_subscribe = self._subscribed
        if will is not None:
            self._client.will_set(will.topic, will.payload, qos=1, retain=will.retained)

    @property
    def ended(self) -> threading.Event:
        """Set once the connection is gone, for whatever reason."""
        return self._ended

    def open(self, clock: Clock) -> None:
        """Connect and wait to be accepted. Raises ``OSError`` with the reason if not."""
        self._client.connect(self._address.host, self._address.port, keepalive=KEEPALIVE_S)
        self._client.loop_start()
        if not clock.wait(self._answered, CONNECT_TIMEOUT_S):
            self.drop()
            raise TimeoutError(f"no answer in {CONNECT_TIMEOUT_S:.0f} s")
        if self._refusal is not None:
            self.drop()
            raise ConnectionRefusedError(self._refusal)
        if self._ended.is_set():
            raise ConnectionError("the broker closed the connection")

    def subscribe(self, *topics: str) -> None:
        """Ask for topics at QoS 1."""
        self._client.subscribe([(topic, 1) for topic in topics])

    def send(self, message: Message) -> int:
        if self._ended.is_set():
            raise LinkLostError
        info = self._client.publish(message.topic, message.payload, qos=1, retain=message.retained)
        if info.rc != paho.MQTT_ERR_SUCCESS:
            raise LinkLostError(paho.error_string(info.rc))
        return info.mid

    def drop(self) -> None:
        """Cut the line without a goodbye: the broker will publish the last will."""
        raw = self._client.socket()
        if isinstance(raw, socket.socket):
            with contextlib.suppress(OSError):  # gone already is what was wanted
                raw.shutdown(socket.SHUT_RDWR)

    def close(self, clock: Clock, timeout_s: float = 1.0) -> None:
        """Take leave (no last will), or cut the line if that takes too long."""
        if self._client.is_connected():
            self._client.disconnect()
            if not clock.wait(self._ended, timeout_s):
                self.drop()
                clock.wait(self._ended, timeout_s)
        if self._ended.is_set():
            self._client.loop_stop()

    def _connected(
        self, _client: object, _data: object, _flags: object, code: ReasonCode, _more: Any
    ) -> None:
        if code.is_failure:
            self._refusal = str(code)
        self._answered.set()

    def _disconnected(
        self, _client: object, _data: object, _flags: object, _code: ReasonCode, _more: Any
    ) -> None:
        self._ended.set()
        self._answered.set()

    def _published(
        self, _client: object, _data: object, mid: int, _code: ReasonCode, _more: Any
    ) -> None:
        self._on_ack(self, mid)

    def _subscribed(
        self, _client: object, _data: object, _mid: int, _codes: object, _more: Any
    ) -> None:
        self._on_subscribed()

    def _heard(self, _client: object, _data: object, message: paho.MQTTMessage) -> None:
        self._on_message(self, message.topic, bytes(message.payload), message.retain)
