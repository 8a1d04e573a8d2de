"""A camera on loopback: GStreamer's RTSP server playing a clip made on the spot."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import av
import numpy as np
import pytest

SYSTEM_PYTHON = "/usr/bin/python3"
SERVER = Path(__file__).parent / "rtsp_server.py"
_PROBE = (
    "import gi; gi.require_version('GstRtspServer', '1.0'); from gi.repository import Gst, "
    "GstRtspServer; Gst.init(None); assert Gst.ElementFactory.find('h264parse')"
)
_PACKAGES = (
    "python3-gi gir1.2-gst-rtsp-server-1.0 gstreamer1.0-plugins-good gstreamer1.0-plugins-bad"
)


class Camera:
    """The server process; it can be killed and started again on its port."""

    def __init__(self, clip: Path) -> None:
        self._clip = clip
        self.port = 0
        self.start()

    def start(self) -> None:
        command = [SYSTEM_PYTHON, str(SERVER), str(self._clip), str(self.port)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        word, port = self.process.stdout.readline().split()
        assert word == "ready"
        self.port = int(port)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(10)
        assert self.process.stdout is not None
        self.process.stdout.close()

    def url(self, path: str = "clip") -> str:
        return f"rtsp://viewer:hunter2@127.0.0.1:{self.port}/{path}"


StartCamera = Callable[[], Camera]


@pytest.fixture(scope="session")
def live_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten seconds of H.264, a key frame every second."""
    path = tmp_path_factory.mktemp("clip") / "clip.mp4"
    with av.open(path, "w", options={"movflags": "faststart"}) as container:
        stream = container.add_stream("libx264", rate=25)
        stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
        stream.options = {"preset": "ultrafast", "g": "25", "bf": "0"}
        for index in range(250):
            grey = np.full((240, 320, 3), index, np.uint8)
            picture = av.VideoFrame.from_ndarray(grey, format="bgr24")
            picture.pts = index
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))
    return path


def need_gstreamer() -> None:
    """Skip where the server cannot run."""
    probe = subprocess.run([SYSTEM_PYTHON, "-c", _PROBE], capture_output=True, check=False)
    if probe.returncode:
        pytest.skip(f"needs gst-rtsp-server: apt-get install {_PACKAGES}")


@pytest.fixture
def start_camera(live_clip: Path) -> Iterator[StartCamera]:
    need_gstreamer()
    with ExitStack() as stack:

        def start() -> Camera:
            camera = Camera(live_clip)
            stack.callback(camera.kill)
            return camera

        yield start
