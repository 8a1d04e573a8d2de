"""Against real HTTP servers: pictures without stamps, and files."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
import pytest

from detector.frame import Frame
from detector.sources.address import parse_address
from detector.sources.backoff import RetryPace
from detector.sources.errors import Fault
from detector.sources.live import LiveSource
from detector.sources.patience import LiveOptions
from detector.sources.status import SourceState, SourceStatus
from fences.clock import SECOND_NS
from kerbwatch.clock import SystemClock

OPTIONS = LiveOptions(read_s=5.0, pace=RetryPace(first_s=0.1, longest_s=0.3))
STEP_S = 0.2

pytestmark = pytest.mark.timeout(60)


class WebCamera(BaseHTTPRequestHandler):
    """``/video``: a JPEG every 0.2 s without end; ``/clip``: a file; ``/closed``: keep out."""

    clip = b""
    stop = threading.Event()

    def do_GET(self) -> None:
        answer = {"/video": self.video, "/clip": self.file}.get(self.path, self.refuse)
        answer()

    def refuse(self) -> None:
        self.send_error(401 if self.path == "/closed" else 404)

    def file(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.clip)))
        self.end_headers()
        self.wfile.write(self.clip)

    def video(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
        self.end_headers()
        try:
            while not self.stop.wait(STEP_S):
                _, data = cv2.imencode(".jpg", np.full((48, 64, 3), 90, np.uint8))
                head = f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {data.size}\r\n\r\n"
                self.wfile.write(head.encode() + data.tobytes() + b"\r\n")
        except (BrokenPipeError, ConnectionResetError):
            return  # the client has what it wanted

    def log_message(self, *_: object) -> None:
        """Servers of tests are silent."""


@pytest.fixture
def web(live_clip: Path) -> Iterator[Callable[[str], str]]:
    """The address of a path of a web camera."""
    handler = type("Handler", (WebCamera,), {"clip": live_clip.read_bytes()})
    WebCamera.stop.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = False
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield lambda path: f"http://viewer:hunter2@127.0.0.1:{server.server_address[1]}{path}"
        WebCamera.stop.set()
        server.shutdown()
        thread.join()


def watch(url: str) -> tuple[LiveSource, list[SourceStatus]]:
    """A source that is closed when it goes offline."""
    told: list[SourceStatus] = []

    def tell(status: SourceStatus) -> None:
        told.append(status)
        if status.state is SourceState.OFFLINE:
            source.close()

    generator = np.random.default_rng(1)
    address, clock = parse_address(url), SystemClock()
    source = LiveSource(address, clock, generator, options=OPTIONS, on_status=tell)
    return source, told


def test_pictures_without_stamps_count_as_they_come(web: Callable[[str], str]) -> None:
    source, _ = watch(web("/video"))
    frames = [item for item in islice(source, 15) if isinstance(item, Frame)]
    source.close()
    steady = np.diff([frame.media_ns for frame in frames])[-5:]
    assert np.median(steady) / SECOND_NS == pytest.approx(STEP_S, rel=0.2)
    assert frames[0].image().shape == (48, 64, 3)


def test_a_file_over_http_is_read_by_its_stamps(web: Callable[[str], str]) -> None:
    source, told = watch(web("/clip"))
    frames = [item for item in source if isinstance(item, Frame)]
    assert len(frames) == 250
    assert frames[-1].media_ns - frames[0].media_ns == 249 * SECOND_NS // 25
    assert [status.fault for status in told] == [None, Fault.STREAM_ENDED]


@pytest.mark.parametrize(
    ("path", "fault"), [("/closed", Fault.FORBIDDEN), ("/no", Fault.NOT_FOUND)]
)
def test_a_refusal_is_told_as_such(path: str, fault: Fault, web: Callable[[str], str]) -> None:
    source, told = watch(web(path))
    assert list(source) == []
    assert [status.fault for status in told] == [fault]
    assert "hunter2" not in repr(told)
