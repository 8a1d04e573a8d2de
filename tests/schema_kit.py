"""Whether what is published is as the generated schemas say, to the last field."""

from __future__ import annotations

import json
from datetime import datetime
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.protocols import Validator

from alerts.payloads import DIGEST_SCHEMA
from alerts.schema import COMMAND, DISCOVERY, REPORT, bundle
from alerts.service_payloads import NOTICE_SCHEMA


def closed(schema: Any) -> Any:
    """The same schema, in which no object may have a field that the schema does not name."""
    if isinstance(schema, list):
        return [closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {key: closed(value) for key, value in schema.items()}
    if "properties" in schema and isinstance(schema["properties"], dict):
        inner.setdefault("additionalProperties", False)
    return inner


@cache
def validator(name: str) -> Validator:
    """Of one message by name, such as ``case``: strict, times and all."""
    whole = closed(bundle())
    schema = {"$ref": f"#/$defs/{name}", "$defs": whole["$defs"]}
    formats = FormatChecker(formats=[])
    formats.checks("date-time", raises=ValueError)(_is_moment)
    return Draft202012Validator(schema, format_checker=formats)


def _is_moment(value: object) -> bool:
    """ISO 8601 with an offset; what is no text is another rule's business."""
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


def kind_of(root: str, topic: str, body: Any = None) -> str:
    """Which message a topic has. Raises ``KeyError`` where the contract has no such topic."""
    levels = topic.removeprefix(f"{root}/").split("/")
    names = {"status": "status", "events": "event", "cases": "case", "inbox": "inbox"}
    names |= {"result": "result", "cmd": COMMAND}
    if levels[0] == "inbox" and isinstance(body, dict):
        return {DIGEST_SCHEMA: "digest", NOTICE_SCHEMA: "notice"}.get(
            str(body.get("schema")), "inbox"
        )
    if levels[0] == "cameras" and levels[2:] == ["status"]:
        return "camera"
    if levels[0] == "cameras" and levels[2:] == ["cases"]:
        return "camera_cases"
    if levels[-1] == "config":
        return DISCOVERY
    if levels[0] == "cmd" and levels[2:] == ["new", "report"]:
        return REPORT
    return names[levels[0]]


def problems(root: str, topic: str, payload: str) -> list[str]:
    """What is wrong with a message; nothing, it is to be hoped. Others than ours are not judged."""
    if not topic.startswith(f"{root}/") and not topic.endswith("/config"):
        return []
    may_end = {"case", "camera", "camera_cases", DISCOVERY}
    name = kind_of(root, topic)
    if name in {COMMAND, REPORT} or (name in may_end and not payload):
        return []  # people send anything; what has ended has no payload
    body = json.loads(payload)
    name = kind_of(root, topic, body)
    found = validator(name).iter_errors(body)
    return [f"{topic}: {it.json_path}: {it.message}" for it in found]
