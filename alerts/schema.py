"""JSON Schemas of the messages, made from the types that they are written with. Pure.

Only what draft-07 and 2020-12 understand alike is used, so that the same schemas stand in an
AsyncAPI document. What a type cannot say (a pattern, the values of a word) is in :data:`_SAYS`.
"""

from __future__ import annotations

import types
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any, get_args, get_origin, get_type_hints, is_typeddict

from alerts import payloads, service_payloads
from alerts.casebook import NoticeKind
from alerts.cases import CaseState, Verification
from alerts.commands import RefusalCode
from alerts.digests import DigestKind
from alerts.entity import DiscoveryBody
from alerts.health import CameraState, ServiceState
from alerts.notices import ServiceNotice
from alerts.orders import ID, MAX_PATH, MAX_WORDS
from alerts.people import Role
from alerts.report_orders import MAX_PICTURE_CHARACTERS
from alerts.texts import Language
from alerts.verbs import Verb

JsonSchema = dict[str, Any]

BODIES: Mapping[str, type] = {
    "status": service_payloads.StatusBody,
    "camera": payloads.CameraBody,
    "camera_cases": payloads.CameraCasesBody,
    "case": payloads.CaseBody,
    "event": payloads.EventBody,
    "inbox": payloads.InboxBody,
    "digest": payloads.DigestBody,
    "notice": service_payloads.NoticeBody,
    "result": payloads.ResultBody,
}
"""By the name in the message's ``schema`` (``kerbwatch.<name>/1``): what Kerbwatch publishes."""

DISCOVERY = "discovery"
"""The name of what Home Assistant reads; its form is none of ours."""

COMMAND = "command"
"""The name of what people publish of a case."""

REPORT = "report"
"""The name of the other one, which opens a case."""

NAMES = (*BODIES, DISCOVERY, COMMAND, REPORT)
"""Of all messages."""

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_SIMPLE: Mapping[type, str] = {
    str: "string",
    int: "integer",
    float: "number",
    bool: "boolean",
    type(None): "null",
}


def _words(values: Iterable[str]) -> JsonSchema:
    return {"enum": [str(value) for value in values]}


def _kinds(name: str) -> type[StrEnum]:
    return {"digest": DigestKind, "notice": ServiceNotice}.get(name, NoticeKind)


def _states(name: str) -> type[StrEnum]:
    return {"camera": CameraState, "status": ServiceState}.get(name, CaseState)


_SAYS: Mapping[str, JsonSchema] = {
    "verification": _words(Verification),
    "role": _words([*(role for role in Role if role is not Role.CAMERA), ""]),
    "code": _words(RefusalCode),
    "verb": _words([*Verb, "report"]),
    "verbs": {"items": {"type": "string", **_words(Verb)}, "uniqueItems": True},
    "sha256": {"pattern": "^[0-9a-f]{64}$"},
    "box": {"minItems": 4, "maxItems": 4},
    "occupied_share": {"minimum": 0, "maximum": 1},
    "clear_width_m": {"minimum": 0},
    "version": {"minimum": 1},
    "seq": {"minimum": 1},
    "sightings": {"minimum": 0},
    "queue_depth": {"minimum": 0},
    "open_cases": {"minimum": 0},
    "fences": {"additionalProperties": {"type": "integer", "minimum": 0}},
    "qos": {"enum": [1]},
    "state_class": {"enum": ["measurement"]},
    "device_class": {"enum": ["connectivity", "problem", "duration"]},
    "entity_category": {"enum": ["diagnostic"]},
    "unique_id": {"pattern": "^kerbwatch_[A-Za-z0-9_-]+$"},
    "identifiers": {"minItems": 1, "maxItems": 1},
    "oldest_unsent_s": {"minimum": 0},
    "overload": {"minimum": 1},
    "free_bytes": {"minimum": 0},
    "least_free_bytes": {"minimum": 0},
    "request_id": {"pattern": f"^{ID.pattern}$"},
}
"""By field: what is true of its values, beyond the type; null stays allowed where the type says."""


def bundle() -> JsonSchema:
    """One schema that every message fulfils; those of single ones are below ``$defs``."""
    parts = definitions("#/$defs/")
    return {
        "$schema": _DIALECT,
        "$id": "urn:kerbwatch:messages:1",
        "title": "Messages of Kerbwatch",
        "oneOf": [{"$ref": f"#/$defs/{name}"} for name in NAMES],
        "$defs": parts,
    }


def single(name: str) -> JsonSchema:
    """The schema of one message, whole by itself. ``name``: one of ``NAMES``."""
    parts = definitions("#/$defs/")
    own = parts.pop(name)
    used = _reached(own, parts)
    more = {"$defs": {key: parts[key] for key in parts if key in used}} if used else {}
    return {"$schema": _DIALECT, "$id": f"urn:kerbwatch:{name}:1", **own, **more}


def definitions(at: str) -> dict[str, JsonSchema]:
    """The schema of every message and of the parts that they share, which refer to ``at``."""
    found: dict[str, JsonSchema] = {}
    for name, body in BODIES.items():
        _define(name, body, at, found)
    _define(DISCOVERY, DiscoveryBody, at, found)
    return found | {COMMAND: command(), REPORT: report()}


