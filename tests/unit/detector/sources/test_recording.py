from __future__ import annotations

import wave
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest

from detector.frame import Frame
from detector.sources.errors import Fault, SourceError
from detector.sources.recording import RecordingSource, recording_facts
from detector.sources.status import SourceState, SourceStatus
from detector.sources.timeline import JUMP_FORWARD
from fences.clock import SECOND_NS
from fences.observation import Gap

WriteClip = Callable[..., Path]
STEP_NS = SECOND_NS // 25


def frames(source: RecordingSource) -> list[Frame]:
    return [item for item in source if isinstance(item, Frame)]


def test_media_time_is_the_stamps_from_zero_and_wall_time_follows(write_clip: WriteClip) -> None:
    path = write_clip(pts=[50, 51, 52, 54])
    seen = frames(RecordingSource(path, start_wall_ns=1000))
    assert [frame.media_ns for frame in seen] == [0, STEP_NS, 2 * STEP_NS, 4 * STEP_NS]
    assert [frame.wall_ns - frame.media_ns for frame in seen] == [1000] * 4


def test_pictures_are_bgr_in_order_and_converted_once(write_clip: WriteClip) -> None:
    seen = frames(RecordingSource(write_clip()))
    images = [frame.image() for frame in seen]
    assert [image.shape for image in images] == [(48, 64, 3)] * 20
    assert [round(float(image.mean()) / 8) for image in images] == list(range(20))
    assert seen[0].image() is images[0]
    assert not images[0].flags.writeable


def test_a_picture_may_be_looked_at_after_the_recording_has_ended(write_clip: WriteClip) -> None:
    seen = frames(RecordingSource(write_clip()))
    assert float(seen[10].image().mean()) == pytest.approx(80, abs=3)


def test_a_leap_in_the_stamps_is_a_gap(write_clip: WriteClip) -> None:
    items = list(RecordingSource(write_clip(pts=[0, 1, 2, 252, 253])))
    assert [item for item in items if isinstance(item, Gap)] == [
        Gap(2 * STEP_NS, 252 * STEP_NS, JUMP_FORWARD)
    ]


def test_a_recording_can_be_read_again(write_clip: WriteClip) -> None:
    source = RecordingSource(write_clip())
    assert [f.media_ns for f in frames(source)] == [f.media_ns for f in frames(source)]


def test_closing_ends_the_iteration(write_clip: WriteClip) -> None:
    source = RecordingSource(write_clip())
    seen = []
    for item in source:
        seen.append(item)
        source.close()
    assert len(seen) == 1


def test_facts_are_told_without_reading_the_whole_clip(write_clip: WriteClip) -> None:
    facts = recording_facts(write_clip())
    assert (facts.size_wh, facts.fps, facts.duration_s, facts.codec) == (
        (64, 48),
        25.0,
        0.8,
        "h264",
    )


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_a_rotation_tag_is_followed(tmp_path: Path, degrees: int) -> None:
    """A player turns the stored picture by the tag; so does the recording."""
    tagged = tmp_path / "tagged.mp4"
    with av.open(tagged, "w") as container:
        stream = container.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        stream.set_display_rotation(degrees)
        upper_left = np.zeros((48, 64, 3), np.uint8)
        upper_left[:24, :32] = 255
        for index in range(5):
            picture = av.VideoFrame.from_ndarray(upper_left, format="bgr24")
            picture.pts = index
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))
    with av.open(tagged) as container:
        turned = round(next(container.decode(video=0)).rotation / 90)
    image = frames(RecordingSource(tagged))[0].image()
    assert image.shape[:2] == ((64, 48) if degrees % 180 else (48, 64))
    wanted = np.rot90(upper_left, turned)
    assert np.abs(image.astype(int) - wanted).mean() < 10
    assert recording_facts(tagged).size_wh == (image.shape[1], image.shape[0])


def test_a_clip_cut_short_gives_what_is_there_then_a_gap_and_says_so(
    write_clip: WriteClip, tmp_path: Path
) -> None:
    whole = write_clip(pictures=200)
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    told: list[SourceStatus] = []
    items = list(RecordingSource(cut, on_status=told.append))
    *seen, last = items
    assert 5 < len(seen) < 190
    assert isinstance(last, Gap)
    assert (last.reason, last.to_ns) == (Fault.ENDS_EARLY, 8 * SECOND_NS)
    assert isinstance(seen[-1], Frame)
    assert seen[-1].media_ns < last.from_ns
    (status,) = told
    assert (status.state, status.fault) == (SourceState.OFFLINE, Fault.ENDS_EARLY)
    assert "of 8.0 s" in status.detail


def test_a_damaged_stretch_is_passed_over(write_clip: WriteClip, tmp_path: Path) -> None:
    data = bytearray(write_clip(pictures=200).read_bytes())
    middle = len(data) // 2
    data[middle : middle + 200] = bytes(200)
    damaged = tmp_path / "damaged.mp4"
    damaged.write_bytes(data)
    times = [frame.media_ns for frame in frames(RecordingSource(damaged))]
    assert times == sorted(set(times))
    assert times[-1] >= 190 * STEP_NS


def make_silent_sound(path: Path) -> None:
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(bytes(16_000))


UNREADABLE: dict[str, tuple[Callable[[Path], object], Fault, str]] = {
    "missing.mp4": (lambda _: None, Fault.NOT_FOUND, "no such file"),
    "folder.mp4": (lambda path: path.mkdir(), Fault.NOT_FOUND, "it is a folder"),
    "empty.mp4": (lambda path: path.touch(), Fault.EMPTY, "the file is empty"),
    "noise.mp4": (
        lambda path: path.write_bytes(np.random.default_rng(1).bytes(50_000)),
        Fault.NOT_VIDEO,
        "damaged or in no known format",
    ),
    "notes.txt": (lambda path: path.write_text("hello\n" * 999), Fault.NOT_VIDEO, "text"),
    "sound.wav": (make_silent_sound, Fault.NOT_VIDEO, "it holds audio, no video"),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_is_no_video_is_refused_in_one_sentence(name: str, tmp_path: Path) -> None:
    make, fault, what = UNREADABLE[name]
    path = tmp_path / name
    make(path)
    for read in (lambda: list(RecordingSource(path)), lambda: recording_facts(path)):
        with pytest.raises(SourceError) as caught:
            read()
        assert caught.value.fault is fault
        assert what in str(caught.value)
        assert str(path) in str(caught.value)
        assert "expected a video" in str(caught.value)


def test_a_clip_without_a_whole_picture_is_refused(write_clip: WriteClip, tmp_path: Path) -> None:
    whole = write_clip("whole.avi")
    stub = tmp_path / "stub.avi"
    stub.write_bytes(whole.read_bytes()[:5700])
    with pytest.raises(SourceError) as caught:
        list(RecordingSource(stub))
    assert caught.value.fault in (Fault.NO_PICTURE, Fault.NOT_VIDEO)


def test_a_playlist_cannot_reach_the_network(tmp_path: Path) -> None:
    playlist = tmp_path / "list.m3u8"
    playlist.write_text("#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/a.ts\n")
    with pytest.raises(SourceError):
        list(RecordingSource(playlist))
