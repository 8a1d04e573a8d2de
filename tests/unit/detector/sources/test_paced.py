from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from detector.frame import Frame, Image
from detector.sources.errors import Fault, SourceError
from detector.sources.failures import not_video
from detector.sources.paced import PacedSource
from detector.sources.status import SourceState, SourceStatus
from fences.clock import SECOND_NS
from fences.observation import Gap

STEP_NS = SECOND_NS // 10


def nothing() -> Image:
    return np.zeros((2, 2, 3), np.uint8)


class Tape:
    """Pictures and gaps, in steps of 0.1 s."""

    def __init__(self, *items: int | tuple[int, int] | SourceError) -> None:
        self.items = items

    def __iter__(self) -> Iterator[Frame | Gap]:
        for item in self.items:
            if isinstance(item, SourceError):
                raise item
            if isinstance(item, int):
                yield Frame(item * STEP_NS, 0, nothing)
            else:
                yield Gap(item[0] * STEP_NS, item[1] * STEP_NS, "cut")

    def close(self) -> None:
        raise AssertionError("the tape is not the player's to close")


def steps(items: list[Frame | Gap], start_ns: int) -> list[float]:
    return [(i.media_ns - start_ns) / STEP_NS for i in items if isinstance(i, Frame)]


def play(clock: Any, tape: Tape, count: int, **more: Any) -> list[Frame | Gap]:
    source = PacedSource(lambda: tape, clock, **more)
    items: list[Frame | Gap] = []
    for item in source:
        items.append(item)
        if len(items) == count:
            source.close()
    return items


def test_pictures_come_when_they_are_due(clock: Any) -> None:
    start_ns = clock.now_ns
    due = []
    for item in PacedSource(lambda: Tape(0, 1, 2, 5), clock, loop=False):
        assert isinstance(item, Frame)
        due.append((item.media_ns, item.wall_ns, clock.now_ns))
    expected = [start_ns + step * STEP_NS for step in (0, 1, 2, 5)]
    assert due == [(ns, ns, ns) for ns in expected]


def test_rounds_follow_one_another_without_a_seam(clock: Any) -> None:
    start_ns = clock.now_ns
    items = play(clock, Tape(0, 1, 2), 8)
    assert steps(items, start_ns) == list(range(8))
    assert not [item for item in items if isinstance(item, Gap)]


def test_gaps_of_the_recording_move_with_its_round(clock: Any) -> None:
    start_ns = clock.now_ns
    items = play(clock, Tape(0, 1, (1, 40), 40), 8)
    assert steps(items, start_ns)[:3] == [0, 1, 40]
    gaps = [item for item in items if isinstance(item, Gap)]
    first, second = gaps
    assert (first.from_ns - start_ns, first.to_ns - start_ns) == (STEP_NS, 40 * STEP_NS)
    assert second.to_ns - second.from_ns == first.to_ns - first.from_ns
    assert second.from_ns > first.to_ns


def test_it_can_play_as_if_at_another_time(clock: Any) -> None:
    night_ns = 3 * SECOND_NS
    begin_ns = clock.now_ns
    items = play(clock, Tape(0, 1, 2), 3, start_wall_ns=night_ns)
    assert [item.wall_ns for item in items if isinstance(item, Frame)] == [
        night_ns + step * STEP_NS for step in range(3)
    ]
    assert clock.now_ns - begin_ns == 2 * STEP_NS


def test_a_player_that_fell_behind_does_not_hurry(clock: Any) -> None:
    due = []
    for item in PacedSource(lambda: Tape(*range(5)), clock, loop=False):
        assert isinstance(item, Frame)
        due.append(clock.now_ns)
        if len(due) == 2:
            clock.now_ns += 10 * SECOND_NS
    assert due[3] - due[2] == STEP_NS
    assert due[4] - due[3] == STEP_NS


def test_it_tells_when_it_plays_and_when_it_has_played(clock: Any) -> None:
    told: list[SourceStatus] = []
    list(PacedSource(lambda: Tape(0, 1), clock, loop=False, on_status=told.append))
    assert [(status.state, status.fault) for status in told] == [
        (SourceState.ONLINE, None),
        (SourceState.OFFLINE, Fault.STREAM_ENDED),
    ]


def test_a_recording_that_cannot_be_read_is_told_and_raised(clock: Any) -> None:
    told: list[SourceStatus] = []
    tape = Tape(not_video("clip.mp4", "it holds text"))
    with pytest.raises(SourceError, match="it holds text"):
        list(PacedSource(lambda: tape, clock, on_status=told.append))
    assert [(it.state, it.fault) for it in told] == [(SourceState.OFFLINE, Fault.NOT_VIDEO)], (
        "what cannot be read was never online"
    )


def test_closing_ends_a_wait(clock: Any) -> None:
    source = PacedSource(lambda: Tape(0, 600), clock)
    items = []
    for item in source:
        items.append(item)
        source.close()
    assert len(items) == 1
    assert len(clock.waits_s) <= 1
