"""Where the broker is and how to get in."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

KEEPALIVE_S = 15
"""A dead line is noticed after one and a half of these, on both sides."""

CONNECT_TIMEOUT_S = 5.0
"""How long a connection may take to be made, and to be accepted."""


@dataclass(frozen=True, slots=True)
class MqttAddress:
    """A broker. ``base`` goes before every topic; files are PEM.

    The key has no password. ``tls`` without ``ca_file`` trusts the system's certificates.
    """

    host: str
    port: int = 1883
    base: str = "kerbwatch"
    tls: bool = False
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    ca_file: Path | None = None
    cert_file: Path | None = None
    key_file: Path | None = None


def make_client(address: MqttAddress, client_id: str) -> paho.Client:
    """A client that is not yet connected.

    MQTT 3.1.1: everything that the contract needs is in it (QoS 1, retained, last will), and
    every broker speaks it, the embedded one nothing else. Clean session: what is in flight is
    remembered by our outbox, not by the broker. Raises ``OSError`` for unreadable TLS files.
    """
    client = paho.Client(
        CallbackAPIVersion.VERSION2,
        client_id=client_id,
        clean_session=True,
        protocol=paho.MQTTv311,
        reconnect_on_failure=False,
    )
    client.connect_timeout = CONNECT_TIMEOUT_S
    if address.username is not None:
        client.username_pw_set(address.username, address.password)
    if address.tls:
        client.tls_set(
            ca_certs=_text(address.ca_file),
            certfile=_text(address.cert_file),
            keyfile=_text(address.key_file),
            keyfile_password="",  # of a key that has one, nobody is asked at a terminal
        )
    return client


def _text(path: Path | None) -> str | None:
    return None if path is None else str(path)
