"""The quarantine file: longer each time, whole or not at all, and never fatal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fences.clock import SECOND_NS
from kerbwatch.node.book import BadBookError, Held, QuarantineBook

NOW_NS = 1_790_000_000 * SECOND_NS
MINUTE_NS = 60 * SECOND_NS
DAY_NS = 24 * 60 * MINUTE_NS


@pytest.fixture
def book(tmp_path: Path) -> QuarantineBook:
    return QuarantineBook(tmp_path / "node")


def minutes(held: Held) -> float:
    return (held.until_wall_ns - held.since_wall_ns) / MINUTE_NS


def test_without_a_file_nobody_is_held(book: QuarantineBook) -> None:
    assert book.read() == {}


def test_each_quarantine_is_twice_as_long_as_the_last_up_to_a_day(book: QuarantineBook) -> None:
    now_ns, lengths = NOW_NS, []
    for _ in range(10):
        held = book.put("gate-3", now_ns)
        lengths.append(minutes(held))
        now_ns = held.until_wall_ns + MINUTE_NS
    assert lengths == [10, 20, 40, 80, 160, 320, 640, 1280, 1440, 1440]


def test_who_has_behaved_for_a_day_begins_anew(book: QuarantineBook) -> None:
    first = book.put("gate-3", NOW_NS)
    second = book.put("gate-3", first.until_wall_ns + DAY_NS - 1)
    assert (second.times, minutes(second)) == (2, 20)
    third = book.put("gate-3", second.until_wall_ns + DAY_NS)
    assert (third.times, minutes(third)) == (1, 10)


def test_it_survives_a_restart_and_others_are_kept(book: QuarantineBook) -> None:
    one, other = book.put("gate-3", NOW_NS), book.put("gate-4", NOW_NS + 1)
    again = QuarantineBook(book.folder).read()
    assert again == {"gate-3": one, "gate-4": other}


def test_a_camera_is_held_from_since_until_until_and_on_parole_after(book: QuarantineBook) -> None:
    held = book.put("gate-3", NOW_NS)
    ends_ns = NOW_NS + 10 * MINUTE_NS
    assert [held.holds(at) for at in (NOW_NS - 1, NOW_NS, ends_ns - 1, ends_ns)] == [
        False,
        True,
        True,
        False,
    ]
    parole = [held.on_parole(at) for at in (NOW_NS, ends_ns, ends_ns + 10 * MINUTE_NS)]
    assert parole == [False, True, False]


def test_lifting_forgets_the_camera_and_says_whether_it_was_held(book: QuarantineBook) -> None:
    book.put("gate-3", NOW_NS)
    assert book.lift("gate-3", NOW_NS) is True
    assert book.lift("gate-3", NOW_NS) is False
    assert book.put("gate-3", NOW_NS).times == 1


BAD = {
    "no json": "{",
    "a list": "[]",
    "another schema": '{"schema": "kerbwatch.quarantine/2", "cameras": {}}',
    "too deep": "[" * 100_000,
    "no cameras": '{"schema": "kerbwatch.quarantine/1"}',
    "for ever": {"since_ns": 0, "until_ns": 10**18, "times": 1},
    "backwards": {"since_ns": 5, "until_ns": 5, "times": 1},
    "words": {"since_ns": "now", "until_ns": 5, "times": 1},
    "true": {"since_ns": 0, "until_ns": 5, "times": True},
    "never": {"since_ns": 0, "until_ns": 5, "times": 0},
    "a key less": {"since_ns": 0, "until_ns": 5},
    "no mapping": [1],
}


@pytest.mark.parametrize("content", BAD.values(), ids=BAD)
def test_a_bad_file_is_told_with_its_name_and_can_be_set_aside(
    book: QuarantineBook, content: object
) -> None:
    whole = {"schema": "kerbwatch.quarantine/1", "cameras": {"gate-3": content}}
    text = content if isinstance(content, str) else json.dumps(whole)
    book.folder.mkdir()
    book.path.write_text(text)
    with pytest.raises(BadBookError, match=r"quarantine\.json: "):
        book.read()
    with pytest.raises(BadBookError):
        book.put("gate-3", NOW_NS)
    assert book.path.read_text() == text
    book.set_aside()
    assert book.read() == {}
    assert book.path.with_suffix(".bad").read_text() == text


def test_bytes_that_are_no_text_are_a_bad_file(book: QuarantineBook) -> None:
    book.folder.mkdir()
    book.path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadBookError, match="UTF-8"):
        book.read()


def test_a_writer_that_dies_half_way_leaves_the_old_file(
    book: QuarantineBook, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = book.put("gate-3", NOW_NS)

    def die(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", die)
    with pytest.raises(OSError, match="No space"):
        book.put("gate-4", NOW_NS)
    assert book.read() == {"gate-3": held}
