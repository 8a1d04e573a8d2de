"""What describes an entity of Home Assistant, in the form that its MQTT discovery reads."""

from __future__ import annotations

from typing import TypedDict


class _DeviceMore(TypedDict, total=False):
    sw_version: str
    via_device: str


class DeviceBody(_DeviceMore):
    """What groups entities in Home Assistant: the service, or a camera."""

    identifiers: list[str]
    name: str
    manufacturer: str
    model: str


class OriginBody(TypedDict):
    """Who writes a discovery document."""

    name: str
    sw_version: str


class _DiscoveryMore(TypedDict, total=False):
    availability_topic: str
    availability_template: str
    device_class: str
    entity_category: str
    json_attributes_topic: str
    state_class: str
    unit_of_measurement: str


class DiscoveryBody(_DiscoveryMore):
    """``<prefix>/<component>/kerbwatch_<site>/<entity>/config``: one entity of Home Assistant.

    The form is Home Assistant's own, so there is no ``schema``. Templates are Jinja.
    """

    unique_id: str
    name: str
    state_topic: str
    value_template: str
    qos: int
    device: DeviceBody
    origin: OriginBody
