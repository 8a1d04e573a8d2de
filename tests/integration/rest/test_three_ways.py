"""REST, command line and MQTT: one case book with one set of rules."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner

from alerts.mqtt.commands import CommandPost
from alerts.orders import Place
from alerts.reception import Reception
from alerts.reports import Report
from kerbwatch.cli.app import app
from kerbwatch.config.load import load_options
from kerbwatch.rest.app import make_app
from kerbwatch.rest.errors import STATUS
from kerbwatch.rest.front import Front
from kerbwatch.rest.gallery import Gallery
from kerbwatch.rest.office import Office
from kerbwatch.rest.tokens import Doorkeeper, sha256_of
from kerbwatch.wire.casework import CaseWork, case_work
from tests.alerts_kit import FakeClock

CONFIG = f"""
site: {{id: linzi, timezone: Asia/Shanghai}}
recipients:
  - {{id: duty, role: officer}}
  - {{id: guard, role: property}}
  - {{id: other, role: property}}
rest:
  tokens:
    - {{recipient: duty, sha256: {sha256_of("duty")}}}
    - {{recipient: guard, sha256: {sha256_of("guard")}}}
    - {{recipient: other, sha256: {sha256_of("other")}}}
cameras:
  - id: gate-3
    url: clip.mp4
    fences:
      - id: lane
        polygon: [[0.1, 0.5], [0.5, 0.5], [0.6, 0.9]]
        scenarios: {{blocked_fire_lane: {{}}}}
        see: [obstruction]
        notify: [duty, guard]
"""
LATER, LONG_AGO = "2099-01-01T00:00:00+08:00", "2001-01-01T00:00:00+08:00"
PLACE = ("gate-3", "lane", "blocked_fire_lane")


class Ways:
    """The same command, three times, each under an id of its own: a second one is a repeat."""

    def __init__(self, config: Path, work: CaseWork) -> None:
        options = load_options(config, env={})
        assert options.rest is not None
        self.config, self.work = config, work
        reported = Report(*PLACE, "duty", "n-0", work.clock.wall_ns(), "占道")
        self.case_id = str(work.counter.take(reported).case_id)
        front = Front(
            Office(work), Gallery(work, options, {}), Doorkeeper(options.rest.tokens, work.clock)
        )
        self.client = TestClient(make_app(front))
        reception = Reception(work.counter, work.evidence)
        self.post = CommandPost(work.counter, work.writer.topics, work.clock, reception)

    def rest(self, case_id: str, verb: str, who: str, body: dict[str, Any]) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {who}"}
        path = f"/api/v1/cases/{case_id}/{verb}"
        answer = self.client.post(
            path, json={"request_id": f"rest-{verb}-{who}", **body}, headers=headers
        )
        said: dict[str, Any] = answer.json()
        assert answer.status_code == STATUS[said["code"]]
        return said

    def mqtt(self, case_id: str, verb: str, who: str, body: dict[str, Any]) -> dict[str, Any]:
        payload = json.dumps({"request_id": f"mqtt-{verb}-{who}", **body}).encode()
        answer = self.post.handle(Place(who, case_id, verb), payload)
        assert answer is not None
        said: dict[str, Any] = json.loads(self.work.writer.result(answer).payload)
        return said

    def command_line(
        self, case_id: str, verb: str, who: str, body: dict[str, Any]
    ) -> dict[str, Any]:
        options = [item for key, value in body.items() for item in (f"--{key}", str(value))]
        whole = ["cases", verb, case_id, "--as", who, *options, "--json", "-c", str(self.config)]
        said: dict[str, Any] = json.loads(CliRunner().invoke(app, whole).stdout)
        return said


@pytest.fixture(scope="module")
def ways(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ways]:
    config = tmp_path_factory.mktemp("ways") / "streams.yaml"
    config.write_text(CONFIG, encoding="utf-8")
    with case_work(load_options(config, env={}), FakeClock()) as work:
        yield Ways(config, work)


@pytest.mark.parametrize(
    ("verb", "who", "body", "code"),
    [
        ("accept", "other", {}, "not_yours"),
        ("reject", "guard", {"words": "误报"}, "not_allowed"),
        ("accept", "duty", {"version": 7}, "stale_version"),
        ("reopen", "duty", {"words": "再看"}, "wrong_state"),
        ("reject", "duty", {}, "needs_words"),
        ("suspend", "duty", {"words": "施工", "until": LONG_AGO}, "until_past"),
        ("snooze", "guard", {"until": LATER}, "until_too_far"),
        ("lift", "duty", {}, "nothing_to_lift"),
    ],
)
def test_the_same_command_is_refused_alike_whichever_way_it_comes(
    ways: Ways, verb: str, who: str, body: dict[str, Any], code: str
) -> None:
    request = (ways.case_id, verb, who, body)
    ask = {"rest": ways.rest, "mqtt": ways.mqtt, "command line": ways.command_line}
    said = {name: way(*request) for name, way in ask.items()}
    told = {
        name: {key: one[key] for key in ("accepted", "code", "text", "verb", "version", "state")}
        for name, one in said.items()
    }
    assert [one["code"] for one in told.values()] == [code] * len(told)
    assert told["rest"] == told["mqtt"] == told["command line"]
    case = ways.work.store.case(ways.case_id)
    assert case is not None
    assert case.version == 1


def test_what_came_by_one_way_is_known_by_the_others(ways: Ways) -> None:
    """A request id is its sender's, whichever way it is sent."""
    body = {"request_id": "same", "version": 9}
    first = ways.mqtt(ways.case_id, "accept", "guard", body)
    assert ways.rest(ways.case_id, "accept", "guard", body) == first
    other = {**body, "words": "不同"}
    assert ways.rest(ways.case_id, "accept", "guard", other)["code"] == "request_id_reused"
