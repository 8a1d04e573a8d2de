from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import cv2
import jsonschema
import numpy as np
import pytest

from alerts.cases import CaseState
from alerts.commands import RefusalCode
from alerts.errors import StoreError
from alerts.texts import Language, load_texts
from fences.event import EventKind
from kerbwatch.rest.errors import OWN, STATUS
from kerbwatch.rest.paths import API
from kerbwatch.rest.tokens import MAX_FAILURES
from tests.alerts_kit import fence_event
from tests.rest_kit import ENDING, ENDS_S, REPORT, Rest, bearer, jpeg, rest_over


@pytest.fixture
def rest(tmp_path: Path) -> Rest:
    return rest_over(tmp_path)


def code(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_a_case_is_shown_whole_with_its_log_and_what_may_be_done(rest: Rest) -> None:
    found = rest.get(f"/cases/{rest.desk.case.case_id}", "wenshao").json()
    assert found["case"]["case_id"] == rest.desk.case.case_id
    assert [line["state"] for line in found["log"]] == ["opened"]
    assert found["verbs"] == ["accept", "handle", "note", "snooze", "lift"]
    assert found["pictures"] == [f"{rest.desk.case.case_id}{end}" for end in (".jpg", ".raw.jpg")]


def test_a_command_does_what_it_does_over_mqtt_and_gets_the_same_answer(rest: Rest) -> None:
    answer = rest.act("accept", version=1)
    assert answer.status_code == 200
    assert rest.desk.case.state is CaseState.ACCEPTED
    assert rest.desk.case.accepted_by == "duty-east"
    (said,) = rest.desk.said("result/duty-east/r-1")
    assert answer.json() == said


def test_the_same_request_again_gets_the_very_same_answer_and_changes_nothing(rest: Rest) -> None:
    first, again = rest.act("accept", version=1), rest.act("accept", version=1)
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert rest.desk.case.version == 2
    assert code(rest.act("accept", words="其他")) == (409, "request_id_reused")


def test_a_command_for_another_version_is_refused_and_changes_nothing(rest: Rest) -> None:
    rest.act("note", words="看过了")
    assert code(rest.act("handle", request_id="r-2", version=9)) == (409, "stale_version")
    assert rest.desk.case.version == 2


def test_a_team_sees_and_acts_on_its_own_cases_only(rest: Rest) -> None:
    case_id = rest.desk.case.case_id
    assert len(rest.get("/cases", "wenshao").json()["cases"]) == 1
    assert rest.get("/cases", "other-estate").json()["cases"] == []
    assert rest.get("/cases", "other-estate", recipient="wenshao").json()["cases"] == []
    assert code(rest.get(f"/cases/{case_id}", "other-estate")) == (403, "not_yours")
    picture = f"/cases/{case_id}/pictures/{case_id}.jpg"
    assert code(rest.get(picture, "other-estate")) == (403, "not_yours")
    assert code(rest.get("/cases", "other-estate", cursor=case_id)) == (422, "bad_query")
    refused = rest.act("accept", "other-estate")
    assert code(refused) == (403, "not_yours")
    assert (refused.json()["version"], refused.json()["state"]) == (None, None)
    assert rest.desk.case.version == 1


@pytest.mark.parametrize("who", ["nobody", "", "gone", "é", "x" * 5000])
def test_without_a_good_token_nothing_is_done_or_told(rest: Rest, who: str) -> None:
    headers = {b"Authorization": bearer(who)["Authorization"].encode()}
    for path in ("/cases", f"/cases/{rest.desk.case.case_id}"):
        answer = rest.client.get(f"{API}{path}", headers=headers)
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    path = f"{API}/cases/{rest.desk.case.case_id}/accept"
    assert rest.client.post(path, content=b"x" * 2_000_000, headers=headers).status_code == 401
    assert rest.client.get(f"{API}/cases").json()["code"] == "no_token"
    assert rest.desk.case.version == 1


def test_a_token_that_is_over_is_told_as_such_and_nothing_is_done(rest: Rest) -> None:
    assert rest.act("note", ENDING, words="看过了").status_code == 200
    rest.desk.clock.pass_s(ENDS_S)
    for _ in range(MAX_FAILURES + 5):
        answer = rest.act("note", ENDING, request_id="r-2", words="又看过了")
        assert code(answer) == (401, "expired_token"), "never taken for a guess"
    assert answer.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'
    assert set(answer.json()["text"]) == {"zh", "en"}
    assert "2026-09-21T23:" in answer.json()["text"]["zh"], "since when, in the site's time"
    assert rest.desk.case.version == 2
    assert rest.get("/cases").status_code == 200, "another one of the same recipient"


def test_wrong_tokens_are_counted_and_good_ones_are_let_in_all_the_same(rest: Rest) -> None:
    for _ in range(MAX_FAILURES):
        assert code(rest.get("/cases", "wrong")) == (401, "bad_token")
    refused = rest.get("/cases", "wrong")
    assert code(refused) == (429, "too_many_failures")
    assert refused.headers["Retry-After"] == "60"
    assert rest.get("/cases").status_code == 200
    rest.desk.clock.pass_s(61)
    assert code(rest.get("/cases", "wrong")) == (401, "bad_token")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"x" * 20_000, (413, "too_big")),
        (b"x" * 2_000_000, (413, "too_big")),
        (b"[]", (400, "no_request_id")),
        (b"{", (400, "no_json")),
        (b"{}", (400, "no_request_id")),
        (b'{"request_id": "a", "request_id": "b"}', (400, "no_json")),
        ({"request_id": "a b"}, (400, "no_request_id")),
        ({"request_id": "a", "extra": 1}, (422, "malformed")),
        ({"request_id": "a", "by": "centre"}, (403, "not_you")),
        ({"request_id": "a", "version": "1"}, (422, "malformed")),
        ({"request_id": "a", "words": "\x00"}, (422, "malformed")),
    ],
)
def test_a_bad_body_is_refused_with_a_reason(
    rest: Rest, body: object, expected: tuple[int, str]
) -> None:
    answer = rest.post(f"/cases/{rest.desk.case.case_id}/accept", body)
    assert code(answer) == expected
    assert set(answer.json()["text"]) == {"zh", "en"}
    assert rest.desk.case.version == 1


