"""What Home Assistant is told: documents that read topics that there are."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pytest

from alerts.cases import Case
from alerts.discovery import Discovery, discovery_topic, documents
from alerts.health import CameraState, CameraStatus, QueueStats, ServiceState
from alerts.place import FencePlace, Site, make_directory
from alerts.texts import Language
from tests.alerts_kit import DIRECTORY, START_WALL_NS, TOPICS, WRITER, new_case
from tests.schema_kit import problems

BODIES = {
    one.topic: json.loads(one.payload) for one in documents(Discovery("0.0.1"), DIRECTORY, TOPICS)
}
BY_ID = {body["unique_id"].removeprefix("kerbwatch_linzi_"): body for body in BODIES.values()}
LANE, GATE = "camera_gate-3_fence_lane_case", "camera_gate-3"


def read(template: str, payload: str) -> Any:
    """What a template makes of a payload: ours are also expressions of Python."""
    match = re.fullmatch(r"{{ (.*) }}", template)
    assert match is not None
    code = compile(match[1], "template", "eval")
    assert set(code.co_names) <= {"value_json", *json.loads(payload)}, "a field that is not there"
    return eval(code, {"value_json": SimpleNamespace(**json.loads(payload))})


def status(state: ServiceState = ServiceState.ONLINE) -> str:
    queue = QueueStats(7, START_WALL_NS)
    return WRITER.status(state, "1", 0, START_WALL_NS + 1_500_000_000, queue, 1.0).payload


def camera(state: CameraState) -> str:
    return WRITER.camera(CameraStatus("gate-3", state, START_WALL_NS)).payload


def cases(**fences: int) -> str:
    return WRITER.camera_cases(
        "gate-3", {("gate-3", name): n for name, n in fences.items()}
    ).payload


def test_there_is_a_document_for_service_cameras_and_fences_and_nothing_else() -> None:
    assert set(BY_ID) == {
        "status",
        "queue",
        "oldest",
        f"{GATE}_connectivity",
        f"{GATE}_problem",
        f"{GATE}_cases",
        LANE,
        f"{GATE}_fence_strip_case",
    }


def test_topics_say_component_site_and_entity_and_every_document_fits_its_schema() -> None:
    for one in documents(Discovery("0.0.1"), DIRECTORY, TOPICS):
        body = json.loads(one.payload)
        entity = body["unique_id"].removeprefix("kerbwatch_linzi_")
        component = "sensor" if "state_class" in body else "binary_sensor"
        assert one.topic == f"homeassistant/{component}/kerbwatch_linzi/{entity}/config"
        assert one.retained
        assert problems(TOPICS.root, one.topic, one.payload) == []


def test_every_topic_that_is_read_is_one_that_is_published() -> None:
    published = {TOPICS.status, TOPICS.camera_status("gate-3"), TOPICS.camera_cases("gate-3")}
    read_ones = {v for body in BODIES.values() for k, v in body.items() if k.endswith("_topic")}
    assert read_ones == published


def test_entities_are_grouped_by_camera_below_the_site() -> None:
    site, gate = ["kerbwatch_linzi"], ["kerbwatch_linzi_gate-3"]
    for name, body in BY_ID.items():
        assert body["device"]["identifiers"] == (gate if name.startswith(GATE) else site)
        assert body["device"].get("via_device") == (site[0] if name.startswith(GATE) else None)


@pytest.mark.parametrize(
    ("entity", "payload", "shown"),
    [
        ("status", status(), "ON"),
        ("status", status(ServiceState.OFFLINE), "OFF"),
        ("status", status(ServiceState.STOPPED), "OFF"),
        ("queue", status(), 7),
        ("oldest", status(), 1.5),
        (f"{GATE}_connectivity", camera(CameraState.ONLINE), "ON"),
        (f"{GATE}_connectivity", camera(CameraState.COVERED), "ON"),
        (f"{GATE}_connectivity", camera(CameraState.OFFLINE), "OFF"),
        (f"{GATE}_problem", camera(CameraState.ONLINE), "OFF"),
        (f"{GATE}_problem", camera(CameraState.COVERED), "ON"),
        (f"{GATE}_problem", camera(CameraState.OFFLINE), "ON"),
        (f"{GATE}_cases", cases(), 0),
        (f"{GATE}_cases", cases(lane=2, strip=1), 3),
        (LANE, cases(strip=1), "OFF"),
        (LANE, cases(lane=2), "ON"),
    ],
)
def test_templates_read_what_is_published(entity: str, payload: str, shown: object) -> None:
    assert read(BY_ID[entity]["value_template"], payload) == shown


@pytest.mark.parametrize("state", ServiceState)
def test_all_but_the_news_itself_is_unavailable_while_the_service_is_not_there(
    state: ServiceState,
) -> None:
    for name, body in BY_ID.items():
        if name == "status":
            assert not {"availability_topic", "availability_template"} & set(body)
            continue
        shown = read(body["availability_template"], status(state))
        assert shown == ("online" if state is ServiceState.ONLINE else "offline")


def test_cases_of_the_camera_itself_and_of_fences_that_are_gone_count_and_others_do_not() -> None:
    counts = {("gate-3", ""): 1, ("gate-3", "gone"): 1, ("gate-3", "lane"): 2, ("other", "lane"): 5}
    body: Mapping[str, Any] = json.loads(WRITER.camera_cases("gate-3", counts).payload)
    assert (body["open_cases"], body["fences"]) == (4, {"lane": 2, "strip": 0})
    case: Case = new_case()
    assert case.key[:2] == ("gate-3", "lane")


@pytest.mark.parametrize(
    ("language", "name"),
    [(Language.ZH, "消防通道：有未结案卷"), (Language.EN, "消防通道: open case")],
)
def test_names_are_in_the_language_that_was_asked_for(language: Language, name: str) -> None:
    made = documents(Discovery("1", language=language), DIRECTORY, TOPICS)
    names = [json.loads(one.payload)["name"] for one in made]
    assert name in names
    assert len(set(names)) == len(names)
    assert json.loads(made[0].payload)["device"]["name"] == "Kerbwatch 临淄区"


@pytest.mark.parametrize("prefix", ["", "/", "a//b", "/a", "a/", "a/#", "+", "a b", "区"])
def test_a_prefix_that_would_break_a_topic_is_refused(prefix: str) -> None:
    with pytest.raises(ValueError, match="discovery prefix"):
        Discovery("1", prefix)


def test_a_prefix_may_have_levels() -> None:
    made = documents(Discovery("1", "ha/city"), DIRECTORY, TOPICS)
    assert {one.topic.split("/kerbwatch_")[0] for one in made} == {
        "ha/city/binary_sensor",
        "ha/city/sensor",
    }
    assert made[0].topic == discovery_topic("ha/city", "binary_sensor", "linzi", "status")


@pytest.mark.parametrize(("site", "camera_id", "fence"), [("a.b", "c", "f"), ("s", "c.d", "f")])
def test_an_id_that_home_assistant_would_not_take_is_refused(
    site: str, camera_id: str, fence: str
) -> None:
    places = [FencePlace(camera_id, "c", fence, "f")]
    directory = make_directory(Site(site, "s", "Asia/Shanghai"), [], places)
    with pytest.raises(ValueError, match="got id"):
        documents(Discovery("1"), directory, TOPICS)
