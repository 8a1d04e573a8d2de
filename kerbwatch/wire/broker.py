"""Where clients of a configuration find their broker."""

from __future__ import annotations

from alerts.mqtt.address import MqttAddress
from kerbwatch.options import MqttOptions


def broker_of(options: MqttOptions) -> MqttAddress:
    """Where clients of this configuration find the broker, embedded or not."""
    return MqttAddress(
        host=options.host,
        port=options.port,
        base=options.base,
        tls=options.tls,
        username=options.username,
        password=None if options.password is None else options.password.reveal(),
        ca_file=options.ca_file,
        cert_file=options.cert_file,
        key_file=options.key_file,
    )
