"""What Home Assistant reads to show Kerbwatch by itself: its MQTT discovery documents. Pure.

One retained document per entity tells where its state is published and how to read it; an empty
one takes the entity away. Every entity reads topics of the contract in ``docs/MQTT.md``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from alerts.entity import DeviceBody, DiscoveryBody
from alerts.messages import Message
from alerts.place import Directory, FencePlace
from alerts.texts import Language, Texts, load_texts
from alerts.topics import Topics

_LEVEL = re.compile(r"[A-Za-z0-9_-]+")  # all that Home Assistant takes within a level
_PREFIX = re.compile(rf"{_LEVEL.pattern}(/{_LEVEL.pattern})*")
_BINARY, _SENSOR = "binary_sensor", "sensor"
_AVAILABLE = "{{ 'online' if value_json.state == 'online' else 'offline' }}"


@dataclass(frozen=True, slots=True)
class Discovery:
    """``prefix``: the first levels of every discovery topic; ``language``: of the names shown.

    ``version`` is the program's own. Raises ``ValueError`` for a prefix that would break a topic.
    """

    version: str
    prefix: str = "homeassistant"
    language: Language = Language.ZH

    def __post_init__(self) -> None:
        if not _PREFIX.fullmatch(self.prefix):
            raise ValueError(
                f"got discovery prefix {self.prefix!r}, expected levels of letters, digits, - and _"
            )


def discovery_topic(prefix: str, component: str, site_id: str, entity: str) -> str:
    """Where the document of one entity is. ``+`` for component and entity: all of a site."""
    return f"{prefix}/{component}/kerbwatch_{site_id}/{entity}/config"


def documents(discovery: Discovery, directory: Directory, topics: Topics) -> tuple[Message, ...]:
    """The documents of a whole site: the service, its cameras, their fences.

    Raises ``ValueError`` for an id that cannot stand in a discovery topic.
    """
    write = _Writer(discovery, directory, topics)
    fences = (one for place in directory.fences.values() for one in write.fence(place))
    cameras = (one for camera_id in directory.cameras for one in write.camera(camera_id))
    return (*write.service(), *cameras, *fences)


@dataclass(frozen=True, slots=True)
class _Writer:
    """Writes documents. Ids have no ``_``, so names made of several with it are unique."""

    discovery: Discovery
    directory: Directory
    topics: Topics

    def service(self) -> Iterator[Message]:
        """The service: whether it is there, and what waits in its outbox."""
        status = self.topics.status
        connected = self._new("status", self._texts("discovery.connected"), status, "value_json")
        connected["value_template"] = _on("value_json.state == 'online'")
        connected["device_class"] = "connectivity"
        # unavailable would say nothing where it is the news itself that the service is away
        del connected["availability_topic"], connected["availability_template"]
        yield self._message(_BINARY, connected, self._site_device(), "status")
        for entity, field in (("queue", "queue_depth"), ("oldest", "oldest_unsent_s")):
            body = self._new(entity, self._texts(f"discovery.{entity}"), status, field)
            body["state_class"] = "measurement"
            if entity == "oldest":
                body["device_class"] = "duration"
                body["unit_of_measurement"] = "s"
            yield self._message(_SENSOR, body, self._site_device(), entity)

    def camera(self, camera_id: str) -> Iterator[Message]:
        """A camera: whether it is connected, whether all is well, and how many cases are open."""
        device = self._camera_device(camera_id)
        status, cases = self.topics.camera_status(camera_id), self.topics.camera_cases(camera_id)
        for kind, test in (("connectivity", "!= 'offline'"), ("problem", "!= 'online'")):
            entity = f"camera_{camera_id}_{kind}"
            body = self._new(entity, self._texts(f"discovery.{kind}"), status, "state")
            body["value_template"] = _on(f"value_json.state {test}")
            body["device_class"] = kind
            if kind == "problem":
                body["json_attributes_topic"] = status
            yield self._message(_BINARY, body, device, entity)
        entity = f"camera_{camera_id}_cases"
        body = self._new(entity, self._texts("discovery.cases"), cases, "open_cases")
        body["state_class"] = "measurement"
        del body["entity_category"]
        yield self._message(_SENSOR, body, device, entity)

    def fence(self, place: FencePlace) -> Iterator[Message]:
        """A fence: whether a case is open there."""
        entity = f"camera_{place.camera_id}_fence_{place.fence_id}_case"
        name = self._texts("discovery.fence_case", fence=place.fence_name)
        body = self._new(entity, name, self.topics.camera_cases(place.camera_id), "fences")
        body["value_template"] = _on(f"value_json.fences['{place.fence_id}']")
        body["device_class"] = "problem"
        del body["entity_category"]
        yield self._message(_BINARY, body, self._camera_device(place.camera_id), entity)

    def _new(self, entity: str, name: str, topic: str, field: str) -> DiscoveryBody:
        return {
            "unique_id": f"{self._node}_{entity}",
            "name": name,
            "state_topic": topic,
            "value_template": f"{{{{ value_json.{field} }}}}",
            "availability_topic": self.topics.status,
            "availability_template": _AVAILABLE,
            "entity_category": "diagnostic",
            "qos": 1,
            "device": {"identifiers": [], "name": "", "manufacturer": "Kerbwatch", "model": ""},
            "origin": {"name": "Kerbwatch", "sw_version": self.discovery.version},
        }

    def _message(
        self, component: str, body: DiscoveryBody, device: DeviceBody, entity: str
    ) -> Message:
        site_id = self.directory.site.id
        for level in (site_id, entity):
            if not _LEVEL.fullmatch(level):
                raise ValueError(f"got id {level!r}, expected ASCII letters, digits, - and _")
        payload = json.dumps({**body, "device": device}, sort_keys=True, ensure_ascii=False)
        topic = discovery_topic(self.discovery.prefix, component, site_id, entity)
        return Message(topic, payload, retained=True)

    def _site_device(self) -> DeviceBody:
        return {
            "identifiers": [self._node],
            "name": f"Kerbwatch {self.directory.site.name}",
            "manufacturer": "Kerbwatch",
            "model": self._texts("discovery.service"),
            "sw_version": self.discovery.version,
        }

    def _camera_device(self, camera_id: str) -> DeviceBody:
        return {
            "identifiers": [f"{self._node}_{camera_id}"],
            "name": self.directory.camera_name(camera_id),
            "manufacturer": "Kerbwatch",
            "model": self._texts("discovery.camera"),
            "via_device": self._node,
        }

    @property
    def _node(self) -> str:
        return f"kerbwatch_{self.directory.site.id}"

    @property
    def _texts(self) -> Texts:
        return load_texts("alerts", self.discovery.language)


def _on(condition: str) -> str:
    """A template of a binary sensor; ON and OFF are what Home Assistant expects by default."""
    return f"{{{{ 'ON' if {condition} else 'OFF' }}}}"
