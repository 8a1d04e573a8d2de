"""Commands of strangers: read, refused or counted, and never more than that."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.answers import Answer, answer_to, decode_answer, encode_answer
from alerts.commands import Command, Refusal, RefusalCode
from alerts.counter import Counter
from alerts.errors import StoreError
from alerts.evidence import EvidenceFolder
from alerts.link import Heard
from alerts.mqtt.commands import CommandPost
from alerts.orders import MAX_BYTES, Place, Unusable, read_command
from alerts.reception import Reception
from alerts.store.memory import MemoryStore, MemoryTransaction
from alerts.verbs import Verb
from tests.alerts_kit import DIRECTORY, TOPICS, WRITER, FakeClock, FakeLink, order

GOOD = {"request_id": "r-1", "by": "duty-east"}
PLACE = Place("duty-east", "c-1", "accept")
ACCEPT = TOPICS.command("duty-east", "c-1", "accept")


def read(body: object, verb: str = "accept", case_id: str = "c-1") -> Command | Answer | Unusable:
    payload = body if isinstance(body, bytes) else json.dumps(body).encode()
    return read_command(Place("duty-east", case_id, verb), payload, 5)


def test_a_command_has_all_that_its_payload_says() -> None:
    body = GOOD | {
        "schema": "kerbwatch.command/1",
        "version": 3,
        "words": "车主\n不在",
        "until": "2026-09-22T08:00:00+08:00",
        "picture": "a/b.jpg",
    }
    assert read(body, "extend") == Command(
        "c-1", Verb.EXTEND, "duty-east", "r-1", 5, 3, "车主\n不在", 1_790_035_200 * 10**9, "a/b.jpg"
    )
    assert read(GOOD) == Command("c-1", Verb.ACCEPT, "duty-east", "r-1", 5)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"by": "a/b"}, "by: expected an id"),
        ({"by": "x" * 65}, "by: expected an id"),
        ({"version": 0}, "version: expected a whole number"),
        ({"version": True}, "version: expected a whole number"),
        ({"version": 2**31}, "version: expected a whole number"),
        ({"version": "1"}, "version: expected a whole number"),
        ({"words": 5}, "words: expected text"),
        ({"words": "x" * 1001}, "words: expected text"),
        ({"words": "a\u0000"}, "words: expected text"),
        ({"words": "\ud800"}, "words: expected text"),
        ({"words": "\u001b[2J"}, "words: expected text"),
        ({"until": "2026-09-22T08:00:00"}, "until: expected a time with its offset"),
        ({"until": "tomorrow"}, "until: "),
        ({"until": 5}, "until: expected a time"),
        ({"until": "0001-01-01T00:00:00+14:00"}, "until: expected a time of this age"),
        ({"picture": ""}, "picture: expected a path"),
        ({"picture": "a\nb"}, "picture: expected a path"),
        ({"picture": ["a"]}, "picture: expected a path"),
        ({"schema": "kerbwatch.command/2"}, "schema: expected 'kerbwatch.command/1'"),
        ({"actor": "x"}, "unknown key 'actor'"),
    ],
)
def test_what_is_malformed_is_refused_with_its_key(more: dict[str, Any], said: str) -> None:
    answer = read(GOOD | more)
    assert isinstance(answer, Answer)
    assert answer.refusal is not None
    assert answer.refusal.code is RefusalCode.MALFORMED
    assert str(answer.refusal.values["problem"]).startswith(said)


def test_a_command_is_from_whom_its_topic_says_and_its_body_may_not_say_otherwise() -> None:
    said = read({"request_id": "r-1"})
    assert isinstance(said, Command)
    assert said.actor == "duty-east"
    answer = read(GOOD | {"by": "centre"})
    assert isinstance(answer, Answer)
    assert (answer.actor, answer.refusal) == (
        "duty-east",
        Refusal(RefusalCode.NOT_YOU, {"got": "centre", "actor": "duty-east"}),
    )


def test_a_topic_with_no_id_of_a_person_in_it_is_counted() -> None:
    payload = json.dumps(GOOD).encode()
    assert read_command(Place("a b", "c-1", "accept"), payload, 0) == Unusable("topic")


def test_an_unknown_verb_is_refused_with_the_known_ones() -> None:
    answer = read(GOOD, "shout")
    assert isinstance(answer, Answer)
    assert answer.refusal is not None
    assert answer.refusal.code is RefusalCode.UNKNOWN_VERB
    assert "accept, handle" in str(answer.refusal.values["known"])


@pytest.mark.parametrize(
    ("payload", "kind"),
    [
        (b"", "no_json"),
        (b"\xff\xfe", "no_json"),
        (b"{", "no_json"),
        (b"[" * 10_000, "no_json"),
        (b'{"request_id": "r-1", "by": "a", "by": "b"}', "no_json"),
        (b'{"request_id": "r-1", "version": NaN}', "no_json"),
        (b"[]", "no_request_id"),
        (b"{}", "no_request_id"),
        (b'{"request_id": 5}', "no_request_id"),
        (b'{"request_id": "a/b"}', "no_request_id"),
        (b'{"request_id": "#"}', "no_request_id"),
        (json.dumps(GOOD | {"words": "x" * MAX_BYTES}).encode(), "too_big"),
    ],
)
def test_what_cannot_be_answered_is_counted(payload: bytes, kind: str) -> None:
    assert read(payload) == Unusable(kind)


def test_a_topic_with_no_case_id_in_it_is_counted() -> None:
    assert read(GOOD, case_id="a b") == Unusable("topic")


@given(st.binary(max_size=300), st.text(max_size=20), st.text(max_size=20))
def test_no_payload_raises(payload: bytes, verb: str, case_id: str) -> None:
    assert read_command(Place("duty-east", case_id, verb), payload, 0) is not None


@given(
    st.dictionaries(
        st.sampled_from(["request_id", "by", "version", "words", "until", "picture", "x"]),
        st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just("r-1"),
    )
)
def test_no_object_raises_and_what_is_read_can_be_written(body: dict[str, Any]) -> None:
    got = read_command(Place("duty-east", "c-1", "note"), json.dumps(body).encode(), 0)
    if isinstance(got, Command):
        got.words.encode()
        assert len(got.request_id) <= 64


def test_an_answer_comes_back_as_it_was_remembered() -> None:
    refusal = Refusal(RefusalCode.STALE_VERSION, {"expected": 1, "version": 2, "state": "opened"})
    for outcome in (refusal, Refusal(RefusalCode.NOT_YOURS)):
        answer = answer_to(order("c-1", Verb.ACCEPT), outcome)
        assert decode_answer(encode_answer(answer)) == answer


def post(folder: Path) -> tuple[CommandPost, MemoryStore]:
    store = MemoryStore()
    evidence = EvidenceFolder(folder, DIRECTORY)
    counter = Counter(store, WRITER, evidence, FakeClock())
    return CommandPost(counter, TOPICS, FakeClock(), Reception(counter, evidence)), store


def heard(topic: str, payload: bytes = b"{}", *, retained: bool = False) -> Heard:
    return Heard(FakeLink(), topic, payload, retained)


def test_only_commands_are_taken_and_retained_ones_not(tmp_path: Path) -> None:
    taken, _ = post(tmp_path)
    assert not taken.take(heard(TOPICS.status))
    assert not taken.take(heard(TOPICS.case("c-1")))
    assert not taken.take(heard(TOPICS.result("duty-east", "r-1")))
    assert taken.unusable == {}
    assert taken.take(heard(ACCEPT, retained=True))
    assert taken.take(heard(f"{TOPICS.root}/cmd/c-1/accept"))
    assert taken.unusable == {"retained": 1, "topic": 1}


def test_more_than_can_wait_are_dropped_and_counted_and_nobody_waits(tmp_path: Path) -> None:
    taken, _ = post(tmp_path)
    for _ in range(1010):
        assert taken.take(heard(ACCEPT))
    assert taken.unusable == {"too_many": 10}


def test_ten_thousand_bad_commands_leave_counts_and_no_memory(tmp_path: Path) -> None:
    taken, store = post(tmp_path)
    for number in range(10_000):
        assert taken.handle(PLACE, b'{"n": %d' % number) is None
    assert taken.unusable == {"no_json": 10_000}
    assert store.queue().depth == 0


class AwayStore(MemoryStore):
    """As when the disk is full."""

    @contextmanager
    def write(self) -> Iterator[MemoryTransaction]:
        raise StoreError("store_write", problem="disk full")
        yield  # pragma: no cover


def test_a_store_that_stays_away_costs_one_command_its_answer_and_not_the_others(
    tmp_path: Path,
) -> None:
    clock = FakeClock()
    evidence = EvidenceFolder(tmp_path, DIRECTORY)
    counter = Counter(AwayStore(), WRITER, evidence, clock)
    taken = CommandPost(counter, TOPICS, clock, Reception(counter, evidence))
    taken._until_kept(lambda: taken.handle(PLACE, json.dumps(GOOD).encode()))
    assert taken.unusable == {"store_away": 1}
    assert 60 <= clock.monotonic_ns() / 1e9 < 62


def test_a_refusal_that_can_be_sent_is_sent(tmp_path: Path) -> None:
    taken, store = post(tmp_path)
    answer = taken.handle(PLACE, json.dumps(GOOD).encode())
    assert answer is not None
    assert answer.refusal is not None
    assert answer.refusal.code is RefusalCode.UNKNOWN_CASE
    taken.handle(PLACE, json.dumps(GOOD | {"x": 1}).encode())
    topics = [row.message.topic for row in store.unsent(0, 9)]
    assert topics == [TOPICS.result("duty-east", "r-1")] * 2
    assert not any(row.message.retained for row in store.unsent(0, 9))
