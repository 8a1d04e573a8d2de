"""The OpenAPI document: what FastAPI knows, and the bodies as the MQTT contract has them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from alerts.schema import COMMAND as COMMAND_NAME
from alerts.schema import REPORT as REPORT_NAME
from alerts.schema import JsonSchema, definitions
from kerbwatch.rest.errors import ERROR_SCHEMA
from kerbwatch.rest.reading import FORM, JSON

ABOUT = (
    "Read cases and act on them. The bodies, rules and refusals are those of the messages over "
    "MQTT; a case is one and the same, whichever way somebody acts on it."
)

_AT = "#/components/schemas/"


def _said(content: JsonSchema, words: str, kind: str = JSON) -> dict[str, Any]:
    return {"description": words, "content": {kind: {"schema": content}}}


def _of(name: str) -> JsonSchema:
    return {"$ref": f"{_AT}{name}"}


def _errors(*statuses: int) -> dict[int | str, dict[str, Any]]:
    words = {
        401: "The token is missing, not good, or not good any more.",
        403: "Not yours to see or do.",
        404: "There is no such thing.",
        422: "A parameter is not good.",
        429: "Too many wrong tokens.",
        503: "The store is away; again later.",
    }
    return {status: _said(_of("error"), words[status]) for status in statuses}


_REFUSED = "Refused by a rule: a result with a code. By this way in itself: an error."
_EITHER: JsonSchema = {"anyOf": [_of("result"), _of("error")]}

HEALTH: dict[int | str, dict[str, Any]] = {
    200: _said(_of("health"), "It is well."),
    **_errors(503),
}
PAGE: dict[int | str, dict[str, Any]] = {
    200: _said(_of("cases"), "A page; next is the cursor of the one after it."),
    **_errors(401, 422, 429, 503),
}
WHOLE: dict[int | str, dict[str, Any]] = {
    200: _said(_of("case_file"), "The case."),
    **_errors(401, 403, 404, 429, 503),
}
PICTURE: dict[int | str, dict[str, Any]] = {
    200: _said({"type": "string", "format": "binary"}, "The picture.", "image/jpeg"),
    **_errors(401, 403, 404, 429, 503),
}


def _sending(body: str, done: int) -> dict[str, Any]:
    """Of an operation that takes a body."""
    form = {
        "type": "object",
        "properties": {
            "body": {"type": "string", "description": f"The JSON: see {body}."},
            "picture": {"type": "string", "format": "binary", "description": "A JPEG."},
        },
        "required": ["body"],
        "additionalProperties": False,
    }
    refused = {status: _said(_EITHER, _REFUSED) for status in (400, 403, 404, 408, 409, 413, 415)}
    content = {JSON: {"schema": _of(body)}, FORM: {"schema": form}}
    return {
        "status_code": done,
        "responses": {
            done: _said(_of("result"), "Done, or done before under this request_id."),
            **refused,
            422: _said(_EITHER, _REFUSED),
            **_errors(401, 429, 503),
        },
        "openapi_extra": {"requestBody": {"required": True, "content": content}},
    }


COMMAND = _sending(COMMAND_NAME, 200)
REPORT = _sending(REPORT_NAME, 201)


def documented(app: FastAPI) -> Callable[[], dict[str, Any]]:
    """What makes the document of an application, once."""
    made: dict[str, Any] = {}

    def document() -> dict[str, Any]:
        if not made:
            made.update(
                get_openapi(
                    title=app.title,
                    version=app.version,
                    description=app.description,
                    routes=app.routes,
                )
            )
            parts = made.setdefault("components", {}).setdefault("schemas", {})
            parts.update(_used(made, {**definitions(_AT), **_own()}))
        return made

    return document


def _used(document: Any, parts: dict[str, JsonSchema]) -> dict[str, JsonSchema]:
    """Of these parts those that a document refers to, and that these refer to."""
    found: dict[str, JsonSchema] = {}
    waiting = [document]
    while waiting:
        names = set(re.findall(rf'"{_AT}(\w+)"', json.dumps(waiting.pop())))
        for name in sorted(names - found.keys()):
            if name in parts:
                found[name] = parts[name]
                waiting.append(parts[name])
    return found


def _own() -> dict[str, JsonSchema]:
    """The bodies that only REST has."""
    texts = {it: {"type": "string"} for it in ("zh", "en")}
    strings: JsonSchema = {"type": "array", "items": {"type": "string"}}
    objects: JsonSchema = {"type": "array", "items": {"type": "object"}}
    text = {"type": "object", "properties": texts, "required": ["zh", "en"]}
    string: JsonSchema = {"type": "string"}
    return {
        "error": _object(schema={"const": ERROR_SCHEMA}, code=string, text=text),
        "health": _object(state={"const": "ok"}, version=string),
        "cases": _object(
            schema={"const": "kerbwatch.cases/1"},
            cases={"type": "array", "items": _of("case")},
            next={"type": ["string", "null"]},
        ),
        "case_file": _object(
            schema={"const": "kerbwatch.case_file/1"},
            case=_of("case"),
            overdue=strings,
            silences=objects,
            log={"type": "array", "items": _of("line")},
            verbs=strings,
            pictures=strings,
        ),
        "line": _object(
            version={"type": "integer"},
            at={"type": "string", "format": "date-time"},
            state=string,
            actor=string,
            reason=string,
            words={"type": ["string", "null"]},
            picture={"type": ["string", "null"]},
            until={"type": ["string", "null"]},
        ),
    }


def _object(**fields: JsonSchema) -> JsonSchema:
    return {"type": "object", "properties": fields, "required": list(fields)}
