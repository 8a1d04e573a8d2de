"""A camera on loopback: GStreamer's RTSP server playing a clip made on the spot."""

from __future__ import annotations

import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
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

    def __init__(self, clip: Path, kind: str = "") -> None:
        self._clip = clip
        self._kind = kind
        self.port = 0
        self.start()

    def start(self) -> None:
        command = [SYSTEM_PYTHON, str(SERVER), str(self._clip), str(self.port), self._kind]
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

    def url(self, path: str = "clip", login: str = "viewer:hunter2") -> str:
        return f"rtsp://{login}@127.0.0.1:{self.port}/{path}"


StartCamera = Callable[..., Camera]


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
    """Starts a camera; ``kind`` as in ``rtsp_server.py``."""
    need_gstreamer()
    with ExitStack() as stack:

        def start(kind: str = "") -> Camera:
            camera = Camera(live_clip, kind)
            stack.callback(camera.kill)
            return camera

        yield start


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """For 127.0.0.1, signed by itself; certificate and key."""
    folder = tmp_path_factory.mktemp("tls")
    cert, key = folder / "cert.pem", folder / "key.pem"
    name = ["-subj", "/CN=camera", "-addext", "subjectAltName=IP:127.0.0.1"]
    made = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *name]
    try:
        subprocess.run(
            ["openssl", *made, "-keyout", key, "-out", cert], check=True, capture_output=True
        )
    except FileNotFoundError:
        pytest.skip("needs openssl: apt-get install openssl")
    return cert, key


class Terminator:
    """Speaks TLS on a port of loopback and forwards to another one."""

    def __init__(self, to_port: int, certificate: tuple[Path, Path]) -> None:
        self._to_port = to_port
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(*certificate)
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        self._sockets: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def close(self) -> None:
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        for one in self._sockets:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(10)
        for one in self._sockets:
            one.close()

    def _accept(self) -> None:
        with suppress(OSError):  # closed: that is how this ends
            while True:
                plain, _ = self._server.accept()
                with suppress(ssl.SSLError, ConnectionError):  # the client does not believe us
                    self._forward(self._context.wrap_socket(plain, server_side=True))

    def _forward(self, near: socket.socket) -> None:
        far = socket.create_connection(("127.0.0.1", self._to_port))
        self._sockets += [near, far]
        for one, other in ((near, far), (far, near)):
            self._threads.append(threading.Thread(target=self._pump, args=(one, other)))
            self._threads[-1].start()

    @staticmethod
    def _pump(one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while data := one.recv(65536):
                other.sendall(data)
        with suppress(OSError):
            other.shutdown(socket.SHUT_RDWR)


Secured = Callable[[int], int]


@pytest.fixture
def secured(certificate: tuple[Path, Path]) -> Iterator[Secured]:
    """Gives the port where another port is reached over TLS."""
    with ExitStack() as stack:

        def secure(port: int) -> int:
            terminator = Terminator(port, certificate)
            stack.callback(terminator.close)
            return int(terminator.port)

        yield secure
