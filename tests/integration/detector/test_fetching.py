"""Snapshots from real HTTP servers, well and ill."""

from __future__ import annotations

import base64
import hashlib
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import cv2
import numpy as np
import pytest

from detector.sources import fetching
from detector.sources.access import Access
from detector.sources.address import parse_address
from detector.sources.errors import Fault, SourceError
from detector.sources.fetching import HttpFetcher
from detector.sources.patience import LiveOptions
from kerbwatch.clock import SystemClock

OPTIONS = LiveOptions(read_s=1.0)
_, _data = cv2.imencode(".jpg", np.full((48, 64, 3), 90, np.uint8))
JPEG = _data.tobytes()
LOGIN = ("viewer", "hunter@2")

pytestmark = pytest.mark.timeout(60)


class SnapshotCamera(BaseHTTPRequestHandler):
    """Each path is a camera of its own temper."""

    protocol_version = "HTTP/1.1"
    timeout = 1  # for who neither asks nor hangs up
    stop = threading.Event()
    asked: list[str]

    def do_GET(self) -> None:
        self.asked.append(self.path)
        getattr(self, f"get_{self.path.strip('/').split('/')[0]}", self.get_none)()

    def send(self, status: int, body: bytes = b"", length: int | None = None, **heads: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        for name, value in heads.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def get_none(self) -> None:
        self.send(404)

    def get_now(self) -> None:
        self.send(200, JPEG + bytes(20))  # padding after its end is common

    def get_basic(self) -> None:
        wanted = "Basic " + base64.b64encode(":".join(LOGIN).encode()).decode()
        good = self.headers.get("Authorization") == wanted
        self.send(200, JPEG) if good else self.send(401, WWW_Authenticate='Basic realm="x"')

    def get_digest(self) -> None:
        given = dict(re.findall(r'(\w+)="?([^",]+)', self.headers.get("Authorization", "")))
        if given.get("response") == self.proof(given):
            self.send(200, JPEG)
        else:
            self.send(401, WWW_Authenticate='Digest realm="cam", qop="auth", nonce="abc"')

    def proof(self, given: dict[str, str]) -> str:
        """RFC 2617's, with ``auth``."""

        def md5(text: str) -> str:
            return hashlib.md5(text.encode()).hexdigest()

        who, what = md5(f"{LOGIN[0]}:cam:{LOGIN[1]}"), md5(f"GET:{self.path}")
        return md5(f"{who}:abc:{given.get('nc')}:{given.get('cnonce')}:auth:{what}")

    def get_tagged(self) -> None:
        known = self.headers.get("If-None-Match") == '"7"'
        self.send(304) if known else self.send(200, JPEG, ETag='"7"')

    def get_moved(self) -> None:
        self.send(302, Location="/now")

    def get_circle(self) -> None:
        self.send(302, Location="/circle")

    def get_page(self) -> None:
        self.send(200, b"<html>log in, please</html>")

    def get_cut(self) -> None:
        self.send(200, JPEG[:-200])

    def get_broken(self) -> None:
        self.send(200, JPEG[:-200], length=len(JPEG))
        self.close_connection = True

    def get_large(self) -> None:
        self.send(200, JPEG + bytes(1 << 20))

    def get_silent(self) -> None:
        self.stop.wait(10)
        self.close_connection = True

    def get_drop(self) -> None:
        """One byte at a time, each soon enough."""
        self.send(200, length=len(JPEG))
        for byte in JPEG:
            if self.stop.wait(0.1):
                break
            self.wfile.write(bytes([byte]))
        self.close_connection = True

    def get_busy(self) -> None:
        self.send(503)

    def log_message(self, *_: object) -> None:
        """Servers of tests are silent."""


class _Quiet(ThreadingHTTPServer):
    daemon_threads = False

    def handle_error(self, *_: object) -> None:
        """Clients that hang up are what some of these tests are about."""


@pytest.fixture
def asked() -> list[str]:
    """The paths that were asked for."""
    return []


@pytest.fixture
def port(asked: list[str]) -> Iterator[int]:
    handler = type("Handler", (SnapshotCamera,), {"asked": asked})
    SnapshotCamera.stop.clear()
    with _Quiet(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_address[1]
        SnapshotCamera.stop.set()
        server.shutdown()
        thread.join()


def fetcher(url: str, access: Access | None = None) -> HttpFetcher:
    return HttpFetcher(parse_address(url), access or Access(), OPTIONS, SystemClock())


def refused(url: str, access: Access | None = None) -> SourceError:
    with pytest.raises(SourceError) as caught, closing(fetcher(url, access)) as camera:
        camera.fetch()
    assert "hunter" not in str(caught.value)
    return caught.value


def test_a_picture_is_fetched(port: int) -> None:
    with closing(fetcher(f"snapshot+http://127.0.0.1:{port}/now")) as camera:
        for _ in range(2):
            data = camera.fetch()
            assert data is not None
            assert data.startswith(JPEG)


@pytest.mark.parametrize(("kind", "first"), [("basic", 2), ("digest", 3)])
def test_a_login_is_given_as_it_is_wanted_and_asked_for_once(
    kind: str, first: int, port: int, asked: list[str]
) -> None:
    url = f"snapshot+http://viewer:hunter%402@127.0.0.1:{port}/{kind}"
    with closing(fetcher(url)) as camera:
        assert camera.fetch() == JPEG
        assert len(asked) == first
        assert camera.fetch() == JPEG
        assert len(asked) == first + 1
    assert refused(url.replace("hunter%402", "hunter3")).fault is Fault.FORBIDDEN
    assert refused(url.replace("viewer:hunter%402@", "")).fault is Fault.FORBIDDEN


def test_a_camera_may_say_that_nothing_is_new(port: int) -> None:
    with closing(fetcher(f"snapshot+http://127.0.0.1:{port}/tagged")) as camera:
        assert camera.fetch() == JPEG
        assert camera.fetch() is None


def test_redirects_are_followed_but_not_for_ever(port: int, asked: list[str]) -> None:
    with closing(fetcher(f"snapshot+http://127.0.0.1:{port}/moved")) as camera:
        assert camera.fetch() is not None
    asked.clear()
    assert refused(f"snapshot+http://127.0.0.1:{port}/circle").fault is Fault.BAD_ANSWER
    assert len(asked) <= fetching.MAX_REDIRECTS + 1


@pytest.mark.parametrize(
    ("path", "fault"),
    [
        ("missing", Fault.NOT_FOUND),
        ("busy", Fault.BAD_ANSWER),
        ("page", Fault.NO_PICTURE),
        ("cut", Fault.DAMAGED),
        ("broken", Fault.DAMAGED),
        ("silent", Fault.TIMED_OUT),
        ("drop", Fault.TIMED_OUT),
    ],
)
def test_what_is_wrong_is_told_as_such(path: str, fault: Fault, port: int) -> None:
    begin_ns = SystemClock().monotonic_ns()
    assert refused(f"snapshot+http://viewer:hunter2@127.0.0.1:{port}/{path}").fault is fault
    assert (SystemClock().monotonic_ns() - begin_ns) / 1e9 < 2 * OPTIONS.read_s + 1


def test_a_picture_that_is_too_large_is_not_read(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "MAX_BYTES", 100_000)
    assert refused(f"snapshot+http://127.0.0.1:{port}/large").fault is Fault.NO_PICTURE


def test_nobody_at_the_port(port: int, secured: Callable[[int], int]) -> None:
    assert refused("snapshot+http://127.0.0.1:1/now").fault is Fault.REFUSED
    assert refused(f"snapshot+http://127.0.0.1:{secured(port)}/now").fault in (
        Fault.UNREACHABLE,
        Fault.BAD_ANSWER,
    )


def test_certificates_are_checked_unless_somebody_says_otherwise(
    port: int, secured: Callable[[int], int], certificate: tuple[Path, Path], tmp_path: Path
) -> None:
    url = f"snapshot+https://127.0.0.1:{secured(port)}/now"
    error = refused(url)
    assert error.fault is Fault.UNTRUSTED
    assert "self" in error.what
    for access in (Access(ca_file=certificate[0]), Access(insecure_tls=True)):
        with closing(fetcher(url, access)) as camera:
            assert camera.fetch() is not None
    assert refused(url, Access(ca_file=tmp_path / "no.pem")).fault is Fault.UNTRUSTED
