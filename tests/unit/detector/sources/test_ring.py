"""What is kept of a stream is bounded, whole, in order, and of one connection at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from av.packet import Packet
from hypothesis import given, settings
from hypothesis import strategies as st

from detector.sources.recording import open_recording
from detector.sources.remux import Cut, decoding_stamps
from detector.sources.ring import PACKET_BYTES, Ring, Wanted
from detector.sources.video import OpenedVideo
from fences.clock import SECOND_NS

WriteClip = Callable[..., Path]
MEDIA_NS = 1_000 * SECOND_NS
"""Media time at which every connection here begins."""


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenedVideo]:
    """Any H.264 stream; its unit is 1/12800 s."""
    import av  # noqa: PLC0415  # only to make the clip

    path = tmp_path_factory.mktemp("ring") / "clip.mp4"
    with av.open(path, "w") as container:
        stream = container.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for number in range(2):
            picture = av.VideoFrame(64, 48, "yuv420p")
            picture.pts = number
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))
    video = open_recording(path)
    assert video.time_base == Fraction(1, 12_800)
    with closing(video.container):
        yield video


class Reader:
    """Feeds a ring as a camera's reader does; every packet's data is its number."""

    def __init__(self, ring: Ring, opened: OpenedVideo) -> None:
        self.ring = ring
        self._opened = opened
        self._units = 0
        self._count = 0

    def connect(self, stamped: bool = True) -> None:
        self.ring.begin(self._opened, stamped=stamped)
        self._units = 0

    def read(self, *, key: bool, step_s: float = 0.04, size: int = 100) -> None:
        data = self._count.to_bytes(4, "big").ljust(size, b".")
        packet: Any = Packet(data)
        packet.pts = packet.dts = self._units
        packet.is_keyframe = key
        self.ring.packet(packet)
        self.ring.placed(MEDIA_NS + round(Fraction(self._units, 12_800) * SECOND_NS))
        self._units += round(step_s * 12_800)
        self._count += 1

    def play(self, seconds: float, *, key_s: float = 1.0, size: int = 100) -> None:
        """25 packets a second."""
        for number in range(round(seconds * 25)):
            self.read(key=number % round(key_s * 25) == 0, size=size)


@pytest.fixture
def make(clock: Any, opened: OpenedVideo) -> Callable[..., Reader]:
    def make(keep_s: float = 10, max_bytes: int = 1_000_000) -> Reader:
        reader = Reader(Ring(round(keep_s * SECOND_NS), max_bytes, clock), opened)
        reader.connect()
        return reader

    return make


class Ears:
    """Hears which clips are ready."""

    def __init__(self, ring: Ring) -> None:
        self.ring = ring
        self.ready: list[Wanted] = []

    def want(self, at_s: float, before_s: float = 2, after_s: float = 2) -> Wanted | None:
        media_ns = MEDIA_NS + round(at_s * SECOND_NS)
        before_ns, after_ns = round(before_s * SECOND_NS), round(after_s * SECOND_NS)
        return self.ring.want(media_ns, before_ns, after_ns, self.ready.append)

    def cut(self) -> Cut | None:
        (wanted,) = self.ready
        return self.ring.take(wanted)


def span(cut: Cut | None) -> tuple[float, float]:
    """First and last packet, in seconds of the connection."""
    assert cut is not None
    assert cut.packets[0].is_key
    return cut.packets[0].at_ns / SECOND_NS, cut.packets[-1].at_ns / SECOND_NS


def test_a_clip_is_ready_once_what_follows_has_come_and_begins_at_a_key_frame(
    make: Callable[..., Reader],
) -> None:
    reader = make()
    reader.play(5.5)
    ears = Ears(reader.ring)
    ears.want(5.4)
    reader.play(1.8)
    assert ears.ready == []
    reader.play(0.2)
    cut = ears.cut()
    assert span(cut) == pytest.approx((3.0, 7.4), abs=0.001)
    assert cut is not None
    assert cut.begin_ns == MEDIA_NS + 3 * SECOND_NS


def test_a_clip_is_told_once_and_taken_once(make: Callable[..., Reader]) -> None:
    reader = make()
    reader.play(3)
    ears = Ears(reader.ring)
    ears.want(2, after_s=0.5)
    reader.play(2)
    reader.ring.end()
    (wanted,) = ears.ready
    assert reader.ring.take(wanted) is not None
    assert reader.ring.take(wanted) is None


def test_a_stream_that_ends_gives_what_is_there(make: Callable[..., Reader]) -> None:
    reader = make()
    reader.play(5)
    ears = Ears(reader.ring)
    ears.want(4.9)
    reader.play(1)
    reader.ring.end()
    assert span(ears.cut()) == pytest.approx((2.0, 5.96), abs=0.001)


def test_a_clip_that_is_wanted_after_the_end_is_ready_at_once(make: Callable[..., Reader]) -> None:
    reader = make()
    reader.play(5)
    reader.ring.end()
    ears = Ears(reader.ring)
    ears.want(4.9)
    assert span(ears.cut()) == pytest.approx((2.0, 4.96), abs=0.001)


def test_packets_of_two_connections_are_never_in_one_clip(make: Callable[..., Reader]) -> None:
    reader = make()
    reader.play(5)
    ears = Ears(reader.ring)
    ears.want(4.9)
    reader.connect()
    reader.play(5)
    assert span(ears.cut()) == pytest.approx((2.0, 4.96), abs=0.001)


def test_what_nobody_waits_for_goes_when_the_camera_is_connected_anew(
    make: Callable[..., Reader],
) -> None:
    reader = make()
    reader.play(5)
    assert reader.ring.bytes > 0
    reader.connect()
    assert reader.ring.bytes == 0


def test_a_leap_of_the_stamps_is_as_a_new_connection(make: Callable[..., Reader]) -> None:
    reader = make()
    reader.play(2)
    ears = Ears(reader.ring)
    ears.want(1.9)
    reader.read(key=False, step_s=60)
    reader.play(1)
    assert span(ears.cut()) == pytest.approx((0.0, 2.0), abs=0.001)


def test_before_its_first_key_frame_a_connection_gives_nothing(make: Callable[..., Reader]) -> None:
    reader = make()
    reader.read(key=False)
    assert reader.ring.bytes == 0
    assert Ears(reader.ring).want(0) is None


def test_a_clip_that_is_waited_for_holds_more_than_is_kept_otherwise(
    make: Callable[..., Reader],
) -> None:
    reader = make(keep_s=2)
    reader.play(5)
    ears = Ears(reader.ring)
    wanted = ears.want(4.9, after_s=10)
    usual = reader.ring.bytes
    reader.play(8)
    assert reader.ring.bytes > 2 * usual
    assert wanted is not None
    reader.ring.forget(wanted)
    assert reader.ring.bytes <= usual


def test_where_there_is_no_room_a_clip_loses_its_beginning_and_not_its_camera(
    make: Callable[..., Reader],
) -> None:
    reader = make(max_bytes=100 * (100 + PACKET_BYTES))
    reader.play(5)
    ears = Ears(reader.ring)
    ears.want(4.9)
    reader.play(3)
    first, last = span(ears.cut())
    assert first >= 3
    assert last == pytest.approx(6.88, abs=0.001)


def test_a_group_that_has_no_room_is_given_up_whole(make: Callable[..., Reader]) -> None:
    reader = make(max_bytes=20 * (100 + PACKET_BYTES))
    reader.play(1)
    assert reader.ring.bytes == 0
    reader.read(key=True)
    assert reader.ring.bytes == 100 + PACKET_BYTES


def test_a_stream_that_tells_no_times_counts_as_it_comes(
    make: Callable[..., Reader], clock: Any
) -> None:
    reader = make()
    reader.connect(stamped=False)
    for _ in range(50):
        reader.read(key=True)
        clock.now_ns += SECOND_NS // 10
    reader.ring.end()
    ears = Ears(reader.ring)
    assert ears.want(1.9) is not None
    cut = ears.cut()
    assert cut is not None
    assert cut.duration_ns == pytest.approx(2.2 * SECOND_NS, abs=SECOND_NS / 100)


packets = st.tuples(st.booleans(), st.sampled_from([0.04, 0.2, 1.0]), st.integers(4, 3_000))
doings = st.one_of(packets, packets, packets, st.sampled_from(["connect", "end", "want", "take"]))


@settings(max_examples=150, deadline=None)
@given(st.lists(doings, max_size=120), st.floats(0, 5), st.integers(2_000, 20_000))
def test_whatever_comes_it_is_bounded_begins_at_a_key_frame_and_keeps_its_order(
    opened: OpenedVideo, doings: list[Any], keep_s: float, max_bytes: int
) -> None:
    keep_ns = round(keep_s * SECOND_NS)
    ring = Ring(keep_ns, max_bytes, clock=None)  # type: ignore[arg-type]
    reader, ears = Reader(ring, opened), Ears(ring)
    reader.connect()
    for doing in doings:
        if doing == "connect":
            reader.connect()
        elif doing == "end":
            ring.end()
        elif doing == "want":
            ears.want(reader._units / 12_800)
        elif doing == "take":
            for wanted in ears.ready:
                cut = ring.take(wanted)
                assert cut is None or sound(cut)
            ears.ready.clear()
        else:
            key, step_s, size = doing
            reader.read(key=key, step_s=step_s, size=size)
        groups = list(ring._groups)
        assert ring.bytes <= max_bytes
        assert ring.bytes == sum(
            len(packet.data) + PACKET_BYTES for group in groups for packet in group.packets
        )
        assert all(group.packets[0].is_key for group in groups)
        if not ring._wanted and len(groups) > 1:
            assert {id(group.run) for group in groups} == {id(ring._run)}
            newest_ns = groups[-1].packets[-1].at_ns
            assert newest_ns - groups[1].start_ns < keep_ns


def sound(cut: Cut) -> bool:
    numbers = [int.from_bytes(packet.data[:4], "big") for packet in cut.packets]
    assert cut.packets[0].is_key
    return numbers == list(range(numbers[0], numbers[0] + len(numbers)))


@given(st.lists(st.integers(-1_000, 1_000), min_size=1, max_size=60))
def test_a_picture_is_never_decoded_after_it_is_shown_and_never_two_at_once(
    stamps: list[int],
) -> None:
    decoded = decoding_stamps(stamps)
    assert all(decode <= show for decode, show in zip(decoded, stamps, strict=True))
    assert decoded == sorted(set(decoded))


def test_a_ring_by_arrival_lies_where_our_clock_was_when_packets_came(
    clock: Any, opened: OpenedVideo
) -> None:
    """Whatever the stream's stamps are, and though some were read late."""
    reader = Reader(Ring(10 * SECOND_NS, 1_000_000, clock, by_arrival=True), opened)
    reader.connect()
    begun_ns = clock.monotonic_ns()
    for number in range(100):
        clock.now_ns = begun_ns + number * SECOND_NS // 25 + (number % 7) * SECOND_NS // 50
        reader.read(key=number % 25 == 0)
    cut = reader.ring.until(begun_ns + 3 * SECOND_NS + SECOND_NS // 2)
    assert cut is not None
    assert cut.begin_ns == begun_ns + 3 * SECOND_NS
    assert cut.end_ns == pytest.approx(begun_ns + 3.48 * SECOND_NS, abs=SECOND_NS // 25)


def test_what_leads_to_a_moment_begins_at_its_key_frame_and_ends_with_what_has_come(
    make: Callable[..., Reader],
) -> None:
    reader = make()
    assert reader.ring.until(MEDIA_NS) is None
    reader.play(2.5)
    for at_s, last_s in ((1.4, 1.4), (1.0, 1.0), (99.0, 2.44)):
        cut = reader.ring.until(MEDIA_NS + round(at_s * SECOND_NS))
        assert span(cut) == pytest.approx((int(min(at_s, 2)), last_s), abs=0.001)
    assert reader.ring.until(MEDIA_NS - SECOND_NS) is None


def test_looking_at_a_moment_holds_nothing(make: Callable[..., Reader]) -> None:
    reader = make(keep_s=2)
    for _ in range(20):
        reader.play(1)
        reader.ring.until(MEDIA_NS + SECOND_NS)
    assert reader.ring.bytes < 100 * (100 + PACKET_BYTES)
