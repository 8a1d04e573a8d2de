"""What a node tells its supervisor, and how it learns that this is gone."""

from __future__ import annotations

import faulthandler
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from kerbwatch.node.line import Ended, Line, last_words

Pair = tuple[socket.socket, socket.socket]


@pytest.fixture
def pair() -> Iterator[Pair]:
    ours, theirs = socket.socketpair()
    yield ours, theirs
    ours.close()
    theirs.close()


def test_what_a_node_told_is_known_after_its_end(
    pair: Pair, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(faulthandler, "enable", lambda report, **_: report.close())
    ours, theirs = pair
    line = Line(theirs, lambda _: None)
    line.record_crashes(tmp_path / "node")
    line.ready()
    assert (tmp_path / "node" / "crash.log").read_text() == ""
    assert last_words(ours, -9) == Ended(-9, ready=True, folder=tmp_path / "node")


def test_words_that_were_cut_off_do_not_count_and_a_line_left_open_is_not_waited_for(
    pair: Pair,
) -> None:
    """A process that the node has left behind may still hold its end."""
    ours, theirs = pair
    theirs.sendall(b'{"ready": true}\n{"folder": "/somew')
    assert last_words(ours, -11) == Ended(-11, ready=True, folder=None)


def test_with_the_supervisor_gone_the_node_leaves(pair: Pair) -> None:
    ours, theirs = pair
    left = threading.Event()
    Line(theirs, lambda _: left.set())
    assert not left.is_set()
    ours.close()
    assert left.wait(10)


def test_a_node_that_has_lost_what_it_cannot_do_without_ends_the_way_that_did(pair: Pair) -> None:
    ours, theirs = pair
    left: list[int] = []
    line = Line(theirs, left.append)
    line.lost(-11)
    assert left == [1]
    assert last_words(ours, 1).code == -11
