"""Lines and states that were not written by the codecs are refused, never half believed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from fences.observation import Gap, Tick
from fences.record import decode_input, encode_event, encode_input
from fences.state import decode_state, encode_state
from tests.fences_kit import blob, events_of, fence, look, looks, play, seen

LINE = json.loads(encode_input(look(1, blob(since=0.0), seen(), people=True, blind=("lane",))))
STATE = json.loads(encode_state(play(fence(), looks(0, 12, seen(), blob(since=0.0)))[0]))


def changed(data: dict[str, Any], path: str, value: object) -> str:
    copy = json.loads(json.dumps(data))
    place = copy
    *parents, last = path.split(".")
    for name in parents:
        place = place[int(name)] if isinstance(place, list) else place[name]
    place[last] = value
    return json.dumps(copy)


NOT_JSON = ["", "{", "null", "[]", "7", '"look"', "[" * 100_000, "1" * 10_000, "\x00"]


@pytest.mark.parametrize("text", NOT_JSON)
def test_text_that_is_no_object_is_refused(text: str) -> None:
    for decode in (decode_input, decode_state):
        with pytest.raises(ValueError, match=r"got|JSON|Expecting|limit"):
            decode(text)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("kind", "glance"),
        ("kind", None),
        ("kind", ["gap"]),
        ("media_ns", 1.5),
        ("media_ns", "1"),
        ("media_ns", True),
        ("media_ns", None),
        ("media_ns", float("inf")),
        ("sees_people", "false"),
        ("sees_people", 0),
        ("blind", "lane"),
        ("blind", [1]),
        ("detections", {}),
        ("detections", [3]),
        ("unknown", 1),
        ("detections.0.score", 1.01),
        ("detections.0.score", float("nan")),
        ("detections.0.score", "high"),
        ("detections.0.score", 10**400),
        ("detections.0.activity", -0.1),
        ("detections.0.label", 3),
        ("detections.0.seen_by", "radar"),
        ("detections.0.since_ns", "5"),
        ("detections.0.since_ns", 5.0),
        ("detections.0.anchor", [0.5]),
        ("detections.0.anchor", [0.5, 0.5, 0.5]),
        ("detections.0.anchor", [0.5, None]),
        ("detections.0.box", [0, 0, 1, 1]),
        ("detections.0.box.x1", 2.0),
        ("detections.0.box.x3", 2.0),
        ("detections.0.covered", 1),
    ],
)
def test_a_line_with_a_wrong_value_is_refused(path: str, value: object) -> None:
    with pytest.raises(ValueError, match=r"got|valid|box"):
        decode_input(changed(LINE, path, value))


def test_a_message_says_where_and_what() -> None:
    with pytest.raises(ValueError, match="detections: score: got 'high', expected a number"):
        decode_input(changed(LINE, "detections.0.score", "high"))


@pytest.mark.parametrize("name", sorted(LINE))
def test_a_line_without_one_of_its_keys_is_refused(name: str) -> None:
    data = {key: value for key, value in LINE.items() if key != name}
    with pytest.raises(ValueError, match="got"):
        decode_input(json.dumps(data))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("version", 1),
        ("version", None),
        ("last_ns", "5"),
        ("blind_ns", None),
        ("next_id", 1.0),
        ("occupants", None),
        ("occupants.0.box.x1", float("nan")),
        ("occupants.0.sight", "gone"),
        ("occupants.0.label_ns", [["vehicle"]]),
        ("occupants.0.move", []),
        ("watches.0.violation.members", [None]),
        ("watches.0.violation", 0),
        ("extra", 0),
    ],
)
def test_a_state_with_a_wrong_value_is_refused(path: str, value: object) -> None:
    assert decode_state(json.dumps(STATE))
    with pytest.raises(ValueError, match="got a fence state that cannot be read"):
        decode_state(changed(STATE, path, value))


def test_gaps_and_ticks_have_lines_too() -> None:
    for entry in (Gap(1, 2, "断流"), Tick(3, 4)):
        assert decode_input(encode_input(entry)) == entry
    assert "断流" in encode_input(Gap(1, 2, "断流"))


def test_nan_is_never_written() -> None:
    with pytest.raises(ValueError, match="JSON"):
        encode_input(look(0, seen(score=float("nan"))))


def test_an_event_is_one_line_with_its_id() -> None:
    (event,) = events_of(fence(), looks(0, 12, seen()))
    line = encode_event(event)
    assert "\n" not in line
    data = json.loads(line)
    assert data["event_id"] == event.event_id == "gate.lane.blocked_fire_lane.10000000000.1"
    assert data["sightings"][0]["named_by"] == "learned:vehicle"
    assert list(data) == sorted(data)
