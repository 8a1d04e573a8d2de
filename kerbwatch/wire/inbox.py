"""A subscriber to inboxes: how a phone would listen."""

from __future__ import annotations

import queue
from collections.abc import Iterator, Sequence
from typing import Any

import paho.mqtt.client as paho

from alerts.inbox import InboxReader, Push, Unreadable
from alerts.mqtt.address import MqttAddress, make_client
from alerts.topics import Topics


def follow_inbox(
    address: MqttAddress, site_id: str, recipients: Sequence[str]
) -> Iterator[Push | Unreadable | str]:
    """Every message of the inboxes as it comes; a text tells why the broker is away.

    Connects again by itself, for ever; close the generator to stop. Raises ``OSError`` for
    TLS files that cannot be read.
    """
    told: queue.Queue[Push | Unreadable | str] = queue.Queue()
    reader = InboxReader()
    topics = [Topics(address.base, site_id).inbox(recipient) for recipient in recipients]
    client = make_client(address, "")
    client.reconnect_delay_set(1, 10)

    def on_connect(
        client: paho.Client, _: Any, __: paho.ConnectFlags, code: Any, ___: Any
    ) -> None:
        if code.is_failure:
            told.put(str(code))
        else:
            client.subscribe([(topic, 1) for topic in topics])

    def on_message(_: paho.Client, __: Any, message: paho.MQTTMessage) -> None:
        push = reader.read(message.topic, message.payload)
        if push is not None:
            told.put(push)

    def on_connect_fail(_: paho.Client, __: Any) -> None:
        told.put(f"{address.host}:{address.port}")

    def on_disconnect(
        _: paho.Client, __: Any, ___: paho.DisconnectFlags, code: Any, ____: Any
    ) -> None:
        if code.is_failure:
            told.put(str(code))

    client.on_connect = on_connect
    client.on_message = on_message
    client.on_connect_fail = on_connect_fail
    client.on_disconnect = on_disconnect
    client.connect_async(address.host, address.port, keepalive=30)
    client.loop_start()
    try:
        while True:
            yield told.get()
    finally:
        client.disconnect()
        client.loop_stop()
