"""The generated JSON Schemas and the AsyncAPI document."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, TypedDict

import pytest
from jsonschema import Draft7Validator, Draft202012Validator

from alerts import schema as generated
from alerts.asyncapi import asyncapi
from alerts.cases import Case
from alerts.commands import Command
from alerts.orders import Place, read_command
from alerts.payloads import CASE_SCHEMA
from alerts.report_orders import Reported, read_report
from alerts.schema import COMMAND, NAMES, REPORT, bundle, single
from tests.alerts_kit import START_WALL_NS, TOPICS, WRITER, new_case
from tests.hostile.commands import Attacker, Hostile
from tests.schema_kit import problems, validator

DOCUMENT = asyncapi()


def told(case: Case) -> str:
    return WRITER.case(case).payload


@pytest.mark.parametrize("dialect", [Draft7Validator, Draft202012Validator])
def test_the_schemas_are_schemas(dialect: Any) -> None:
    for one in (bundle(), *map(single, NAMES)):
        dialect.check_schema(one)


def test_a_case_fulfils_its_schema_alone_and_in_the_bundle() -> None:
    body = json.loads(told(new_case()))
    for one in (bundle(), single("case")):
        assert list(Draft202012Validator(one).iter_errors(body)) == []


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ({"version": 0}, "$.version"),
        ({"version": "1"}, "$.version"),
        ({"state": "lost"}, "$.state"),
        ({"since": "yesterday"}, "$.since"),
        ({"since": "2026-03-01T21:30:00"}, "$.since"),
        ({"verification": "perhaps"}, "$.verification"),
        ({"camera": {"id": "c"}}, "$.camera"),
        ({"box": [0, 0, 1]}, "$.box"),
        ({"schema": "kerbwatch.case/2"}, "$.schema"),
        ({"surprise": 1}, "$"),
    ],
)
def test_what_is_wrong_is_found(wrong: dict[str, Any], where: str) -> None:
    body = json.dumps(json.loads(told(new_case())) | wrong)
    (problem,) = problems(TOPICS.root, TOPICS.case("x"), body)
    assert problem.startswith(f"{TOPICS.case('x')}: {where}: ")


def test_what_is_missing_is_found() -> None:
    body = json.loads(told(new_case()))
    for key in body:
        less = {name: value for name, value in body.items() if name != key}
        assert len(list(validator("case").iter_errors(less))) == 1


def test_later_versions_may_have_more_fields() -> None:
    body = json.loads(told(new_case())) | {"later": 1}
    assert list(Draft202012Validator(single("case")).iter_errors(body)) == []


def test_a_type_that_json_has_not_is_refused() -> None:
    class Odd(TypedDict):
        moment: complex

    with pytest.raises(TypeError, match="complex"):
        generated._define("odd", Odd, "#/", {})


def test_commands_that_the_schema_forbids_are_refused_and_the_others_are_read() -> None:
    case = new_case()
    done = Hostile("", TOPICS.command("wenshao", case.case_id, "note"), b"{}", "wenshao")
    place = Place("duty-east", case.case_id, "accept")
    seen = set()
    for one in Attacker(3, case, done).commands(3000):
        try:
            body = json.loads(one.payload)
        except (ValueError, RecursionError):
            continue
        if one.topic.endswith("/new/report"):
            if not validator(REPORT).is_valid(body):
                assert not isinstance(read_report(place, one.payload, START_WALL_NS), Reported)
            continue
        fits = validator(COMMAND).is_valid(body)
        read = read_command(place, one.payload[:16_384], START_WALL_NS)
        if not fits:
            assert not isinstance(read, Command), body
        elif len(one.payload) <= 16_384 and body.get("by") in {None, "duty-east"}:
            assert isinstance(read, Command) or b"\\u0000" in one.payload, body
        seen.add(fits)
    assert seen == {True, False}


def _references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if "$ref" in part:
            assert set(part) == {"$ref"}, "what stands beside a reference is ignored"
            yield part["$ref"]
        for one in part.values():
            yield from _references(one)
    elif isinstance(part, list):
        for one in part:
            yield from _references(one)


def _at(reference: str) -> Any:
    found: Any = DOCUMENT
    for level in reference.removeprefix("#/").split("/"):
        found = found[level]
    return found


def test_every_reference_of_the_asyncapi_document_leads_somewhere() -> None:
    assert all(_at(one) for one in _references(DOCUMENT))


ALLOWED = {
    "": {"asyncapi", "id", "info", "servers", "defaultContentType", "channels", "operations"}
    | {"components"},
    "info": {"title", "version", "description", "termsOfService", "contact", "license", "tags"},
    "channel": {"address", "messages", "title", "summary", "description", "servers"}
    | {"parameters", "tags", "externalDocs", "bindings"},
    "operation": {"action", "channel", "title", "summary", "description", "security", "tags"}
    | {"externalDocs", "bindings", "traits", "messages", "reply"},
    "message": {"headers", "payload", "correlationId", "contentType", "name", "title", "summary"}
    | {"description", "tags", "externalDocs", "bindings", "examples", "traits"},
}
"""The fixed fields of AsyncAPI 3.0.0, by object."""


def test_the_asyncapi_document_has_the_fields_of_version_3() -> None:
    assert DOCUMENT["asyncapi"] == "3.0.0"
    assert set(DOCUMENT) <= ALLOWED[""]
    assert {"title", "version"} <= set(DOCUMENT["info"]) <= ALLOWED["info"]
    for channel in DOCUMENT["channels"].values():
        assert {"address", "messages"} <= set(channel) <= ALLOWED["channel"]
        assert set(re.findall(r"{(\w+)}", channel["address"])) == set(channel["parameters"])
    for operation in DOCUMENT["operations"].values():
        assert {"action", "channel"} <= set(operation) <= ALLOWED["operation"]
        assert operation["action"] in {"send", "receive"}
        channel = operation["channel"]["$ref"]
        assert all(one["$ref"].startswith(f"{channel}/messages/") for one in operation["messages"])
    for message in DOCUMENT["components"]["messages"].values():
        assert set(message) <= ALLOWED["message"]
    names = [name for part in ("channels", "operations") for name in DOCUMENT[part]]
    names += [name for part in DOCUMENT["components"].values() for name in part]
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+", name) for name in names)


def test_the_asyncapi_document_has_every_message_and_the_topics_that_are_published_to() -> None:
    channels = DOCUMENT["channels"].values()
    assert {name for one in channels for name in one["messages"]} == set(NAMES)
    case = next(one for one in channels if "case" in one["messages"])
    filled = case["address"].format(base="kerbwatch", site="linzi", case_id="x")
    assert filled == TOPICS.case("x")
    retained = {
        name
        for name, one in DOCUMENT["operations"].items()
        if one["bindings"]["mqtt"]["retain"] and one["action"] == "send"
    }
    states = {"sendStatus", "sendCameraStatus", "sendCameraCases", "sendCases"}
    assert retained == states | {"sendDiscovery"}
    assert DOCUMENT["operations"]["receiveCommands"]["action"] == "receive"
    payload = DOCUMENT["components"]["messages"]["case"]["payload"]["$ref"]
    assert _at(payload)["properties"]["schema"] == {"const": CASE_SCHEMA}


def test_schemas_of_the_asyncapi_document_are_those_of_the_messages() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    alone = json.dumps(bundle()["$defs"]).replace("#/$defs/", "#/components/schemas/")
    assert schemas == json.loads(alone)
