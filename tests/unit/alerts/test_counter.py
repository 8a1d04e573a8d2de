from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from alerts.aftercare import Aftercare
from alerts.answers import Answer
from alerts.cases import NO_VIOLATION, Case, CaseState, Verification
from alerts.commands import RefusalCode
from alerts.counter import Counter
from alerts.errors import EvidenceError
from alerts.evidence import EvidenceFolder
from alerts.health import CameraState
from alerts.intake import Batch, Intake
from alerts.reports import Report
from alerts.store.memory import MemoryStore
from alerts.verbs import Verb
from fences.event import EventKind, FenceEvent
from fences.state import FenceState, Violation, Watch, encode_state
from tests.alerts_kit import DIRECTORY, WRITER, FakeClock, fence_event, order

PICTURE = np.full((60, 80, 3), 90, np.uint8)
PLACE = ("gate-3", "lane", "blocked_fire_lane")


class Desk:
    """A store with everybody who writes to it."""

    def __init__(self, folder: Path) -> None:
        self.clock, self.store = FakeClock(), MemoryStore()
        self.evidence = EvidenceFolder(folder, DIRECTORY)
        self.woken = 0
        self.intake = Intake(self.store, WRITER, self.evidence, self.clock)
        self.counter = Counter(self.store, WRITER, self.evidence, self.clock, on_change=self._woken)
        self.aftercare = Aftercare(self.store, WRITER, self.clock, self.intake.heard)

    def _woken(self) -> None:
        self.woken += 1

    def see(self, event: FenceEvent, *, stands: bool = True) -> None:
        violation = Violation(event.violation, 1, 0, (1,), 0, 0.1) if stands else None
        watch = Watch("blocked_fire_lane", violation=violation)
        marks = {"lane": encode_state(FenceState(watches=(watch,)))}
        self.intake.receive(Batch("gate-3", 0, 0, (event,), marks, PICTURE))

    def order(self, verb: Verb, actor: str = "duty-east", **fields: Any) -> Answer:
        at_ns = self.clock.wall_ns()
        if verb in {Verb.EXTEND, Verb.SUSPEND}:
            fields.setdefault("until_wall_ns", at_ns + 3600 * 10**9)
        told = {"request_id": f"r-{at_ns}-{verb}-{actor}", "at_wall_ns": at_ns} | fields
        return self.counter.take(order(self.case, verb, actor, **told))

    def report(self, actor: str = "duty-east", **fields: Any) -> Answer:
        told: dict[str, Any] = {"words": "楼道口有建筑垃圾", "request_id": "n-1"} | fields
        camera_id, fence_id, scenario_id = told.pop("place", PLACE)
        told |= {"actor": actor, "at_wall_ns": self.clock.wall_ns()}
        return self.counter.take(Report(camera_id, fence_id, scenario_id, **told))

    @property
    def case(self) -> Case:
        return self.store.cases()[-1]

    def said(self, end: str) -> list[Any]:
        rows = self.store.unsent(0, 999)
        topics = [row.message for row in rows if row.message.topic.endswith(end)]
        return [json.loads(message.payload) for message in topics]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    made = Desk(tmp_path)
    made.intake.camera_status("gate-3", CameraState.ONLINE, made.clock.wall_ns())
    made.see(fence_event(EventKind.OPENED, 60))
    made.clock.pass_s(60)
    return made


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


def test_the_same_request_again_gets_the_very_same_answer_and_changes_nothing(desk: Desk) -> None:
    first = desk.order(Verb.ACCEPT, request_id="r-7")
    refused = desk.order(Verb.ACCEPT, "wenshao", request_id="r-8")
    assert refused.refusal is not None
    assert refused.refusal.code is RefusalCode.WRONG_STATE
    desk.order(Verb.RETURN, request_id="r-9")
    before = desk.store.cases()
    desk.clock.pass_s(10)
    assert desk.order(Verb.ACCEPT, request_id="r-7") == first
    assert desk.order(Verb.ACCEPT, "wenshao", request_id="r-8") == refused, "though it now could"
    assert desk.store.cases() == before
    assert [body["version"] for body in desk.said("result/r-7")] == [2, 2]
    assert desk.said("result/r-8")[0] == desk.said("result/r-8")[1]