def test_a_body_that_grows_as_it_comes_is_cut_off(rest: Rest) -> None:
    """Without a length in its headers."""
    sent = 0

    def endless() -> Any:
        nonlocal sent
        while sent < 1000:
            sent += 1
            yield b"x" * 65_536

    path = f"{API}/cases/{rest.desk.case.case_id}/accept"
    headers = {**bearer("duty-east"), "Content-Type": "application/json"}
    assert code(rest.client.post(path, content=endless(), headers=headers)) == (413, "too_big")


def test_other_verbs_cases_and_paths_are_not_found(rest: Rest) -> None:
    assert code(rest.act("fly")) == (404, "unknown_verb")
    assert code(rest.post("/cases/none/accept", {"request_id": "r"})) == (404, "unknown_case")
    assert code(rest.post("/cases/a b/accept", {"request_id": "r"})) == (404, "unknown_case")
    assert code(rest.get("/cases/none")) == (404, "unknown_case")
    assert code(rest.get("/nothing")) == (404, "no_path")
    assert code(rest.get("/cases/x/accept")) == (405, "bad_method")
    headers = bearer("duty-east") | {"Content-Type": "text/xml"}
    xml = rest.client.post(f"{API}/reports", content=b"<x/>", headers=headers)
    assert code(xml) == (415, "bad_media")


@pytest.mark.parametrize(
    ("name", "value"),
    [("limit", "0"), ("limit", "many"), ("state", "x"), ("open", "yes"), ("camara", "gate-3")],
)
def test_a_wrong_parameter_is_named_with_what_was_expected(
    rest: Rest, name: str, value: str
) -> None:
    answer = rest.get("/cases", **{name: value})
    assert code(answer) == (422, "bad_query")
    assert all(name in text for text in answer.json()["text"].values())


