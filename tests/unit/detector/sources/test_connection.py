"""Of a live stream only what is wanted is decoded."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing, nullcontext
from fractions import Fraction
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

import av
import pytest
from av.video.frame import PictureType

from detector.sampling import Sampler
from detector.sources.connection import Connection, Placed, Stamped
from detector.sources.keys import KeyDistance, recorded_keys
from detector.sources.picture import PictureConverter
from detector.sources.recording import open_recording
from detector.sources.timeline import Timeline
from detector.sources.video import packets
from fences.clock import SECOND_NS
from fences.observation import Gap

WriteClip = Callable[..., Path]
STEP_NS = SECOND_NS // 25


class Turns:
    """Counts how often something was decoded."""

    def __init__(self) -> None:
        self.taken = 0

    def __enter__(self) -> None:
        self.taken += 1

    def __exit__(self, *_: object) -> None:
        pass


def watched(
    path: Path,
    sampler: Sampler | None,
    turns: Any = None,
    *,
    recorded: bool = False,
    skip: int = 0,
    checked: bool = True,
) -> list[float]:
    """When, in seconds after the first packet, a picture came out; each is the right one.

    ``skip``: packets that were sent before anybody listened.
    """
    opened = open_recording(path, threads=1)
    line = Timeline(opened.time_base, opened.step_ns, jump_ns=3 * SECOND_NS)

    def place(item: Stamped) -> tuple[int, Gap | None]:
        return line.place(item.pts, item.dts)

    keys = recorded_keys(opened.stream) if recorded else KeyDistance()
    connection = Connection(opened, place, turns or nullcontext(), sampler, keys)
    times = []
    with closing(opened.container):
        for packet in islice(packets(opened), skip, None):
            for item in connection.take(packet):
                assert isinstance(item, Placed)
                number = round(item.media_ns / STEP_NS) + skip
                grey = item.picture.to_ndarray(format="gray")
                assert not checked or abs(float(grey.mean()) - min(255, 2 * number)) < 12
                times.append(item.media_ns / SECOND_NS)
    return times


def near(times: list[float]) -> Any:
    """Within the delay of pictures that are shown later than they are sent."""
    return pytest.approx(times, abs=0.1)


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """100 pictures, 4 s, a key frame each second, and pictures that others do not refer to."""
    path = tmp_path / "street.mp4"
    with av.open(path, "w") as container:
        stream = container.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        stream.options = {"preset": "medium", "g": "25", "sc_threshold": "0", "bf": "2"}
        for number in range(100):
            picture = av.VideoFrame(64, 48, "gray")
            picture.planes[0].update(bytes([min(255, 2 * number)]) * picture.planes[0].buffer_size)
            picture.pts = number
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))
    return path


def test_whoever_looks_as_seldom_as_key_frames_come_decodes_nothing_else(clip: Path) -> None:
    turns = Turns()
    assert watched(clip, Sampler(SECOND_NS), turns) == near([0.0, 1.0, 2.0, 3.0])
    assert turns.taken == 4


def test_nothing_is_decoded_before_the_first_key_frame_comes(clip: Path) -> None:
    """Whoever connects hears the rest of a group of pictures first, that nobody can decode."""
    turns = Turns()
    assert len(watched(clip, Sampler(SECOND_NS), turns, skip=10, checked=False)) == 3
    assert turns.taken == 3


def test_a_stream_without_key_frames_is_decoded_after_a_while(tmp_path: Path) -> None:
    """Some encoders refresh the picture bit by bit."""
    path = tmp_path / "refresh.mp4"
    with av.open(path, "w") as container:
        stream = container.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        stream.options = {"g": "25", "sc_threshold": "0", "bf": "0", "intra-refresh": "1"}
        for number in range(250):
            picture = av.VideoFrame(64, 48, "gray")
            picture.planes[0].update(bytes([number // 2]) * picture.planes[0].buffer_size)
            picture.pts = number
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))
    times = watched(path, Sampler(SECOND_NS), skip=1, checked=False)
    assert len(times) >= 3
    assert max(b - a for a, b in pairwise(times)) < 1.1


def test_whoever_looks_less_often_decodes_fewer(clip: Path) -> None:
    turns = Turns()
    assert watched(clip, Sampler(2 * SECOND_NS), turns) == near([0.0, 2.0])
    assert turns.taken == 2


def test_whoever_looks_more_often_gets_pictures_between(clip: Path) -> None:
    times = watched(clip, Sampler(SECOND_NS // 2))
    assert len(times) == 8
    assert all(abs(time - number / 2) <= 0.1 for number, time in enumerate(times))


def awaiting(moment_s: float, every_s: float = 1.0) -> Sampler:
    """A sampler that has been told of a moment at which it matters to look."""

    class Awaiting(Sampler):
        def took(self, media_ns: int, step_ns: int = 0) -> None:
            super().took(media_ns, step_ns)
            self.settle(quiet=False, due_ns=round(moment_s * SECOND_NS))

    return Awaiting(round(every_s * SECOND_NS))


@pytest.mark.parametrize("recorded", [False, True], ids=["live", "recorded"])
def test_a_moment_between_two_key_frames_is_decoded_once_and_is_the_right_picture(
    clip: Path, recorded: bool
) -> None:
    turns = Turns()
    times = watched(clip, awaiting(2.5), turns, recorded=recorded)
    assert times == near([0.0, 1.0, 2.0, 2.5, 3.0])
    assert times[3] >= 2.5
    assert turns.taken == 5


def test_a_moment_just_before_a_key_frame_is_left_to_that(clip: Path) -> None:
    """Everything since the key frame before would have to be decoded for it."""
    turns = Turns()
    assert watched(clip, awaiting(1.9), turns) == near([0.0, 1.0, 2.0, 3.0])
    assert turns.taken == 4


def test_a_moment_whose_group_is_damaged_is_left_to_the_next_key_frame(clip: Path) -> None:
    data = bytearray(clip.read_bytes())
    with av.open(clip) as container:
        second = [it for it in container.demux(video=0) if it.is_keyframe and it.size][1]
        assert second.pos is not None
        data[second.pos + 8 : second.pos + second.size] = bytes(second.size - 8)
    clip.write_bytes(data)
    assert watched(clip, awaiting(1.5)) == near([0.0, 2.0, 3.0])


def test_a_recording_tells_beforehand_how_far_its_key_frames_are_apart(clip: Path) -> None:
    turns = Turns()
    assert watched(clip, Sampler(SECOND_NS), turns, recorded=True) == near([0.0, 1.0, 2.0, 3.0])
    assert turns.taken == 4
    times = watched(clip, Sampler(SECOND_NS * 9 // 10), recorded=True)
    assert times == near([0.0, 0.9, 1.8, 2.7, 3.6])


def test_key_frames_that_come_unevenly_are_as_far_apart_as_the_longest_way(tmp_path: Path) -> None:
    """Encoders put more of them where a scene begins; that does not make the others nearer."""
    path = tmp_path / "uneven.mp4"
    with av.open(path, "w") as container:
        stream = container.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        stream.options = {"g": "50", "sc_threshold": "0", "bf": "0"}
        for number in range(100):
            picture = av.VideoFrame(64, 48, "gray")
            picture.planes[0].update(bytes([min(255, 2 * number)]) * picture.planes[0].buffer_size)
            picture.pts = number
            if number < 5:
                picture.pict_type = PictureType.I
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))
    assert watched(path, Sampler(SECOND_NS // 5), recorded=True) == near(
        [number / 5 for number in range(20)]
    )


def test_a_group_of_pictures_that_is_too_long_is_known_at_its_end(clip: Path) -> None:
    times = watched(clip, Sampler(SECOND_NS * 3 // 5))
    assert len([time for time in times if time >= 1]) >= 5


def test_without_a_demand_every_picture_comes(clip: Path) -> None:
    assert len(watched(clip, None)) == 100


def test_a_camera_where_something_begins_goes_from_key_frames_to_all(clip: Path) -> None:
    class Waking(Sampler):
        """Wakes up after its second look."""

        def took(self, media_ns: int, step_ns: int = 0) -> None:
            super().took(media_ns, step_ns)
            self.settle(quiet=media_ns < SECOND_NS // 2)

    sampler = Waking(SECOND_NS // 5, SECOND_NS)
    sampler.settle(quiet=True)
    times = watched(clip, sampler)
    assert times[:2] == near([0.0, 1.0])
    assert len([time for time in times if time >= 2]) >= 9


def test_a_damaged_key_frame_is_let_go_and_the_next_one_taken(clip: Path) -> None:
    data = bytearray(clip.read_bytes())
    with av.open(clip) as container:
        keys = [it for it in container.demux(video=0) if it.is_keyframe and it.size]
        second = keys[1]
        assert second.pos is not None
        data[second.pos + 8 : second.pos + second.size] = bytes(second.size - 8)
    clip.write_bytes(data)
    times = watched(clip, Sampler(SECOND_NS))
    assert times == near([0.0, 2.0, 3.0])


@pytest.mark.parametrize("every_s", [0.0, 0.2, 1.0], ids=["all", "some", "keys"])
def test_a_stream_that_changes_its_resolution_goes_on(every_s: float, tmp_path: Path) -> None:
    """As a camera does that is set to another one without hanging up."""
    path = tmp_path / "two.h264"
    with path.open("wb") as to:
        for size_wh in ((64, 48), (128, 96), (64, 48)):
            to.write(_raw(size_wh))
    opened = open_recording(path, threads=1)
    line = Timeline(opened.time_base, opened.step_ns, jump_ns=3 * SECOND_NS)
    sampler = Sampler(round(every_s * SECOND_NS))
    connection = Connection(
        opened, lambda it: line.place(it.pts, it.dts), nullcontext(), sampler, KeyDistance()
    )
    converter = PictureConverter()
    sizes = []
    with closing(opened.container):
        for packet in packets(opened):
            for item in connection.take(packet):
                assert isinstance(item, Placed)
                frame = converter.frame(item.media_ns, 0, item.picture)
                assert frame.within(32).shape[:2] == (24, 32)
                sizes.append(frame.image().shape[:2])
    assert set(sizes[: len(sizes) // 4]) == {(48, 64)}
    assert (96, 128) in sizes
    assert sizes[-1] == (48, 64)
    assert len(sizes) >= (150 if not every_s else round(6 / every_s) - 3)


def _raw(size_wh: tuple[int, int]) -> bytes:
    """Two seconds of H.264 as it is on the wire, with its parameters at each key frame."""
    encoder = av.CodecContext.create("libx264", "w")
    assert isinstance(encoder, av.VideoCodecContext)
    encoder.width, encoder.height = size_wh
    encoder.pix_fmt, encoder.framerate, encoder.time_base = "yuv420p", Fraction(25), Fraction(1, 25)
    encoder.options = {"preset": "ultrafast", "g": "25", "bf": "0"}
    data = b""
    for number in range(50):
        picture = av.VideoFrame(*size_wh, "yuv420p")
        picture.pts = number
        data += b"".join(bytes(packet) for packet in encoder.encode(picture))
    return data + b"".join(bytes(packet) for packet in encoder.encode(None))