def test_a_request_id_with_other_content_is_refused_and_the_first_answer_stays(desk: Desk) -> None:
    first = desk.order(Verb.ACCEPT, request_id="r-7")
    for answer in (
        desk.order(Verb.HANDLE, request_id="r-7"),
        desk.order(Verb.ACCEPT, "wenshao", request_id="r-7"),
        desk.order(Verb.ACCEPT, request_id="r-7", words="其他"),
        desk.report(request_id="r-7"),
    ):
        assert answer.refusal is not None
        assert answer.refusal.code is RefusalCode.REQUEST_ID_REUSED
    assert desk.order(Verb.ACCEPT, request_id="r-7") == first
    assert desk.case.version == 2


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (lambda d: d.order(Verb.ACCEPT, "nobody"), RefusalCode.UNKNOWN_ACTOR),
        (lambda d: d.order(Verb.ACCEPT, "camera"), RefusalCode.UNKNOWN_ACTOR),
        (lambda d: d.order(Verb.ACCEPT, "other-estate"), RefusalCode.NOT_YOURS),
        (lambda d: d.order(Verb.CLOSE, "wenshao"), RefusalCode.NOT_ALLOWED),
        (lambda d: d.order(Verb.REOPEN), RefusalCode.WRONG_STATE),
        (lambda d: d.order(Verb.ACCEPT, version=9), RefusalCode.STALE_VERSION),
        (lambda d: d.order(Verb.HANDLE, picture="no.jpg"), RefusalCode.NO_SUCH_PICTURE),
        (lambda d: d.order(Verb.HANDLE, picture="../x.jpg"), RefusalCode.NO_SUCH_PICTURE),
        (lambda d: d.order(Verb.HANDLE, picture="/etc/passwd"), RefusalCode.NO_SUCH_PICTURE),
        (lambda d: d.counter.take(order("none", Verb.ACCEPT)), RefusalCode.UNKNOWN_CASE),
        (lambda d: d.report(), RefusalCode.ALREADY_OPEN),
        (lambda d: d.report("other-estate"), RefusalCode.NOT_YOURS),
        (lambda d: d.report(words=" "), RefusalCode.NEEDS_WORDS),
        (lambda d: d.report(place=("gate-3", "x", "y")), RefusalCode.UNKNOWN_PLACE),
        (lambda d: d.report(place=("gate-3", "lane", "dogs")), RefusalCode.UNKNOWN_PLACE),
    ],
)
def test_what_is_refused_is_answered_and_changes_nothing(
    desk: Desk, act: Callable[[Desk], Answer], code: RefusalCode
) -> None:
    before = desk.store.cases()
    answer = act(desk)
    assert answer.refusal is not None
    assert answer.refusal.code is code
    assert desk.store.cases() == before
    (result,) = desk.said(f"result/{answer.request_id}")
    assert (result["accepted"], result["code"]) == (False, code.value)
    assert result["text"].keys() == {"zh", "en"}
    assert desk.woken == 1


def test_an_older_case_of_a_place_cannot_be_reopened(desk: Desk) -> None:
    old = desk.case
    desk.order(Verb.REJECT)
    desk.clock.pass_s(3600)
    desk.see(fence_event(EventKind.OPENED, 4000, violation_s=4000))
    answer = desk.counter.take(order(old, Verb.REOPEN))
    assert answer.refusal is not None
    assert answer.refusal.code is RefusalCode.SUPERSEDED
    assert answer.refusal.values["case_id"] == desk.case.case_id


def test_a_rejected_case_stays_finished_while_the_same_thing_stands_there(desk: Desk) -> None:
    desk.order(Verb.REJECT)
    desk.see(fence_event(EventKind.UPDATED, 70))
    assert (len(desk.store.cases()), desk.case.state) == (1, CaseState.REJECTED)


def test_inboxes_tell_who_did_what_and_what_each_may_do_now(desk: Desk) -> None:
    desk.order(Verb.ACCEPT, "wenshao", words="十分钟到")
    officer, team = desk.said("inbox/duty-east")[-1], desk.said("inbox/wenshao")[-1]
    assert (team["kind"], team["state"], team["reason"]) == ("update", "accepted", "accept")
    assert (team["by"]["id"], team["words"]) == ("wenshao", "十分钟到")
    assert team["verbs"] == ["handle", "extend", "note"]
    assert officer["verbs"] == ["handle", "reject", "extend", "return", "suspend", "note"]
    assert "【已接单】消防通道被占" in team["text"]["zh"]
    assert "经办：闻韶物业" in team["text"]["zh"]


def test_a_report_opens_a_case_that_a_camera_joins(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    answer = desk.report("wenshao")
    assert answer.done
    case = desk.case
    assert (case.case_id, case.state) == (answer.case_id, CaseState.OPENED)
    assert (case.reported_by, case.violation) == ("wenshao", NO_VIOLATION)
    assert case.recipients == ("duty-east", "wenshao")
    assert desk.said("inbox/duty-east")[0]["named_by"] == "reported:property"
    desk.see(fence_event(EventKind.OPENED, 60))
    assert len(desk.store.cases()) == 1
    joined = desk.case
    assert (joined.case_id, joined.version) == (case.case_id, 2)
    assert joined.violation == 60 * 10**9
    assert joined.picture is not None, "the camera shows what nobody had a picture of"
    desk.see(fence_event(EventKind.CLEARED, 90), stands=False)
    assert desk.case.close_reason == "self_cleared"


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


def test_the_same_report_again_opens_nothing(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    first = desk.report()
    assert desk.report() == first
    assert len(desk.store.cases()) == 1


def test_a_person_s_picture_is_written_anew_beside_the_case_s(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "phone.png"
    cv2.imwrite(str(file), PICTURE)
    path = desk.evidence.add(desk.case.case_id, "gate-3", desk.clock.wall_ns(), file)
    assert desk.evidence.has(path)
    assert (desk.evidence.root / path).read_bytes()[:2] == b"\xff\xd8"
    assert desk.order(Verb.HANDLE, picture=path).done
    assert desk.case.after_picture == path
    for bad in (tmp_path / "none.jpg", tmp_path):
        with pytest.raises(EvidenceError, match="could not be read"):
            desk.evidence.add("x", "gate-3", 0, bad)
    file.write_text("no picture")
    with pytest.raises(EvidenceError, match="JPEG"):
        desk.evidence.add("x", "gate-3", 0, file)
