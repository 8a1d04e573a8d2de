from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import structlog

from alerts.aftercare import Aftercare
from alerts.cases import CaseState, Verification
from alerts.errors import StoreError
from alerts.evidence import EvidenceFolder, Saved
from alerts.health import CameraState
from alerts.intake import Intake
from alerts.registry import make_registry
from alerts.verbs import Verb
from fences.event import EventKind
from tests.alerts_kit import WRITER, fence_event
from tests.desk_kit import PICTURE, Desk, desk_with_case


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return desk_with_case(tmp_path)


def test_the_whole_loop_ends_verified_with_a_picture_before_and_after(desk: Desk) -> None:
    assert desk.order(Verb.ACCEPT, "wenshao").done
    assert desk.order(Verb.HANDLE, "wenshao").done
    desk.see(fence_event(EventKind.CLEARED, 90), stands=False)
    assert desk.aftercare.tend() == ()
    desk.clock.pass_s(60)
    assert len(desk.aftercare.tend()) == 2
    case = desk.case
    assert (case.state, case.verification) == (CaseState.CLOSED, Verification.VERIFIED)
    assert case.picture is not None
    assert case.after_picture is not None
    assert case.picture != case.after_picture
    assert all((desk.evidence.root / path).is_file() for path in (case.picture, case.after_picture))
    states = [line.state.value for line in desk.store.history(case.case_id)]
    assert states == ["opened", "accepted", "handled", "handled", "verified", "closed"]
    assert desk.aftercare.tend() == ()
    end = desk.said("inbox/wenshao")[-1]
    assert (end["kind"], end["reason"], end["verbs"]) == ("end", "verified", [])
    assert end["after_picture"].endswith(".after.jpg")


def test_what_still_stands_there_is_returned(desk: Desk) -> None:
    desk.order(Verb.HANDLE)
    desk.clock.pass_s(299)
    assert desk.aftercare.tend() == ()
    desk.clock.pass_s(1)
    (change,) = desk.aftercare.tend()
    assert (change.case.state, change.transition.reason) == (CaseState.RETURNED, "still_there")
    push = desk.said("inbox/wenshao")[-1]
    assert (push["state"], push["reason"], push["by"]) == ("returned", "still_there", None)
    assert "accept" in push["verbs"]


def test_what_is_returned_shows_the_place_as_it_is_now(desk: Desk) -> None:
    looks = desk.intake.looks
    care = Aftercare(
        desk.store, WRITER, desk.clock, desk.intake.heard, evidence=desk.evidence, looks=looks
    )
    desk.order(Verb.HANDLE)
    assert not looks.wanted("gate-3")
    desk.clock.pass_s(300)
    assert care.tend() == ()
    assert looks.wanted("gate-3")
    desk.clock.pass_s(2)
    looks.put("gate-3", PICTURE)
    assert not looks.wanted("gate-3")
    (change,) = care.tend()
    assert change.case.state is CaseState.RETURNED
    assert change.case.after_picture is not None
    assert (desk.evidence.root / change.case.after_picture).is_file()
    assert desk.said("inbox/wenshao")[-1]["after_picture"].endswith(".after.jpg")


def test_a_camera_that_gives_no_look_in_time_is_not_waited_for(desk: Desk) -> None:
    looks = desk.intake.looks
    care = Aftercare(
        desk.store, WRITER, desk.clock, desk.intake.heard, evidence=desk.evidence, looks=looks
    )
    desk.order(Verb.HANDLE)
    desk.clock.pass_s(300)
    assert care.tend() == ()
    desk.clock.pass_s(29)
    assert care.tend() == ()
    desk.clock.pass_s(1)
    assert [change.case.after_picture for change in care.tend()] == [None]
    looks.put("gate-3", PICTURE)
    assert not looks.wanted("gate-3"), "nobody waits for it"


def test_a_camera_that_has_said_nothing_since_the_start_returns_nothing(desk: Desk) -> None:
    desk.order(Verb.HANDLE)
    desk.clock.pass_s(3600)
    fresh = Intake(desk.store, WRITER, desk.evidence, desk.clock)
    restarted = Aftercare(desk.store, WRITER, desk.clock, fresh.heard)
    assert restarted.tend() == ()
    fresh.camera_status("gate-3", CameraState.ONLINE, desk.clock.wall_ns())
    assert restarted.tend() == ()
    desk.clock.pass_s(300)
    assert [change.case.state for change in restarted.tend()] == [CaseState.RETURNED]


def test_a_report_that_no_camera_joins_is_verified_by_a_person(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.intake.camera_status("gate-3", CameraState.ONLINE, desk.clock.wall_ns())
    desk.report()
    desk.order(Verb.HANDLE)
    desk.clock.pass_s(300)
    (change,) = desk.aftercare.tend()
    assert change.case.verification is Verification.CANNOT_VERIFY
    assert desk.order(Verb.CLOSE, words="已到现场查看").done
    assert desk.case.verification is Verification.BY_HAND


def test_a_report_of_what_the_camera_sees_standing_there_is_returned(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.intake.camera_status("gate-3", CameraState.ONLINE, desk.clock.wall_ns())
    desk.stand()
    desk.report()
    desk.order(Verb.HANDLE)
    desk.clock.pass_s(300)
    assert [change.case.state for change in desk.aftercare.tend()] == [CaseState.RETURNED]


def test_a_picture_of_the_clear_place_never_takes_the_place_of_that_of_the_opening(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is drawn before the case is locked, and somebody may return the case meanwhile."""
    before = desk.case.picture
    desk.order(Verb.HANDLE)
    save = EvidenceFolder.save

    def slow(*args: Any) -> Saved:
        saved = save(*args)
        assert desk.order(Verb.RETURN).done
        return saved

    monkeypatch.setattr(EvidenceFolder, "save", slow)
    desk.see(fence_event(EventKind.CLEARED, 90), stands=False)
    assert (desk.case.state, desk.case.close_reason) == (CaseState.CLOSED, "self_cleared")
    assert desk.case.picture == before


def test_what_was_kept_is_told_even_if_the_next_case_cannot_be_kept(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    care = Aftercare(
        desk.store,
        WRITER,
        desk.clock,
        desk.intake.heard,
        registry=make_registry(
            desk.store, desk.clock, on_notice=lambda notice: told.append(notice.case.fence_id)
        ),
    )
    assert desk.order(Verb.SUSPEND).done
    desk.see(fence_event(EventKind.OPENED, 60, fence_id="strip"))
    assert desk.order(Verb.SUSPEND, request_id="r-2").done
    desk.clock.pass_s(3600)
    write, times = desk.store.write, iter([True, False])

    def full() -> Any:
        if next(times):
            return write()
        raise StoreError("store_write", problem="disk full")

    with monkeypatch.context() as filling:
        filling.setattr(desk.store, "write", full)
        with pytest.raises(StoreError):
            care.tend()
    assert told == ["lane"]
    assert [change.case.fence_id for change in care.tend()] == ["strip"]
    assert told == ["lane", "strip"]


def test_a_store_that_is_back_is_said_even_if_nothing_waits(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(_: object) -> None:
        raise StoreError("store_write", problem="gone")

    with structlog.testing.capture_logs() as logs:
        with monkeypatch.context() as gone:
            gone.setattr(desk.store, "cases_in", failing)
            for _ in range(2):
                with pytest.raises(StoreError):
                    desk.aftercare.tend()
        assert desk.aftercare.tend() == ()
    assert [line["event"] for line in logs] == ["store_away", "store_back"]
