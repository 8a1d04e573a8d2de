"""The MQTT contract as an AsyncAPI 3 document, made from the topics and the types. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from alerts.discovery import discovery_topic
from alerts.schema import COMMAND, DISCOVERY, REPORT, definitions
from alerts.topics import Topics

_TOPICS = Topics("{base}", "{site}")
_SCHEMAS = "#/components/schemas/"

_MEANS: Mapping[str, str] = {
    "base": "mqtt.base of streams.yaml; may have several levels",
    "site": "site.id of streams.yaml",
    "camera_id": "id of a camera",
    "case_id": "ASCII, made of camera, fence, scenario and opening time",
    "recipient_id": "id of a recipient; the broker's ACL ties it to the user of that name",
    "verb": "what is to be done",
    "request_id": "as in the command",
    "prefix": "mqtt.discovery_prefix of streams.yaml; may have several levels",
    "component": "binary_sensor or sensor",
    "entity": "one of the service, of a camera or of a fence",
}


@dataclass(frozen=True, slots=True)
class _Channel:
    """``messages``: the names of their schemas. ``ours``: whether Kerbwatch is who publishes."""

    name: str
    address: str
    messages: tuple[str, ...]
    about: str
    retained: bool = False
    ours: bool = True


_CHANNELS = (
    _Channel("status", _TOPICS.status, ("status",), "The service; offline is its last will.", True),
    _Channel(
        "cameraStatus",
        _TOPICS.camera_status("{camera_id}"),
        ("camera",),
        "How a camera is; empty once it has left.",
        True,
    ),
    _Channel(
        "cameraCases",
        _TOPICS.camera_cases("{camera_id}"),
        ("camera_cases",),
        "How many cases of a camera are open; only with mqtt.discovery, else empty.",
        True,
    ),
    _Channel(
        "cases",
        _TOPICS.case("{case_id}"),
        ("case",),
        "The full state while the case is open; an empty payload once it has ended.",
        True,
    ),
    _Channel("events", _TOPICS.events, ("event",), "Everything that happens to cases, in order."),
    _Channel(
        "inbox",
        _TOPICS.inbox("{recipient_id}"),
        ("inbox", "digest", "notice"),
        "The pushes for one recipient: of a case, of many at once, or of the service itself.",
    ),
    _Channel(
        "commands",
        _TOPICS.command("{recipient_id}", "{case_id}", "{verb}"),
        (COMMAND,),
        "What people do with cases; not retained.",
        ours=False,
    ),
    _Channel(
        "reports",
        _TOPICS.report("{recipient_id}"),
        (REPORT,),
        "What people have seen themselves, which opens a case; not retained.",
        ours=False,
    ),
    _Channel(
        "results",
        _TOPICS.result("{recipient_id}", "{request_id}"),
        ("result",),
        "What became of a command or a report.",
    ),
    _Channel(
        "discovery",
        discovery_topic("{prefix}", "{component}", "{site}", "{entity}"),
        (DISCOVERY,),
        "What Home Assistant reads; only with mqtt.discovery, else empty.",
        True,
    ),
)


def asyncapi() -> dict[str, Any]:
    """The whole document, for JSON. Kerbwatch is who sends, and who receives commands."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Kerbwatch",
            "version": "1",
            "description": "Cases of street cameras: who is told, what is done, what is verified."
            " MQTT 3.1.1, QoS 1, JSON in UTF-8, at least once.",
            "license": {"name": "AGPL-3.0-or-later"},
        },
        "defaultContentType": "application/json",
        "channels": {one.name: _channel(one) for one in _CHANNELS},
        "operations": {_operation_name(one): _operation(one) for one in _CHANNELS},
        "components": {
            "messages": {name: _message(name) for one in _CHANNELS for name in one.messages},
            "schemas": definitions(_SCHEMAS),
        },
    }


def _channel(one: _Channel) -> dict[str, Any]:
    named = re.findall(r"{(\w+)}", one.address)
    return {
        "address": one.address,
        "description": one.about,
        "parameters": {name: {"description": _MEANS[name]} for name in named},
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in one.messages},
    }


def _operation_name(one: _Channel) -> str:
    return ("send" if one.ours else "receive") + one.name[0].upper() + one.name[1:]


def _operation(one: _Channel) -> dict[str, Any]:
    whole: dict[str, Any] = {
        "action": "send" if one.ours else "receive",
        "channel": {"$ref": f"#/channels/{one.name}"},
        "messages": [{"$ref": f"#/channels/{one.name}/messages/{it}"} for it in one.messages],
        "bindings": {"mqtt": {"qos": 1, "retain": one.retained, "bindingVersion": "0.2.0"}},
    }
    if not one.ours:
        whole["reply"] = {"channel": {"$ref": "#/channels/results"}}
    return whole


def _message(name: str) -> dict[str, Any]:
    return {
        "name": name,
        "title": f"kerbwatch.{name}/1" if name != DISCOVERY else DISCOVERY,
        "contentType": "application/json",
        "payload": {"$ref": f"{_SCHEMAS}{name}"},
    }
