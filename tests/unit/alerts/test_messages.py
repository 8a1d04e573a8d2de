from __future__ import annotations

import json
from typing import Any

import pytest

from alerts.casebook import Change, decide
from alerts.cases import Case
from alerts.clipped import with_clip
from alerts.health import QUARANTINED, CameraState, CameraStatus, QueueStats, ServiceState
from alerts.messages import Message
from alerts.parts import scenario_names
from alerts.topics import Topics
from fences.clock import SECOND_NS
from fences.event import EventKind, FenceEvent
from tests.alerts_kit import CLIP, START_WALL_NS, WRITER, fence_event

ROOT = "kerbwatch/linzi"


def changed(last: Case | None, event: FenceEvent) -> Change:
    change = decide(last, event, ("duty-east", "wenshao"))
    assert change is not None
    return change


def body(message: Message) -> dict[str, Any]:
    parsed: dict[str, Any] = json.loads(message.payload)
    return parsed


OPENED = changed(None, fence_event(EventKind.OPENED, 60)).with_picture("gate-3/x.jpg")
CLEARED = changed(OPENED.case, fence_event(EventKind.CLEARED, 155))


def test_a_new_case_is_an_event_a_retained_case_and_a_push_for_each_recipient() -> None:
    messages = WRITER.change(OPENED, (7,))
    assert [(m.topic, m.retained) for m in messages] == [
        (f"{ROOT}/events", False),
        (f"{ROOT}/cases/{OPENED.case.case_id}", True),
        (f"{ROOT}/inbox/duty-east", False),
        (f"{ROOT}/inbox/wenshao", False),
    ]


def test_an_end_empties_the_retained_case() -> None:
    case = next(m for m in WRITER.change(CLEARED, (8,)) if "/cases/" in m.topic)
    assert (case.payload, case.retained) == ("", True)


def test_an_update_does_not_buzz_phones() -> None:
    update = changed(OPENED.case, fence_event(EventKind.UPDATED, 70))
    assert [m.topic for m in WRITER.change(update, (8,))] == [
        f"{ROOT}/events",
        f"{ROOT}/cases/{OPENED.case.case_id}",
    ]


def test_a_clip_is_told_in_an_update_with_what_proves_it() -> None:
    messages = WRITER.change(with_clip(OPENED.case, CLIP, START_WALL_NS), (8,))
    assert [m.topic for m in messages] == [
        f"{ROOT}/events",
        f"{ROOT}/cases/{OPENED.case.case_id}",
    ]
    event = body(messages[0])
    assert (event["kind"], event["reason"]) == ("update", "clip_added")
    assert event["event_id"] != body(WRITER.change(OPENED, (7,))[0])["event_id"]
    assert (
        event["case"]["clip"]
        == body(messages[1])["clip"]
        == {
            "path": f"data/evidence/{CLIP.path}",
            "bytes": 5_000_000,
            "sha256": "ab" * 32,
            "start": "2026-09-21T22:13:20.000+08:00",
            "start_ms": START_WALL_NS // 1_000_000,
            "duration_s": 20.04,
        }
    )


def test_a_case_has_no_clip_before_it_is_written() -> None:
    assert body(WRITER.case(OPENED.case))["clip"] is None


def test_an_event_carries_its_id_its_number_and_the_full_state() -> None:
    event = body(WRITER.change(OPENED, (7,))[0])
    assert event["schema"] == "kerbwatch.event/1"
    assert (event["kind"], event["seq"], event["reason"]) == ("new", 7, "dwell_reached")
    assert event["event_id"] == "gate-3.lane.blocked_fire_lane.60000000000.1"
    assert event["case"] == body(WRITER.case(OPENED.case))


def test_times_are_local_with_offset_and_milliseconds_since_the_epoch() -> None:
    case = body(WRITER.case(OPENED.case))
    assert case["since"] == "2026-09-21T22:13:20.000+08:00"
    assert case["since_ms"] == START_WALL_NS // 1_000_000
    assert case["opened"] == "2026-09-21T22:14:20.000+08:00"
    assert (case["cleared"], case["cleared_ms"]) == (None, None)


def test_a_case_names_everything_in_words_and_ids() -> None:
    case = body(WRITER.case(OPENED.case))
    assert case["schema"] == "kerbwatch.case/1"
    assert case["camera"] == {"id": "gate-3", "name": "闻韶社区3号门"}
    assert case["scenario"] == {
        "id": "blocked_fire_lane",
        "zh": "消防通道被占",
        "en": "Blocked fire lane",
    }
    assert case["picture"] == "data/evidence/gate-3/x.jpg"
    assert (case["box"], case["labels"]) == ([0.2, 0.4, 0.4, 0.8], ["vehicle"])
    assert [one["role"] for one in case["recipients"]] == ["officer", "property"]


def test_chinese_is_sent_as_it_is_written() -> None:
    assert "闻韶社区3号门" in WRITER.case(OPENED.case).payload


