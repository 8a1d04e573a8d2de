"""Reports over MQTT: read, their pictures looked at before they are decoded, and taken once."""

from __future__ import annotations

import json
from base64 import b64encode
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.answers import Answer
from alerts.commands import RefusalCode
from alerts.errors import EvidenceError
from alerts.evidence import EvidenceFolder
from alerts.jpeg import MAX_SCANS, MAX_SIDE_PX, is_fit_jpeg, jpeg_size
from alerts.orders import Place, Unusable, read_command
from alerts.reception import Reception
from alerts.report_orders import (
    KEYS,
    MAX_PICTURE_BYTES,
    MAX_REPORT_BYTES,
    Reported,
    is_report,
    read_report,
)
from alerts.reports import Report
from alerts.schema import REPORT, single
from fences.event import EventKind
from tests.alerts_kit import DIRECTORY, START_WALL_NS, fence_event
from tests.desk_kit import PLACE, Desk

AT = Place("wenshao", "new", "report")
GOOD = dict(zip(("camera", "fence", "scenario"), PLACE, strict=True)) | {
    "request_id": "n-1",
    "words": "楼道口有建筑垃圾",
}


def jpeg(width: int = 80, height: int = 60, *more: int) -> bytes:
    rng = np.random.default_rng(3)
    image = rng.integers(0, 255, (height, width, 3)).astype(np.uint8)
    done, data = cv2.imencode(".jpg", image, more)
    assert done
    return data.tobytes()


def in_base64(data: bytes) -> str:
    return b64encode(data).decode()


def read(body: object) -> Reported | Answer | Unusable:
    payload = body if isinstance(body, bytes) else json.dumps(body).encode()
    return read_report(AT, payload, START_WALL_NS)


def refusal_of(answer: object) -> tuple[RefusalCode, str]:
    assert isinstance(answer, Answer)
    assert answer.refusal is not None
    return answer.refusal.code, str(answer.refusal.values.get("problem", ""))


def test_a_report_has_all_that_its_payload_says() -> None:
    plain = Report(*PLACE, "wenshao", "n-1", START_WALL_NS, "楼道口有建筑垃圾")
    assert read(GOOD) == Reported(plain, None)
    data = jpeg()
    full = GOOD | {"schema": "kerbwatch.report/1", "by": "wenshao", "picture": in_base64(data)}
    assert read(full) == Reported(plain, data)
    assert full.keys() == KEYS == single(REPORT)["properties"].keys()


