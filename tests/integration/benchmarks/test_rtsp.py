"""The benchmarks' own RTSP server, watched by a real client."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import av
import pytest

from benchmarks.city import Street, street
from benchmarks.clips import FPS, Visit, drawn_clip
from benchmarks.rtp import CLOCK_HZ, load_track, numbered

SIZE_WH = (160, 120)
LENGTH_S = 4
pytestmark = pytest.mark.timeout(60)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return drawn_clip(tmp_path_factory.mktemp("clip"), SIZE_WH, Visit(1, 3, LENGTH_S), 1.0).path


@pytest.fixture
def served(clip: Path, tmp_path: Path) -> Iterator[Street]:
    with street({"one": clip, "two": clip}, tmp_path) as rtsp:
        yield rtsp


def test_a_clip_goes_on_across_its_seam_with_a_key_frame_every_two_seconds(served: Street) -> None:
    with av.open(served.url("one"), options={"rtsp_transport": "tcp"}, timeout=10) as container:
        packets = list(itertools.islice(container.demux(video=0), (LENGTH_S + 2) * FPS))
        times = [it.pts / CLOCK_HZ for it in packets if it.pts is not None]
        keys = [it.pts / CLOCK_HZ for it in packets if it.is_keyframe and it.pts is not None]
        pictures = [picture for packet in packets for picture in packet.decode()]
    steps = {round(b - a, 3) for a, b in itertools.pairwise(times)}
    assert steps == {1 / FPS}
    assert {round(b - a, 3) for a, b in itertools.pairwise(keys)} == {2.0}
    assert len(pictures) > LENGTH_S * FPS
    assert (pictures[0].width, pictures[0].height) == SIZE_WH


def test_who_asks_for_udp_is_sent_to_tcp(served: Street) -> None:
    with av.open(served.url("one"), timeout=10) as container:
        assert next(container.decode(video=0)).width == SIZE_WH[0]


def test_the_log_tells_who_began_when_and_where_in_the_clip(served: Street) -> None:
    for name in ("two", "two", "one"):
        with av.open(served.url(name), options={"rtsp_transport": "tcp"}, timeout=10) as container:
            next(container.demux(video=0))
    plays = served.plays()
    assert [play["play"] for play in plays] == ["two", "two", "one"]
    assert plays[0]["frame"] == plays[1]["frame"] != plays[2]["frame"]
    assert plays[0]["at_ns"] < plays[1]["at_ns"] < plays[2]["at_ns"]


def test_what_is_not_there_is_refused(served: Street) -> None:
    with pytest.raises(av.error.FFmpegError):
        av.open(served.url("three"), options={"rtsp_transport": "tcp"}, timeout=10)


def test_packets_are_numbered_without_a_hole_and_share_their_pictures_time(clip: Path) -> None:
    track = load_track(clip)
    unit = track.units[0]
    assert unit.key
    sent = numbered(unit, 0xFFFF, 1 << 32)
    heads = [sent[at + 4 : at + 12] for at in unit.starts]
    numbers = [int.from_bytes(head[2:4], "big") for head in heads]
    assert numbers == [(0xFFFF + n) & 0xFFFF for n in range(len(heads))]
    assert {bytes(head[4:8]) for head in heads} == {b"\0\0\0\0"}
    assert [head[1] & 0x80 for head in heads] == [0] * (len(heads) - 1) + [0x80]
