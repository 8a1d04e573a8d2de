"""The checker's own ears: everything that the broker tells, from the first moment on.

It shares nothing with Kerbwatch but the broker. Its session is persistent (``clean_start`` false,
QoS 1); should a killed broker have forgotten it, it subscribes again before the service is let in.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

_LIMIT_S = 30.0


@dataclass(frozen=True, slots=True)
class Said:
    """A message as it came."""

    topic: str
    payload: bytes
    retained: bool


class Ear:
    """Hears ``topics`` from the broker on ``port`` until it is closed."""

    def __init__(self, port: int, name: str, *topics: str, keeps_session: bool = True) -> None:
        self.heard: list[Said] = []
        self._topics = [(topic, 1) for topic in topics]
        self._subscribed = threading.Event()
        self._client = paho.Client(
            CallbackAPIVersion.VERSION2, client_id=name, clean_session=not keeps_session
        )
        self._client.max_inflight_messages_set(0)
        self._client.reconnect_delay_set(1, 1)
        self._client.on_connect = lambda client, *_: client.subscribe(self._topics)
        self._client.on_disconnect = lambda *_: self._subscribed.clear()
        self._client.on_subscribe = lambda *_: self._subscribed.set()
        self._client.on_message = lambda _client, _data, it: self.heard.append(
            Said(it.topic, bytes(it.payload), it.retain)
        )
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        self.wait_subscribed()

    def expect_loss(self) -> None:
        """The broker is about to end: what it has promised so far counts no more."""
        self._subscribed.clear()

    def wait_subscribed(self) -> None:
        """Raises ``TimeoutError`` if the broker does not take the subscription."""
        if not self._subscribed.wait(_LIMIT_S):
            raise TimeoutError(f"the broker took no subscription for {_LIMIT_S:.0f} s")

    def close(self) -> None:
        """Take leave."""
        self._client.disconnect()
        self._client.loop_stop()
