"""Scenes as files."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import pytest

from replay.scenes import clip_truth, demo_scene, write_clip


@pytest.mark.parametrize("fps", [12.5, 25.0, 10.0])
def test_a_clip_reads_back_with_its_frames_and_exact_times(tmp_path: Path, fps: float) -> None:
    spec = replace(demo_scene(width_px=160, height_px=90, fps=fps), duration_s=2.0)
    path = tmp_path / "clip.mp4"
    heard: list[tuple[int, int]] = []
    truth = write_clip(spec, path, gop_s=1.0, progress=lambda done, of: heard.append((done, of)))
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        frames = list(container.decode(stream))
        times = [Fraction(frame.pts or 0) * (frame.time_base or 0) for frame in frames]
    assert truth == clip_truth(spec)
    assert times == [i / Fraction(fps) for i in range(spec.frame_count)]
    assert [round(time * 10**9) for time in times] == [
        spec.media_ns(i) for i in range(spec.frame_count)
    ]
    assert sum(frame.key_frame for frame in frames) == -(-spec.frame_count // round(fps))
    assert stream.codec_context.name == "h264"
    assert heard[-1] == (spec.frame_count, spec.frame_count)


def test_a_lower_bit_rate_makes_a_smaller_file(tmp_path: Path) -> None:
    spec = replace(demo_scene(width_px=192, height_px=108), duration_s=2.0)
    sizes = []
    for kbps in (60, 600):
        write_clip(spec, tmp_path / f"{kbps}.mp4", bitrate_kbps=kbps)
        sizes.append((tmp_path / f"{kbps}.mp4").stat().st_size)
    assert sizes[0] < 0.7 * sizes[1]