def test_only_its_own_topic_is_of_reports() -> None:
    assert is_report(AT)
    assert not is_report(Place("wenshao", "new", "accept"))
    assert not is_report(Place("wenshao", "c-1", "report"))
    answer = read_command(Place("wenshao", "c-1", "report"), b'{"request_id": "r"}', 0)
    assert refusal_of(answer)[0] is RefusalCode.UNKNOWN_VERB


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"camera": None}, "camera: expected an id"),
        ({"fence": "a/b"}, "fence: expected an id"),
        ({"scenario": 5}, "scenario: expected an id"),
        ({"words": "x" * 1001}, "words: expected text"),
        ({"picture": "gate-3/2026-09-21/x.jpg"}, "picture: expected a JPEG in base64"),
        ({"picture": ""}, "picture: expected a JPEG"),
        ({"picture": 5}, "picture: expected a JPEG"),
        ({"picture": "无"}, "picture: expected a JPEG"),
        ({"picture": in_base64(b"\x89PNG\r\n")}, "picture: expected a JPEG"),
        ({"picture": "A" * (MAX_PICTURE_BYTES * 4 // 3 + 4)}, "of at most 512 KiB"),
        ({"version": 1}, "unknown key 'version'"),
        ({"schema": "kerbwatch.command/1"}, "schema: expected 'kerbwatch.report/1'"),
    ],
)
def test_what_is_malformed_is_refused_with_its_key(more: dict[str, Any], said: str) -> None:
    answer = read(GOOD | more)
    code, problem = refusal_of(answer)
    assert code is RefusalCode.MALFORMED
    assert said in problem
    assert isinstance(answer, Answer)
    assert (answer.actor, answer.request_id, answer.case_id) == ("wenshao", "n-1", None)
    assert answer.verb == "report"


def test_nobody_reports_for_another_one() -> None:
    assert refusal_of(read(GOOD | {"by": "duty-east"}))[0] is RefusalCode.NOT_YOU


def test_what_is_too_big_is_not_read() -> None:
    assert read(b" " * (MAX_REPORT_BYTES + 1)) == Unusable("too_big")
    assert read(b"{}") == Unusable("no_request_id")


@given(
    st.dictionaries(
        st.sampled_from(sorted(KEYS)),
        st.none() | st.booleans() | st.integers() | st.text() | st.just("n-1"),
    )
)
def test_no_object_raises(body: dict[str, Any]) -> None:
    assert read(body) is not None


@pytest.mark.parametrize(
    "options", [(), (cv2.IMWRITE_JPEG_PROGRESSIVE, 1), (cv2.IMWRITE_JPEG_RST_INTERVAL, 4)]
)
def test_the_size_is_told_without_decoding(options: tuple[int, ...]) -> None:
    data = jpeg(101, 67, *options)
    assert jpeg_size(data) == (101, 67)
    assert is_fit_jpeg(data)


def sized(data: bytes, width: int, height: int) -> bytes:
    """The same file, said to be of another size."""
    at = data.index(b"\xff\xc0") + 5
    return data[:at] + height.to_bytes(2) + width.to_bytes(2) + data[at + 4 :]


def test_bombs_and_what_is_none_are_known_by_their_first_bytes() -> None:
    good = jpeg()
    assert is_fit_jpeg(sized(good, MAX_SIDE_PX, MAX_SIDE_PX))
    for side in ((MAX_SIDE_PX + 1, 1), (65535, 65535), (0, 8), (8, 0)):
        assert not is_fit_jpeg(sized(good, *side))
    assert is_fit_jpeg(good + b"\xff\xda" * (MAX_SCANS - 1))
    assert not is_fit_jpeg(good + b"\xff\xda" * MAX_SCANS)
    for bad in (b"", b"\xff\xd8", good[:20], b"\xff\xd8" + b"x" * 50, b"\xff\xd8\xff\xd9" * 9):
        assert not is_fit_jpeg(bad)


@given(st.binary(max_size=200), st.integers(0, 600))
def test_no_bytes_raise(noise: bytes, cut: int) -> None:
    data = jpeg()
    for one in (b"\xff\xd8\xff" + noise, data[:cut] + noise + data[cut:]):
        jpeg_size(one)


def files(desk: Desk) -> list[str]:
    return sorted(it.name for it in desk.evidence.root.rglob("*") if it.is_file())


def take(desk: Desk, data: bytes | None, **more: Any) -> Answer:
    fields = {"actor": "wenshao", "request_id": "n-1", "words": "有建筑垃圾"} | more
    camera_id, fence_id, scenario_id = fields.pop("place", PLACE)
    report = Report(camera_id, fence_id, scenario_id, at_wall_ns=desk.clock.wall_ns(), **fields)
    return Reception(desk.counter, desk.evidence).take(report, data)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_a_report_with_its_picture_opens_a_case_that_knows_the_picture_s_hash(desk: Desk) -> None:
    answer = take(desk, jpeg(320, 240))
    assert answer.done
    assert answer.case_id == desk.case.case_id
    assert desk.case.picture is not None
    kept = cv2.imread(str(desk.evidence.root / desk.case.picture))
    assert kept is not None
    assert kept.shape == (240, 320, 3)
    trail = desk.store.trail(desk.case.case_id)
    assert trail is not None
    (entry,) = trail.entries
    assert entry.seal is not None
    assert [file.path for file in entry.seal.files] == [desk.case.picture]


def test_the_same_again_is_answered_the_same_and_writes_nothing(desk: Desk) -> None:
    data = jpeg()
    first = take(desk, data)
    desk.clock.pass_s(86_400)
    kept = files(desk)
    assert take(desk, data) == first
    assert refusal_of(take(desk, jpeg(40, 30)))[0] is RefusalCode.REQUEST_ID_REUSED
    assert files(desk) == kept
    assert len(desk.store.cases()) == 1


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"actor": "nobody"}, RefusalCode.UNKNOWN_ACTOR),
        ({"actor": "other-estate"}, RefusalCode.NOT_YOURS),
        ({"place": ("gate-3", "lane", "dogs")}, RefusalCode.UNKNOWN_PLACE),
        ({"place": ("gate-4", "lane", "blocked_fire_lane")}, RefusalCode.UNKNOWN_PLACE),
        ({"words": " "}, RefusalCode.NEEDS_WORDS),
    ],
)
def test_nothing_is_written_of_what_is_refused(
    desk: Desk, more: dict[str, Any], code: RefusalCode
) -> None:
    answer = take(desk, jpeg(), **more)
    assert refusal_of(answer)[0] is code
    assert answer.case_id is None
    assert (files(desk), desk.store.cases()) == ([], ())


def test_where_a_case_is_open_the_answer_names_it(desk: Desk) -> None:
    desk.see(fence_event(EventKind.OPENED, 60))
    kept = files(desk)
    answer = take(desk, jpeg())
    assert refusal_of(answer)[0] is RefusalCode.ALREADY_OPEN
    assert answer.case_id == desk.case.case_id
    assert files(desk) == kept


def test_a_picture_that_cannot_be_decoded_or_kept_is_told_and_may_be_sent_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    header_only = jpeg(8, 8)[:200] + b"\xff\xc4"
    code, problem = refusal_of(take(desk, header_only))
    assert (code, problem) == (RefusalCode.MALFORMED, "picture: cannot be decoded")

    def full(*_: object) -> None:
        raise EvidenceError("evidence_write", path="x", problem="No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(EvidenceFolder, "put", full)
        assert refusal_of(take(desk, jpeg()))[0] is RefusalCode.PICTURE_UNKEPT
    assert desk.store.cases() == ()
    assert take(desk, jpeg()).done


def test_who_is_quicker_leaves_no_picture_behind(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    put = EvidenceFolder.put

    def slow(folder: EvidenceFolder, path: str, image: Any) -> None:
        put(folder, path, image)
        assert desk.report("duty-east", request_id="other").done

    monkeypatch.setattr(EvidenceFolder, "put", slow)
    assert refusal_of(take(desk, jpeg()))[0] is RefusalCode.ALREADY_OPEN
    assert files(desk) == []
    assert set(DIRECTORY.recipients) >= {desk.case.reported_by}