def test_lists_are_filtered_and_come_page_by_page(rest: Rest) -> None:
    for number in range(1, 6):
        rest.desk.see(fence_event(EventKind.CLEARED, 900.0 * number, violation_s=0), stands=False)
        rest.desk.clock.pass_s(900)
        begins = 900.0 * number + 800
        rest.desk.see(fence_event(EventKind.OPENED, begins, violation_s=begins))
    everything = rest.get("/cases", open="any").json()["cases"]
    ids = [one["case_id"] for one in everything]
    assert ids == [case.case_id for case in reversed(rest.desk.store.cases())]
    seen: list[str] = []
    page: dict[str, Any] = {"next": ""}
    while page["next"] is not None:
        query = {"cursor": page["next"]} if page["next"] else {}
        page = rest.get("/cases", open="any", limit=1, **query).json()
        seen += [one["case_id"] for one in page["cases"]]
    assert seen == ids
    openness = {
        name: len(rest.get("/cases", open=name).json()["cases"]) for name in ("true", "false")
    }
    assert sum(openness.values()) == len(ids)
    assert len(rest.get("/cases").json()["cases"]) == openness["true"]
    assert rest.get("/cases", state="rejected").json()["cases"] == []
    assert rest.get("/cases", camera="gate-4").json()["cases"] == []


def test_a_picture_comes_with_a_command_and_is_in_the_case(rest: Rest) -> None:
    path = f"/cases/{rest.desk.case.case_id}/handle"
    answer = rest.send(path, {"request_id": "r-1", "version": 1}, jpeg())
    assert answer.status_code == 200, answer.json()
    again = rest.send(path, {"request_id": "r-1", "version": 1}, jpeg())
    assert again.json() == answer.json()
    name = Path(str(rest.desk.case.after_picture)).name
    assert name in rest.evidence()
    assert name in rest.get(f"/cases/{rest.desk.case.case_id}").json()["pictures"]


def test_a_refused_command_leaves_no_picture(rest: Rest) -> None:
    before = rest.evidence()
    path = f"/cases/{rest.desk.case.case_id}"
    for verb, body, expected in (
        ("handle", {"version": 7}, "stale_version"),
        ("accept", {}, "no_picture"),
        ("reopen", {"words": "x"}, "wrong_state"),
        ("handle", {"picture": "a/b/c.jpg"}, "malformed"),
    ):
        answer = rest.send(f"{path}/{verb}", {"request_id": f"r-{verb}", **body}, jpeg())
        assert answer.json()["code"] == expected
    assert code(rest.send(f"{path}/handle", {"request_id": "r"}, b"GIF89a")) == (422, "bad_picture")
    assert code(rest.send("/cases/none/handle", {"request_id": "q"}, jpeg()))[0] == 404
    assert rest.evidence() == before
    assert rest.desk.case.version == 1


def test_a_report_opens_a_case_once_with_its_picture_sent_along_or_in_it(rest: Rest) -> None:
    assert code(rest.post("/reports", {"request_id": "n-0", **REPORT})) == (409, "already_open")
    rest.act("close", "centre", words="撤了")
    answer = rest.send("/reports", {"request_id": "n-1", **REPORT}, jpeg())
    assert answer.status_code == 201
    assert rest.desk.case.case_id == answer.json()["case_id"]
    assert rest.desk.case.reported_by == "duty-east"
    assert rest.desk.case.picture is not None
    again = rest.send("/reports", {"request_id": "n-1", **REPORT}, jpeg())
    assert (again.status_code, again.json()) == (201, answer.json())
    rest.act("close", "centre", words="撤了", request_id="r-2")
    inline = {**REPORT, "picture": base64.b64encode(jpeg(30)).decode()}
    assert rest.post("/reports", {"request_id": "n-2", **inline}).status_code == 201
    assert len(rest.desk.store.cases()) == 3


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"camera": "gate-9"}, (422, "unknown_place")),
        ({"words": ""}, (422, "needs_words")),
        ({"words": "x" * 1001}, (422, "malformed")),
        ({"fence": None}, (422, "malformed")),
        ({"picture": "no base64"}, (422, "malformed")),
        ({"who": "x"}, (422, "malformed")),
    ],
)
def test_a_bad_report_is_refused(rest: Rest, change: Any, expected: tuple[int, str]) -> None:
    assert code(rest.post("/reports", {"request_id": "n", **REPORT, **change})) == expected
    assert len(rest.desk.store.cases()) == 1


