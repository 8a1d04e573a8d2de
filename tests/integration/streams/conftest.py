"""A camera with two streams of different size, each of a server of its own that can be killed."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import av
import pytest

from detector.frame import Image
from tests.integration.alerts.conftest import Mosquitto
from tests.integration.service import conftest as of_services

ROOT = Path(__file__).parents[3]
FPS = 25

listen, mosquitto, serve = of_services.listen, of_services.mosquitto, of_services.serve
__all__ = ["Mosquitto", "listen", "mosquitto", "serve"]


class Stream:
    """One stream of the camera; what it shows goes by the clock, on whichever server."""

    def __init__(self, clip: Path) -> None:
        self._clip = clip
        self._port = 0
        self.start()

    @property
    def url(self) -> str:
        return f"rtsp://127.0.0.1:{self._port}/{self._clip.stem}"

    def start(self) -> None:
        mounts = self._clip.with_suffix(".json")
        mounts.write_text(json.dumps({self._clip.stem: str(self._clip)}))
        log = self._clip.with_suffix(".log")
        files = [str(mounts), str(log)]
        command = [sys.executable, "-m", "benchmarks.rtsp", *files, str(self._port), "live"]
        self._process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        word, port = self._process.stdout.readline().split()
        assert word == "ready"
        self._port = int(port)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait(10)
        assert self._process.stdout is not None
        self._process.stdout.close()


@dataclass(frozen=True)
class Pair:
    """``sub`` to watch, ``main`` for evidence."""

    sub: Stream
    main: Stream


StartPair = Callable[[Sequence[Image], Sequence[Image]], Pair]


def encode(path: Path, pictures: Sequence[Image], key_s: float) -> Path:
    height, width, _ = pictures[0].shape
    with av.open(path, "w") as container:
        stream = container.add_stream("libx264", rate=FPS)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.options = {
            "preset": "ultrafast", "g": str(round(key_s * FPS)), "bf": "0", "crf": "12",
            "x264-params": "scenecut=0",
        }  # fmt: skip
        for number, shown in enumerate(pictures):
            picture = av.VideoFrame.from_ndarray(shown, format="bgr24")
            picture.pts = number
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))
    return path


@pytest.fixture
def start_pair(tmp_path: Path) -> Iterator[StartPair]:
    """Plays a clip of a sub-stream and one of a main stream, round and round."""
    with ExitStack() as stack:

        def start(sub: Sequence[Image], main: Sequence[Image]) -> Pair:
            pair = Pair(
                Stream(encode(tmp_path / "sub.mp4", sub, key_s=1)),
                Stream(encode(tmp_path / "main.mp4", main, key_s=2)),
            )
            stack.callback(pair.sub.kill)
            stack.callback(pair.main.kill)
            return pair

        yield start
