"""``docs/REST.md`` and the OpenAPI document say the same, both ways."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, cast

import pytest
from fastapi import FastAPI

from alerts.commands import RefusalCode
from kerbwatch.rest.app import make_app
from kerbwatch.rest.errors import OWN, STATUS
from kerbwatch.rest.front import Front

TEXT = (Path(__file__).parent.parent / "docs" / "REST.md").read_text(encoding="utf-8")
OPENAPI = "GET /api/v1/openapi.json"


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    app = make_app(cast("Front", None)).app
    assert isinstance(app, FastAPI)
    return app.openapi()


def test_every_path_is_documented_and_every_documented_one_exists(document: Any) -> None:
    there = {
        f"{method.upper()} {path}"
        for path, methods in document["paths"].items()
        for method in methods
    }
    assert set(re.findall(r"^### `([^`]+)`$", TEXT, re.MULTILINE)) == there | {OPENAPI}


def test_every_parameter_is_documented_and_every_documented_one_exists(document: Any) -> None:
    section = TEXT.split("### `GET /api/v1/cases`\n")[1].split("\n### ")[0]
    rows = re.findall(r"^\| ([^|]+) \|", section, re.MULTILINE)
    named = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    assert named == {it["name"] for it in document["paths"]["/api/v1/cases"]["get"]["parameters"]}


def test_every_field_of_a_case_file_is_documented_and_every_documented_one_exists(
    document: Any,
) -> None:
    section = TEXT.split("### `GET /api/v1/cases/{case_id}`\n")[1].split("\n### ")[0]
    named = set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE))
    assert named | {"schema"} == set(document["components"]["schemas"]["case_file"]["properties"])


def test_every_code_is_documented_with_its_status() -> None:
    first, second = TEXT.split("## What is refused")[1].split("Everything else is")
    for part, expected in (
        (first, {code.value: status for code, status in STATUS.items()}),
        (second, dict(OWN)),
    ):
        rows = re.findall(r"^\| (\d+) \|(.+)\|$", part, re.MULTILINE)
        told = {
            code: int(status)
            for status, codes in rows
            for code in re.findall(r"`([a-z_]+)`", codes)
        }
        assert told == expected
    assert set(STATUS) == set(RefusalCode)


def test_whatever_the_document_refers_to_is_in_it(document: Any) -> None:
    named = set(re.findall(r"'#/components/schemas/(\w+)'", str(document)))
    assert named <= set(document["components"]["schemas"])
    assert {"case", "command", "report", "result", "error"} <= named
    open_to_all = [
        path
        for path, methods in document["paths"].items()
        for it in methods.values()
        if not it.get("security")
    ]
    assert open_to_all == ["/healthz"]