def test_pictures_are_clear_for_some_roles_and_covered_for_others(rest: Rest) -> None:
    case_id = rest.desk.case.case_id

    def brightest(who: str, name: str) -> int:
        answer = rest.get(f"/cases/{case_id}/pictures/{name}", who)
        assert answer.headers["Content-Type"] == "image/jpeg"
        assert answer.headers["Cache-Control"] == "no-store"
        image = cv2.imdecode(np.frombuffer(answer.content, np.uint8), cv2.IMREAD_COLOR)
        assert image is not None
        return int(np.median(image))

    assert brightest("duty-east", f"{case_id}.raw.jpg") == 90
    assert brightest("wenshao", f"{case_id}.raw.jpg") == 0


@pytest.mark.parametrize("name", ["..%2f..%2fx.jpg", "x.jpg", "%2e%2e%2fx.jpg", "a%00.jpg"])
def test_nothing_but_the_pictures_of_the_case_is_handed_out(rest: Rest, name: str) -> None:
    (rest.desk.evidence.root.parent / "x.jpg").write_bytes(jpeg())
    path = f"{API}/cases/{rest.desk.case.case_id}/pictures/{name}"
    answer = rest.client.get(path, headers=bearer("centre"))
    assert answer.status_code == 404


def test_a_picture_that_is_gone_is_told_as_such(rest: Rest) -> None:
    case_id = rest.desk.case.case_id
    for file in rest.desk.evidence.root.rglob("*.jpg"):
        file.unlink()
    path = f"/cases/{case_id}/pictures/{case_id}.jpg"
    assert code(rest.get(path)) == (404, "unknown_picture")


def test_a_store_that_is_away_is_told_without_saying_where_it_is(
    rest: Rest, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise StoreError("store_write", problem="secret place")

    for name in ("next_held", "page", "case", "write"):
        monkeypatch.setattr(rest.desk.store, name, away)
    for answer in (rest.client.get("/healthz"), rest.get("/cases"), rest.act("accept")):
        assert code(answer) == (503, "store_away")
        assert "secret" not in answer.text


def test_what_nobody_thought_of_is_an_error_in_the_same_form(
    rest: Rest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rest.desk.store, "page", lambda *_: 1 / 0)
    assert code(rest.get("/cases")) == (500, "failed")


def test_it_is_well_and_says_so_without_a_token(rest: Rest) -> None:
    assert rest.client.get("/healthz").json()["state"] == "ok"


def test_answers_are_what_the_document_says(rest: Rest) -> None:
    document = rest.client.get(f"{API}/openapi.json").json()

    def check(answer: Any, method: str, path: str) -> None:
        told = document["paths"][path][method]["responses"][str(answer.status_code)]
        schema = told["content"]["application/json"]["schema"]
        whole = {**schema, "components": document["components"]}
        jsonschema.Draft202012Validator(whole).validate(answer.json())

    case = f"{API}/cases/{{case_id}}"
    check(rest.client.get("/healthz"), "get", "/healthz")
    check(rest.get("/cases"), "get", f"{API}/cases")
    check(rest.get("/cases", "nobody"), "get", f"{API}/cases")
    check(rest.get("/cases", limit=0), "get", f"{API}/cases")
    check(rest.get(f"/cases/{rest.desk.case.case_id}"), "get", case)
    check(rest.get("/cases/none"), "get", case)
    check(rest.act("accept"), "post", f"{case}/{{verb}}")
    check(rest.act("reopen", request_id="r-2"), "post", f"{case}/{{verb}}")
    check(rest.act("fly", request_id="r-3"), "post", f"{case}/{{verb}}")
    check(rest.post("/reports", b"{"), "post", f"{API}/reports")


def test_there_is_no_page_that_loads_anything_from_elsewhere(rest: Rest) -> None:
    for path in ("/docs", "/redoc", "/docs/oauth2-redirect"):
        assert rest.client.get(path).status_code == 404
    origin = {"Origin": "https://evil.example", **bearer("duty-east")}
    answer = rest.client.get(f"{API}/cases", headers=origin)
    assert "access-control-allow-origin" not in answer.headers


def test_every_refusal_has_a_status_and_every_own_error_its_text() -> None:
    assert set(STATUS) == set(RefusalCode)
    assert all(400 <= status < 600 for status in (*STATUS.values(), *OWN.values()))
    for language in Language:
        texts = load_texts("kerbwatch.rest", language).messages
        assert set(texts) == {f"error.{code}" for code in OWN}