def command() -> JsonSchema:
    """Of what people send; ``alerts/orders.py`` reads it, and has the last word."""
    own: dict[str, JsonSchema] = {
        "version": {"type": ["integer", "null"], "minimum": 1, "maximum": 2**31 - 1},
        "until": {"type": ["string", "null"], "format": "date-time", "maxLength": 40},
        "picture": {"type": ["string", "null"], "minLength": 1, "maxLength": MAX_PATH},
    }
    about = f"{payloads.COMMAND_SCHEMA}: cmd/<recipient_id>/<case_id>/<verb>, at most 16 KiB."
    return _sent(COMMAND, payloads.COMMAND_SCHEMA, about, own)


def report() -> JsonSchema:
    """Of what people report; ``alerts/report_orders.py`` reads it, and has the last word."""
    jpeg = {"contentEncoding": "base64", "contentMediaType": "image/jpeg"}
    id_ = {"type": "string", "pattern": f"^{ID.pattern}$"}
    own: dict[str, JsonSchema] = {
        **dict.fromkeys(("camera", "fence", "scenario"), id_),
        "picture": {"type": ["string", "null"], "maxLength": MAX_PICTURE_CHARACTERS, **jpeg},
    }
    about = f"{payloads.REPORT_SCHEMA}: cmd/<recipient_id>/new/report, at most 768 KiB."
    return _sent(REPORT, payloads.REPORT_SCHEMA, about, own, "camera", "fence", "scenario")


def _sent(
    name: str, schema: str, about: str, own: Mapping[str, JsonSchema], *required: str
) -> JsonSchema:
    """Of a message of people; what all of them have is added."""
    properties: dict[str, JsonSchema] = {
        **own,
        "schema": {"const": schema},
        "request_id": {"type": "string", **_SAYS["request_id"]},
        "by": {"type": ["string", "null"], "pattern": f"^{ID.pattern}$"},
        "words": {"type": ["string", "null"], "maxLength": MAX_WORDS},
    }
    return {
        "title": name,
        "description": f"{about} Other keys are refused.",
        "type": "object",
        "properties": {key: properties[key] for key in sorted(properties)},
        "required": ["request_id", *required],
        "additionalProperties": False,
    }


def _define(name: str, body: type, at: str, found: dict[str, JsonSchema]) -> None:
    """A message may get more fields in time, so others than these are allowed."""
    found[name] = {}  # in its place, before the parts that it has
    hints = get_type_hints(body)
    fields = {key: _field(key, hints, name, at, found) for key in hints}
    if name in BODIES:
        fields["schema"] = {"const": f"kerbwatch.{name}/1"}
    found[name] = {
        "title": name,
        "description": " ".join((body.__doc__ or name).split()),
        "type": "object",
        "properties": fields,
        "required": sorted(set(fields) & getattr(body, "__required_keys__", set(fields))),
    }


def _field(
    key: str, hints: Mapping[str, Any], name: str, at: str, found: dict[str, JsonSchema]
) -> JsonSchema:
    schema = _typed(hints[key], at, found)
    if key == "text":  # plain text in every language that there is
        return _of_languages(schema)
    words = {"state": _states, "kind": _kinds}.get(key)
    says = dict(_words(words(name)) if words is not None else _SAYS.get(key, {}))
    if key == "version" and name == "status":
        return schema  # of the program, and a text
    if f"{key}_ms" in hints:
        says = {"format": "date-time"}
    if "enum" in says and "null" in schema.get("type", ()):
        says["enum"] = [*says["enum"], None]
    return schema | says


def _of_languages(schema: JsonSchema) -> JsonSchema:
    whole = {
        "type": "object",
        "properties": {it.value: {"type": "string"} for it in Language},
        "required": sorted(it.value for it in Language),
    }
    return {"anyOf": [whole, {"type": "null"}]} if "anyOf" in schema else whole


def _typed(hint: Any, at: str, found: dict[str, JsonSchema]) -> JsonSchema:
    """What a type alone says. Raises ``TypeError`` for one that no message has had yet."""
    if hint in _SIMPLE:
        return {"type": _SIMPLE[hint]}
    if is_typeddict(hint):
        part = _part_of(hint)
        if part not in found:
            _define(part, hint, at, found)
        return {"$ref": f"{at}{part}"}
    if isinstance(hint, types.UnionType):
        return _either([_typed(one, at, found) for one in get_args(hint)])
    if get_origin(hint) is list:
        return {"type": "array", "items": _typed(get_args(hint)[0], at, found)}
    if get_origin(hint) is dict:
        return {"type": "object", "additionalProperties": _typed(get_args(hint)[1], at, found)}
    raise TypeError(f"got {hint!r}, expected a type that JSON has")


def _either(options: list[JsonSchema]) -> JsonSchema:
    """One of them; the last one of a union is null."""
    if all(one.keys() == {"type"} for one in options):
        return {"type": [one["type"] for one in options]}
    if options[0].get("type") == "array":
        return options[0] | {"type": ["array", "null"]}
    return {"anyOf": options}


_NAME_OF: Mapping[type, str] = {
    **{body: name for name, body in BODIES.items()},
    payloads.NamedBoth: "named_both",
}


def _part_of(hint: type) -> str:
    return _NAME_OF.get(hint) or hint.__name__.removesuffix("Body").lower()


def _reached(schema: Any, parts: Mapping[str, JsonSchema]) -> set[str]:
    """The names of the parts that a schema refers to, and those that these do."""
    if isinstance(schema, list):
        return set().union(*(_reached(one, parts) for one in schema))
    if not isinstance(schema, dict):
        return set()
    own = {str(schema["$ref"]).rpartition("/")[2]} if "$ref" in schema else set()
    inner = set().union(*(_reached(one, parts) for one in schema.values()))
    return own | inner | set().union(*(_reached(parts[name], parts) for name in own))
