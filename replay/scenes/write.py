"""Scenes into files: H.264 in MP4, as cameras and recorders write it."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
from av.video.stream import VideoStream

from replay.scenes.render import render
from replay.scenes.spec import SceneSpec
from replay.scenes.truth import ClipTruth, clip_truth


def write_clip(
    spec: SceneSpec,
    path: Path,
    *,
    crf: int = 24,
    bitrate_kbps: int | None = None,
    gop_s: float = 2.0,
    progress: Callable[[int, int], None] | None = None,
) -> ClipTruth:
    """Render a scene into an MP4 file; what is to be found in it.

    ``crf`` 0-51 sets the quality unless ``bitrate_kbps`` fixes the rate; a key frame comes
    every ``gop_s``. Frame i has the media time i / fps exactly. ``progress`` hears frames
    done and frames in all.
    """
    with av.open(str(path), "w") as container:
        stream = _stream(container, spec, crf, bitrate_kbps, gop_s)
        for index, frame in enumerate(render(spec)):
            picture = av.VideoFrame.from_ndarray(frame.image, format="bgr24")
            picture.pts = index
            picture.time_base = 1 / _rate(spec)
            container.mux(stream.encode(picture))
            if progress is not None:
                progress(index + 1, spec.frame_count)
        container.mux(stream.encode(None))
    return clip_truth(spec)


def _rate(spec: SceneSpec) -> Fraction:
    return Fraction(spec.fps).limit_denominator(1001)


def _stream(
    container: av.container.OutputContainer,
    spec: SceneSpec,
    crf: int,
    bitrate_kbps: int | None,
    gop_s: float,
) -> VideoStream:
    options = {"preset": "veryfast", "bf": "0"}
    if bitrate_kbps is None:
        options["crf"] = str(crf)
    stream = container.add_stream("libx264", rate=_rate(spec), options=options)
    stream.width, stream.height, stream.pix_fmt = spec.width_px, spec.height_px, "yuv420p"
    stream.time_base = 1 / _rate(spec)
    stream.gop_size = max(round(gop_s * spec.fps), 1)
    if bitrate_kbps is not None:
        stream.bit_rate = bitrate_kbps * 1000
    return stream
