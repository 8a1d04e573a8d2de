"""A clip holds a stream's own packets, in a file that plays anywhere."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from detector.sources.recording import open_recording
from detector.sources.remux import Cut
from detector.sources.ring import Ring
from fences.clock import SECOND_NS

BASELINE = {"preset": "ultrafast", "g": "10", "bf": "0"}
REORDERED = {"preset": "medium", "g": "10", "bf": "2"}
H265 = {"preset": "ultrafast", "x265-params": "log-level=none:keyint=10:min-keyint=10:bframes=2"}


def stream(path: Path, codec: str, options: dict[str, str], pictures: int = 50) -> Path:
    with av.open(path, "w") as container:
        video: Any = container.add_stream(codec, rate=25)
        video.width, video.height = 64, 48
        video.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        video.options = options
        for number in range(pictures):
            grey = np.full((48, 64, 3), 4 * number, np.uint8)
            picture = av.VideoFrame.from_ndarray(grey, format="bgr24")
            picture.pts = number
            container.mux(video.encode(picture))
        container.mux(video.encode(None))
    return path


def cut_of(path: Path, clock: Any, *, from_s: float = 0.0, until_s: float = 10.0) -> Cut:
    """What a ring gives of a stream whose connection is over, and its source closed."""
    ring = Ring(60 * SECOND_NS, 1_000_000, clock)
    ready: list[Any] = []
    opened = open_recording(path)
    with closing(opened.container):
        ring.begin(opened, stamped=True)
        first_ns = None
        for packet in opened.container.demux(opened.stream):
            ring.packet(packet)
            if packet.size and first_ns is None:
                ring.placed(0)
                first_ns = 0
        ring.end()
    ring.want(round(from_s * SECOND_NS), 0, round((until_s - from_s) * SECOND_NS), ready.append)
    cut = ring.take(ready[0])
    assert cut is not None
    return cut


def payloads(path: Path) -> list[bytes]:
    with av.open(path) as container:
        return [bytes(packet) for packet in container.demux(video=0) if packet.size]


@pytest.mark.parametrize(
    ("name", "codec", "options", "tag"),
    [
        ("a.mp4", "libx264", BASELINE, "avc1"),
        ("a.mp4", "libx264", REORDERED, "avc1"),
        ("a.ts", "libx264", REORDERED, "avc1"),
        ("a.mkv", "libx264", REORDERED, "avc1"),
        ("a.ts", "libx265", H265, "hvc1"),
        ("a.avi", "mjpeg", {}, None),
    ],
)
def test_a_clip_decodes_completely_begins_at_0_and_is_as_long_as_it_was(
    tmp_path: Path, clock: Any, name: str, codec: str, options: dict[str, str], tag: str | None
) -> None:
    source = stream(tmp_path / name, codec, options)
    cut = cut_of(source, clock)
    assert cut.description.suffix == ("mp4" if tag else "mkv")
    clip = tmp_path / f"clip.{cut.description.suffix}"
    cut.write(clip)
    with av.open(clip) as container:
        pictures = list(container.decode(video=0))
        assert container.duration == pytest.approx(2_000_000, abs=1_000)
        video = container.streams.video[0]
        assert tag is None or video.codec_context.codec_tag == tag
    assert cut.duration_ns == 2 * SECOND_NS
    brightness = [float(picture.to_ndarray(format="gray").mean()) for picture in pictures]
    assert brightness == pytest.approx([4.0 * number for number in range(50)], abs=8)
    times = [picture.time for picture in pictures]
    assert times == pytest.approx([number / 25 for number in range(50)], abs=0.002)
    if not name.endswith(".ts"):
        assert payloads(clip) == payloads(source), "nothing was encoded again"


def test_an_mp4_tells_what_is_in_it_before_its_pictures(tmp_path: Path, clock: Any) -> None:
    """So that a browser can play it while it is loading."""
    cut = cut_of(stream(tmp_path / "a.mp4", "libx264", BASELINE), clock)
    clip = tmp_path / "clip.mp4"
    cut.write(clip)
    data = clip.read_bytes()
    assert 0 < data.index(b"moov") < data.index(b"mdat")


def test_a_clip_of_the_middle_has_only_its_own_pictures(tmp_path: Path, clock: Any) -> None:
    cut = cut_of(stream(tmp_path / "a.mp4", "libx264", BASELINE), clock, from_s=0.9, until_s=1.3)
    clip = tmp_path / "clip.mp4"
    cut.write(clip)
    with av.open(clip) as container:
        pictures = list(container.decode(video=0))
    brightness = [float(picture.to_ndarray(format="gray").mean()) for picture in pictures]
    assert brightness == pytest.approx([4.0 * number for number in range(20, 33)], abs=8)


def test_a_place_that_takes_no_file_is_an_os_error(tmp_path: Path, clock: Any) -> None:
    cut = cut_of(stream(tmp_path / "a.mp4", "libx264", BASELINE), clock)
    with pytest.raises(OSError, match="No such file"):
        cut.write(tmp_path / "nowhere" / "clip.mp4")
