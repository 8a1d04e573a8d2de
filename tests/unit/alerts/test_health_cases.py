"""A camera that stays unwell is a case of its own, one at a time, and it ends by itself."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from alerts.cases import Case, CaseState
from alerts.evidence import EvidenceFolder
from alerts.health import CAMERA_HEALTH, CameraState, HealthPlan
from alerts.inbox import parse_push
from alerts.intake import Batch, Intake
from alerts.messages import Writer
from alerts.push import push_text
from alerts.store.memory import MemoryStore
from alerts.store.port import Store
from alerts.store.sql import SqlStore
from alerts.texts import Language
from fences.event import EventKind
from tests.alerts_kit import DIRECTORY, TOPICS, FakeClock, fence_event

AFTER_S, WELL_S = 60.0, 60.0
PLAN = HealthPlan(after_ns=round(AFTER_S * 1e9), notify=("wenshao",))
WATCHED = replace(DIRECTORY, health={"gate-3": PLAN})


class City:
    """An intake whose clock the test moves, and what became of the camera."""

    def __init__(self, folder: Path, store: Store | None = None) -> None:
        self.store = MemoryStore() if store is None else store
        self.clock = FakeClock()
        writer = Writer(WATCHED, TOPICS)
        self.intake = Intake(self.store, writer, EvidenceFolder(folder, WATCHED), self.clock)

    def says(self, state: CameraState, lasts_s: float = 0.0) -> City:
        self.intake.camera_status("gate-3", state, self.clock.wall_ns())
        for _ in range(round(lasts_s)):
            self.clock.pass_s(1.0)
            self.intake.tend()
        return self

    @property
    def case(self) -> Case:
        """The only one."""
        (case,) = self.store.cases()
        return case

    def bodies(self, topic: str) -> list[Any]:
        rows = self.store.unsent(0, 99)
        return [json.loads(row.message.payload) for row in rows if row.message.topic == topic]

    @property
    def kinds(self) -> list[str]:
        return [body["kind"] for body in self.bodies(TOPICS.events)]


@pytest.fixture(params=["memory", "sql"])
def city(request: pytest.FixtureRequest, tmp_path: Path) -> City:
    sql = request.param == "sql"
    return City(tmp_path, SqlStore(f"sqlite:///{tmp_path}/cases.db") if sql else None)


def test_trouble_becomes_a_case_once_it_has_lasted_and_ends_once_it_is_over(city: City) -> None:
    city.says(CameraState.ONLINE, 5).says(CameraState.OFFLINE, AFTER_S - 1)
    assert city.store.cases() == ()
    city.says(CameraState.OFFLINE, 100)
    assert (city.case.state, city.case.named_by) == (CaseState.OPENED, "camera:offline")
    assert city.case.key == ("gate-3", "", CAMERA_HEALTH)
    city.says(CameraState.ONLINE, WELL_S - 1)
    assert city.case.is_open
    city.says(CameraState.ONLINE, 100)
    assert (city.case.state, city.case.close_reason) == (CaseState.CLOSED, "camera_well")
    assert city.kinds == ["new", "end"]
    assert city.store.truth().open_cases == ()


def test_another_trouble_is_the_same_case(city: City) -> None:
    city.says(CameraState.OFFLINE, 90).says(CameraState.FROZEN, 90)
    assert city.case.named_by == "camera:frozen"
    assert city.kinds == ["new", "update"]
    assert [line.reason for line in city.store.history(city.case.case_id)] == [
        "camera_unwell",
        "other_trouble",
    ]


def test_trouble_that_changes_its_kind_counts_from_its_beginning(city: City) -> None:
    city.says(CameraState.OFFLINE, 40).says(CameraState.COVERED, 30)
    assert city.case.named_by == "camera:covered"
    assert city.case.opened_wall_ns - city.case.since_wall_ns == AFTER_S * 1e9


def test_a_stream_that_comes_up_for_a_moment_is_still_in_trouble(city: City) -> None:
    for _ in range(4):
        city.says(CameraState.OFFLINE, 20).says(CameraState.ONLINE, 10)
    assert city.kinds == ["new"]
    city.says(CameraState.ONLINE, 100)
    assert city.kinds == ["new", "end"]


def test_short_troubles_that_are_far_apart_are_no_case(city: City) -> None:
    for _ in range(4):
        city.says(CameraState.BLACK, 40).says(CameraState.ONLINE, 90)
    assert city.store.cases() == ()


def test_trouble_that_comes_back_soon_reopens_its_case_and_later_is_another(city: City) -> None:
    city.says(CameraState.BLACK, 70).says(CameraState.ONLINE, 70).says(CameraState.BLACK, 70)
    assert city.case.state is CaseState.REOPENED
    city.says(CameraState.ONLINE, 500).says(CameraState.BLACK, 70)
    assert city.kinds == ["new", "end", "new", "end", "new"]
    assert len({case.case_id for case in city.store.cases()}) == 2


def test_a_case_that_a_person_has_ended_does_not_come_back_by_itself(city: City) -> None:
    city.says(CameraState.COVERED, 70)
    with city.store.write() as transaction:
        transaction.put_case(replace(city.case, state=CaseState.REJECTED))
    city.says(CameraState.BLURRED, 70)
    assert city.case.state is CaseState.REJECTED


def test_a_restart_leaves_the_case_to_what_the_camera_says_then(tmp_path: Path) -> None:
    before = City(tmp_path).says(CameraState.FROZEN, 70)
    after = City(tmp_path, before.store)
    after.clock.pass_s(100)
    assert after.intake.tend() == ()
    assert after.says(CameraState.ONLINE, 30).says(CameraState.FROZEN, 90).case.is_open
    assert after.kinds == ["new"]
    after.says(CameraState.ONLINE, 90)
    assert after.kinds == ["new", "end"]


def test_recipients_of_the_camera_are_told_what_is_the_matter_in_their_language(
    tmp_path: Path,
) -> None:
    city = City(tmp_path).says(CameraState.COVERED, 70)
    (body,) = city.bodies(TOPICS.inbox("wenshao"))
    assert city.bodies(TOPICS.inbox("duty-east")) == []
    assert body["fence"] is None
    push = parse_push(json.dumps(body).encode())
    assert push_text(push, Language.ZH)[:3] == (
        "【新案卷】摄像机异常",
        "地点：闻韶社区3号门",
        "依据：画面遮挡",
    )
    assert push_text(push, Language.EN)[0] == "[New case] Camera trouble"
    (event,) = city.bodies(TOPICS.events)
    assert (event["case"]["fence"], event["case"]["box"]) == (None, None)
    assert event["case"]["scenario"]["zh"] == "摄像机异常"


@pytest.mark.parametrize("state", list(CameraState))
def test_every_state_of_a_camera_has_its_words(state: CameraState, tmp_path: Path) -> None:
    if state is CameraState.ONLINE:
        assert City(tmp_path).says(state, 70).store.cases() == ()
        return
    (body,) = City(tmp_path).says(state, 70).bodies(TOPICS.inbox("wenshao"))
    assert state.value not in "\n".join(push_text(body, Language.ZH)[:3])


def test_street_cases_and_the_camera_s_do_not_meet(city: City) -> None:
    city.intake.receive(Batch("gate-3", 1, 2, (fence_event(EventKind.OPENED, 60),)))
    city.says(CameraState.COVERED, 70).says(CameraState.ONLINE, 70)
    street, camera = city.store.cases()
    assert street.is_open
    assert not camera.is_open
