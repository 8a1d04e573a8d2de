"""The stream for evidence gives what it has, and its trouble is its own."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from detector.sources.access import Access
from detector.sources.address import Address, parse_address
from detector.sources.errors import Fault
from detector.sources.failures import network, timed_out
from detector.sources.patience import LiveOptions
from detector.sources.recording import open_recording
from detector.sources.ring import Ring
from detector.sources.video import OpenedVideo, packets
from fences.clock import SECOND_NS
from kerbwatch.wire.evidence_source import FURTHEST_NS, EvidenceSource
from kerbwatch.wire.quarantine import Quarantine
from tests.alerts_kit import START_WALL_NS, FakeClock

DEADLINE_S = 10.0
ADDRESS = parse_address("rtsp://viewer:hunter2@camera/main")


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four seconds, the n-th picture as bright as 2 n, a key frame every second."""
    path = tmp_path_factory.mktemp("main") / "main.mp4"
    with av.open(path, "w") as container:
        stream = container.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 96, 64, "yuv420p"
        stream.options = {"preset": "ultrafast", "g": "25", "bf": "0", "crf": "10"}
        for number in range(100):
            grey = np.full((64, 96, 3), 2 * number, np.uint8)
            picture = av.VideoFrame.from_ndarray(grey, format="bgr24")
            picture.pts = number
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))
    return path


class Slow(FakeClock):
    """Every glance at it takes a tenth of a second."""

    def monotonic_ns(self) -> int:
        self.pass_s(0.1)
        return super().monotonic_ns()


def filled(clip: Path, clock: FakeClock) -> Ring:
    """A ring into which the clip came as it was taken; now its last packet has just come."""
    ring = Ring(10 * SECOND_NS, 1_000_000, clock, by_arrival=True)
    opened = open_recording(clip)
    ring.begin(opened, stamped=True)
    for number, packet in enumerate(packets(opened)):
        if packet.size:
            clock.pass_s(0.04 * (number > 0))
            ring.packet(packet)
    opened.container.close()
    return ring


def source_of(ring: Ring, clock: FakeClock, **more: Any) -> EvidenceSource:
    told = more.pop("tell", lambda *_: None)
    held = Quarantine(None, clock)
    return EvidenceSource("gate", ADDRESS, Access(), ring, clock, held, told, **more)


def number_of(picture: Any) -> int:
    return round(float(picture.mean()) / 2)


@pytest.mark.parametrize("ago_s", [0.0, 0.4, 1.0, 1.4, 2.9])
def test_a_picture_is_of_the_moment_and_no_key_frame_nearby(clip: Path, ago_s: float) -> None:
    clock = FakeClock()
    source = source_of(filled(clip, clock), clock)
    picture = source.picture(clock.wall_ns() - round(ago_s * SECOND_NS))
    assert picture is not None
    assert picture.shape == (64, 96, 3)
    assert number_of(picture) == pytest.approx(99 - 25 * ago_s, abs=2)


def test_what_came_last_is_taken_while_nothing_newer_has_come_but_not_for_long(clip: Path) -> None:
    clock = FakeClock()
    source = source_of(filled(clip, clock), clock)
    clock.pass_s(FURTHEST_NS / SECOND_NS - 0.1)
    picture = source.picture(clock.wall_ns())
    assert picture is not None
    assert number_of(picture) == pytest.approx(99, abs=2)
    clock.pass_s(0.2)
    assert source.picture(clock.wall_ns()) is None


def test_of_what_nothing_is_kept_there_is_no_picture(clip: Path) -> None:
    clock = FakeClock()
    source = source_of(filled(clip, clock), clock)
    assert source.picture(clock.wall_ns() - 60 * SECOND_NS) is None
    empty = Ring(SECOND_NS, 1_000_000, clock, by_arrival=True)
    assert source_of(empty, clock).picture(clock.wall_ns()) is None


def test_a_machine_that_is_too_slow_gives_an_earlier_picture_in_time(clip: Path) -> None:
    """A glance at this clock takes as long as decoding: the third picture is the last."""
    clock = FakeClock()
    ring = filled(clip, clock)
    slow = Slow()
    slow.pass_s(clock.monotonic_ns() / SECOND_NS)
    picture = source_of(ring, slow).picture(slow.wall_ns())
    assert picture is not None
    assert 75 <= number_of(picture) < 82


def test_a_wall_clock_that_was_set_costs_pictures_and_no_more(clip: Path) -> None:
    clock = FakeClock()
    source = source_of(filled(clip, clock), clock)
    assert source.picture(START_WALL_NS + 3600 * SECOND_NS) is None
    assert source.picture(START_WALL_NS - 3600 * SECOND_NS) is None


@dataclass
class Line:
    """Opens the next of ``answers``, the last one for ever; counts how often."""

    answers: list[Any]
    opened: int = 0

    def __call__(self, address: Address, options: LiveOptions) -> OpenedVideo:
        assert address is ADDRESS
        assert options.rest_s < 1
        self.opened += 1
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return open_recording(answer)


@dataclass
class Told:
    heard: list[str] = field(default_factory=list)
    news: threading.Condition = field(default_factory=threading.Condition)

    def __call__(self, reason: str, why: str) -> None:
        assert "hunter2" not in why
        with self.news:
            self.heard.append(reason)
            self.news.notify_all()

    def wait_for(self, *reasons: str) -> None:
        with self.news:
            assert self.news.wait_for(
                lambda: self.heard[: len(reasons)] == [*reasons], DEADLINE_S
            ), self.heard


@contextmanager
def reading(line: Line, told: Told) -> Iterator[None]:
    clock = FakeClock()
    ring = Ring(SECOND_NS, 1_000_000, clock, by_arrival=True)
    source = source_of(ring, clock, tell=told, open_live=line)
    source.start()
    yield
    source.close()
    source.finish(DEADLINE_S)


def test_trouble_is_told_with_its_reason_and_tried_again(clip: Path) -> None:
    away = network(ADDRESS.redacted, Fault.REFUSED, "nothing answers at that port")
    silent = timed_out(ADDRESS.redacted, "silent")
    told = Told()
    with reading(Line([away, away, silent, clip, away]), told):
        told.wait_for(
            "evidence_source_refused",
            "evidence_source_timed_out",
            "",
            "evidence_source_stream_ended",
            "evidence_source_refused",
        )


def test_a_stream_of_which_nothing_can_be_decoded_is_never_well(clip: Path, tmp_path: Path) -> None:
    """Its packets come, with nothing in them."""
    data = bytearray(clip.read_bytes())
    begin = data.index(b"mdat")
    end = begin - 4 + int.from_bytes(data[begin - 4 : begin], "big")
    data[begin + 4 : end] = bytes(end - begin - 4)
    torn = tmp_path / "torn.mp4"
    torn.write_bytes(data)
    told = Told()
    with reading(Line([torn]), told):
        told.wait_for("evidence_source_stream_ended")
    assert "" not in told.heard


def test_a_mistake_of_ours_is_told_and_waited_out() -> None:
    told, line = Told(), Line([RuntimeError("a bug")])
    with reading(line, told):
        told.wait_for("evidence_source_internal_error", "evidence_source_internal_error")
    assert line.opened >= 2