def test_a_push_is_also_text_in_both_languages() -> None:
    push = body(WRITER.change(CLEARED, (8,))[2])
    assert push["text"]["zh"].splitlines() == [
        "【已解除】消防通道被占",
        "地点：闻韶社区3号门 · 消防通道",
        "依据：模型识别为机动车",
        "开始：2026-09-21 22:13:20",
        "解除：2026-09-21 22:15:55（历时 2 分 35 秒）",
        "图片：data/evidence/gate-3/x.jpg",
        f"案卷号：{OPENED.case.case_id}",
    ]
    assert push["text"]["en"].splitlines()[0] == "[Cleared] Blocked fire lane"


MEASURED = changed(
    None, fence_event(EventKind.OPENED, 60, occupied_share=0.37651, clear_width_m=1.2345)
)


def test_a_case_and_a_push_carry_what_is_taken_and_what_is_left() -> None:
    messages = WRITER.change(MEASURED, (7,))
    for told in (body(messages[1]), body(messages[2])):
        assert (told["occupied_share"], told["clear_width_m"]) == (0.377, 1.23)
    bare = body(WRITER.change(OPENED, (7,))[2])
    assert (bare["occupied_share"], bare["clear_width_m"]) == (None, None)


@pytest.mark.parametrize(
    ("occupied_share", "clear_width_m", "zh", "en"),
    [
        (
            0.377,
            1.23,
            "现状：占用 38 %，剩余净宽约 1.2 m",
            "Now: 38 % taken, about 1.2 m left free",
        ),
        (0.377, None, "现状：占用 38 %", "Now: 38 % taken"),
        (
            1.0,
            0.0,
            "现状：占用 100 %，剩余净宽约 0.0 m",
            "Now: 100 % taken, about 0.0 m left free",
        ),
        (0.004, None, "现状：占用不足 1 %", "Now: less than 1 % taken"),
        (None, None, None, None),
    ],
)
def test_a_push_tells_in_words_how_much_is_left(
    occupied_share: float | None, clear_width_m: float | None, zh: str | None, en: str | None
) -> None:
    event = fence_event(
        EventKind.OPENED, 60, occupied_share=occupied_share, clear_width_m=clear_width_m
    )
    text = body(WRITER.change(changed(None, event), (7,))[2])["text"]
    for language, start, line in (("zh", "现状", zh), ("en", "Now", en)):
        told = [it for it in text[language].splitlines() if it.startswith(start)]
        assert told == ([] if line is None else [line])


def test_the_push_of_an_end_does_not_say_what_was_taken_before() -> None:
    ended = changed(MEASURED.case, fence_event(EventKind.CLEARED, 155))
    push = body(WRITER.change(ended, (8,))[2])
    assert push["occupied_share"] == 0.377
    assert "占用 38" not in push["text"]["zh"]


def test_a_reopened_case_says_so() -> None:
    again = changed(CLEARED.case, fence_event(EventKind.OPENED, 300, violation_s=300))
    push = body(WRITER.change(again, (9,))[2])
    assert (push["kind"], push["state"]) == ("new", "reopened")
    assert push["text"]["zh"].startswith("【再次发生】")


def test_status_tells_depth_and_age_of_the_queue() -> None:
    queue = QueueStats(3, START_WALL_NS)
    message = WRITER.status(
        ServiceState.ONLINE, "1.2.3", START_WALL_NS, START_WALL_NS + 5 * SECOND_NS, queue
    )
    status = body(message)
    assert message.retained
    assert (status["state"], status["version"]) == ("online", "1.2.3")
    assert (status["queue_depth"], status["oldest_unsent_s"]) == (3, 5.0)


def test_a_last_will_needs_no_time_that_is_not_known_yet() -> None:
    status = body(WRITER.status(ServiceState.OFFLINE, "1.2.3", START_WALL_NS))
    assert (status["state"], status["at"], status["queue_depth"]) == ("offline", None, None)


def test_a_camera_status_is_retained_under_the_camera() -> None:
    message = WRITER.camera(CameraStatus("gate-3", CameraState.FROZEN, START_WALL_NS, "why"))
    assert (message.topic, message.retained) == (f"{ROOT}/cameras/gate-3/status", True)
    assert body(message)["state"] == "frozen"
    assert (body(message)["until"], body(message)["until_ms"]) == (None, None)


def test_a_camera_status_that_ends_by_itself_says_when() -> None:
    until_ns = START_WALL_NS + 600 * 10**9
    out = CameraStatus("gate-3", CameraState.OFFLINE, START_WALL_NS, QUARANTINED, until_ns)
    told = body(WRITER.camera(out))
    assert (told["state"], told["reason"]) == ("offline", "quarantined")
    assert told["until_ms"] - told["since_ms"] == 600_000
    assert told["until"] > told["since"]


def test_a_scenario_that_left_the_catalogue_goes_by_its_id() -> None:
    assert scenario_names("old") == {"id": "old", "zh": "old", "en": "old"}


def test_the_same_change_gives_the_same_bytes() -> None:
    assert WRITER.change(OPENED, (7,)) == WRITER.change(OPENED, (7,))


@pytest.mark.parametrize("base", ["", "/", "a/#", "a+b"])
def test_a_base_topic_that_is_none_is_refused(base: str) -> None:
    with pytest.raises(ValueError, match="base topic"):
        Topics(base, "linzi")


def test_a_base_topic_may_have_levels() -> None:
    assert Topics("/city/kw/", "linzi").status == "city/kw/linzi/status"
