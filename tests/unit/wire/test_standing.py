"""A camera that is lost is logged once, counted by reason, and told until it has been taken."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
import structlog

from alerts.errors import StoreError
from alerts.health import CameraState
from alerts.intake import Intake
from kerbwatch.metrics.book import Metrics
from kerbwatch.metrics.families import BookCollector
from kerbwatch.wire.standing import Standing
from tests.alerts_kit import FakeClock
from tests.scrape_kit import Samples, samples_of

ONLINE, OFFLINE, MOVED = CameraState.ONLINE, CameraState.OFFLINE, CameraState.MOVED


@dataclass
class FakeIntake:
    away: bool = False
    told: list[tuple[CameraState, int, str]] = field(default_factory=list)

    def camera_status(
        self,
        camera_id: str,
        state: CameraState,
        since_wall_ns: int,
        reason: str = "",
        until_wall_ns: int | None = None,
    ) -> None:
        assert (camera_id, until_wall_ns) == ("gate", None)
        if self.away:
            raise StoreError("store_write", problem="locked")
        self.told.append((state, since_wall_ns, reason))


class Rig:
    def __init__(self) -> None:
        self.clock, self.intake = FakeClock(), FakeIntake()
        self.metrics = Metrics(self.clock, {"gate": 2.0})
        self.standing = Standing("gate", cast("Intake", self.intake), self.metrics, self.clock)

    def scraped(self) -> Samples:
        return samples_of(BookCollector(self.metrics, "1"))


@pytest.fixture
def rig() -> Rig:
    return Rig()


@pytest.fixture
def logs() -> Iterator[list[Any]]:
    with structlog.testing.capture_logs() as captured:
        yield captured


def test_a_night_of_failed_tries_is_one_line_and_the_return_another(
    rig: Rig, logs: list[Any]
) -> None:
    rig.standing.tell(ONLINE, 1)
    for reason in ("timed_out", "refused", "timed_out", "refused", "refused") * 100:
        rig.standing.tell(OFFLINE, 2, reason, "no answer")
        rig.clock.pass_s(72)
    rig.standing.tell(ONLINE, 3)
    rig.standing.tell(ONLINE, 3)
    assert [(it["event"], it.get("reason"), it.get("lost_s")) for it in logs] == [
        ("camera_online", None, None),
        ("camera_offline", "timed_out", None),
        ("camera_online", None, 36_000.0),
    ]
    assert (logs[1]["why"], logs[1]["log_level"]) == ("no answer", "warning")


def test_people_are_told_of_every_reason(rig: Rig) -> None:
    for reason in ("timed_out", "refused", "refused"):
        rig.standing.tell(OFFLINE, 2, reason)
    assert rig.intake.told == [(OFFLINE, 2, "timed_out"), (OFFLINE, 2, "refused")]


def test_what_it_was_in_between_belongs_to_the_same_loss(rig: Rig, logs: list[Any]) -> None:
    rig.standing.tell(ONLINE, 1)
    rig.standing.tell(MOVED, 2)
    rig.clock.pass_s(10)
    rig.standing.tell(OFFLINE, 3, "refused")
    rig.clock.pass_s(10)
    rig.standing.tell(ONLINE, 4)
    told = ["camera_online", "camera_moved", "camera_offline", "camera_online"]
    assert [it["event"] for it in logs] == told
    assert logs[-1]["lost_s"] == 20


def test_state_and_restarts_are_counted_by_reason(rig: Rig) -> None:
    rig.standing.tell(ONLINE, 1)
    for reason in ("timed_out", "timed_out", "refused"):
        rig.standing.tell(OFFLINE, 2, reason)
    samples = rig.scraped()
    assert samples["kerbwatch_camera_up", ("gate",)] == 0
    assert samples["kerbwatch_camera_state", ("gate", "offline")] == 1
    assert samples["kerbwatch_restarts_total", ("gate", "timed_out")] == 1, "news, not repeats"
    assert samples["kerbwatch_restarts_total", ("gate", "refused")] == 1
    rig.standing.tell(ONLINE, 3)
    assert rig.scraped()["kerbwatch_camera_up", ("gate",)] == 1


def test_what_the_store_could_not_take_is_told_again_and_logged_no_more(
    rig: Rig, logs: list[Any]
) -> None:
    rig.intake.away = True
    rig.standing.tell(OFFLINE, 2, "refused")
    rig.standing.tell(OFFLINE, 2, "refused")
    rig.intake.away = False
    rig.standing.tell(OFFLINE, 2, "refused")
    rig.standing.tell(OFFLINE, 2, "refused")
    assert rig.intake.told == [(OFFLINE, 2, "refused")]
    assert [it["event"] for it in logs] == ["camera_offline"]
    assert rig.standing.state is OFFLINE


def test_a_stream_for_evidence_that_is_away_is_a_reason_of_a_camera_that_is_online(
    rig: Rig, logs: list[Any]
) -> None:
    """It stays online since when it was, and nothing is said of it while it cannot be seen."""
    rig.standing.beside("evidence_source_refused", "nothing answers")
    assert rig.intake.told == []
    rig.standing.tell(ONLINE, 1)
    rig.standing.tell(ONLINE, 2)
    rig.standing.beside("evidence_source_timed_out", "silent")
    assert rig.scraped()["kerbwatch_evidence_source_up", ("gate",)] == 0
    rig.clock.pass_s(60)
    rig.standing.beside("")
    assert rig.scraped()["kerbwatch_evidence_source_up", ("gate",)] == 1
    rig.standing.tell(OFFLINE, 9, "refused")
    rig.standing.beside("evidence_source_refused")
    rig.standing.beside("")
    rig.standing.tell(ONLINE, 10)
    assert rig.intake.told == [
        (ONLINE, 1, "evidence_source_refused"),
        (ONLINE, 1, "evidence_source_timed_out"),
        (ONLINE, 1, ""),
        (OFFLINE, 9, "refused"),
        (ONLINE, 10, ""),
    ]
    beside = [it["event"] for it in logs if it["event"].startswith("evidence")]
    assert beside == ["evidence_source_lost", "evidence_source_back"] * 2
    assert next(it["lost_s"] for it in logs if it["event"] == "evidence_source_back") == 60


def test_what_the_store_could_not_take_of_it_is_told_again(rig: Rig) -> None:
    rig.standing.tell(ONLINE, 1)
    rig.intake.away = True
    rig.standing.beside("evidence_source_refused")
    rig.intake.away = False
    rig.standing.tell(ONLINE, 7)
    assert rig.intake.told[1:] == [(ONLINE, 1, "evidence_source_refused")]


def test_what_was_lost_and_came_back_while_the_store_was_away_is_told_to_be_back(rig: Rig) -> None:
    """The intake has heard of the loss: unheard, the return would leave it a case without end."""
    rig.standing.tell(ONLINE, 1)
    rig.intake.away = True
    rig.standing.tell(OFFLINE, 2, "refused")
    rig.intake.away = False
    rig.standing.tell(ONLINE, 3)
    assert rig.intake.told == [(ONLINE, 1, ""), (ONLINE, 3, "")]
