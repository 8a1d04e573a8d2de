from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import pytest

from alerts.answers import Answer
from alerts.cases import NO_VIOLATION, CaseState
from alerts.commands import RefusalCode
from alerts.errors import EvidenceError
from alerts.verbs import Verb
from fences.event import EventKind
from tests.alerts_kit import fence_event, order
from tests.desk_kit import PICTURE, Desk, desk_with_case


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return desk_with_case(tmp_path)


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
    assert [body["version"] for body in desk.said("/r-7")] == [2, 2]
    assert desk.said("/r-8")[0] == desk.said("/r-8")[1]


def test_a_request_id_with_other_content_is_refused_and_the_first_answer_stays(desk: Desk) -> None:
    first = desk.order(Verb.ACCEPT, request_id="r-7")
    for answer in (
        desk.order(Verb.HANDLE, request_id="r-7"),
        desk.order(Verb.ACCEPT, request_id="r-7", words="其他"),
        desk.report(request_id="r-7"),
    ):
        assert answer.refusal is not None
        assert answer.refusal.code is RefusalCode.REQUEST_ID_REUSED
    assert desk.order(Verb.ACCEPT, request_id="r-7") == first
    assert desk.case.version == 2


def test_nobody_can_use_up_the_request_ids_of_another_one(desk: Desk) -> None:
    refused = desk.order(Verb.CLOSE, "wenshao", request_id="r-7")
    assert desk.order(Verb.ACCEPT, request_id="r-7").done
    assert desk.order(Verb.CLOSE, "wenshao", request_id="r-7") == refused
    assert [body["accepted"] for body in desk.said("result/duty-east/r-7")] == [True]


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
        (lambda d: d.order(Verb.HANDLE, picture="图" * 200), RefusalCode.NO_SUCH_PICTURE),
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
    (result,) = desk.said(f"result/{answer.actor}/{answer.request_id}")
    assert (result["accepted"], result["code"]) == (False, code.value)
    assert result["text"].keys() == {"zh", "en"}
    assert desk.woken == 1


@pytest.mark.parametrize("verb", [Verb.ACCEPT, Verb.REOPEN])
def test_whose_case_it_is_not_learns_nothing_of_it(desk: Desk, verb: Verb) -> None:
    """Neither how it stands, nor that there is a newer one at its place."""
    old = desk.case
    desk.order(Verb.REJECT)
    desk.clock.pass_s(3600)
    desk.see(fence_event(EventKind.OPENED, 4000, violation_s=4000))
    answer = desk.counter.take(order(old, verb, "other-estate"))
    (result,) = desk.said("result/other-estate/r-1")
    assert (result["code"], result["case_id"]) == ("not_yours", old.case_id)
    assert (result["version"], result["state"]) == (answer.version, answer.state) == (None, None)
    assert desk.counter.take(order(old, verb, "other-estate")) == answer, "as it was remembered"
    report = desk.report("other-estate", request_id="r-2")
    assert (report.case_id, report.version, report.state) == (None, None, None)


def test_who_may_see_a_case_is_told_how_it_stands_when_refused(desk: Desk) -> None:
    answer = desk.order(Verb.REOPEN)
    assert (answer.done, answer.version, answer.state) == (False, 1, "opened")
    assert desk.report("duty-east", request_id="r-2").version == 1


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
    assert team["verbs"] == ["handle", "extend", "note", "snooze", "lift"]
    mine = ["handle", "reject", "extend", "return", "suspend", "note", "silence", "snooze", "lift"]
    assert officer["verbs"] == mine
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


def test_the_same_report_again_opens_nothing(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    first = desk.report()
    assert desk.report() == first
    assert len(desk.store.cases()) == 1


def test_a_person_s_picture_is_written_anew_beside_the_case_s(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "phone.png"
    cv2.imwrite(str(file), PICTURE)
    path = desk.evidence.add(desk.case.case_id, "gate-3", desk.clock.wall_ns(), file)
    assert desk.evidence.file_of(desk.case.case_id, path) is not None
    for other in ("gate-3", desk.case.case_id[:-1], path, ""):
        assert desk.evidence.file_of(other, path) is None, "it is of its own case only"
    assert (desk.evidence.root / path).read_bytes()[:2] == b"\xff\xd8"
    assert desk.order(Verb.HANDLE, picture=path).done
    assert desk.case.after_picture == path
    for bad in (tmp_path / "none.jpg", tmp_path):
        with pytest.raises(EvidenceError, match="could not be read"):
            desk.evidence.add("x", "gate-3", 0, bad)
    file.write_text("no picture")
    with pytest.raises(EvidenceError, match="JPEG"):
        desk.evidence.add("x", "gate-3", 0, file)


def test_a_report_given_again_with_its_picture_is_the_same_on_the_next_day_too(
    tmp_path: Path,
) -> None:
    desk = Desk(tmp_path)
    file = tmp_path / "phone.png"
    cv2.imwrite(str(file), PICTURE)

    def again() -> Answer:
        picture = desk.evidence.add("n-1", "gate-3", desk.clock.wall_ns(), file)
        return desk.report(picture=picture)

    first = again()
    desk.clock.pass_s(86_400)
    assert first.done
    assert again() == first
