"""Transports, logins and certificates, against servers that want them."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from detector.frame import Frame
from detector.sources.access import Access, Transport
from detector.sources.address import parse_address
from detector.sources.backoff import RetryPace
from detector.sources.errors import Fault
from detector.sources.live import LiveSource
from detector.sources.network import NetworkDoor
from detector.sources.patience import LiveOptions
from detector.sources.status import SourceState, SourceStatus
from kerbwatch.clock import SystemClock

OPTIONS = LiveOptions(read_s=3.0, pace=RetryPace(first_s=0.1, longest_s=0.3))

pytestmark = pytest.mark.timeout(60)

StartCamera = Callable[..., Any]
Secured = Callable[[int], int]


def first(url: str, access: Access | None = None) -> SourceStatus:
    """The first thing told of a camera; online only with a picture in hand."""
    told: list[SourceStatus] = []

    def tell(status: SourceStatus) -> None:
        told.append(status)
        if status.state is SourceState.OFFLINE:
            source.close()

    clock = SystemClock()
    source = LiveSource(
        parse_address(url),
        clock,
        np.random.default_rng(1),
        options=OPTIONS,
        on_status=tell,
        open_live=NetworkDoor(access or Access(), clock),
    )
    for item in source:
        assert isinstance(item, Frame)
        source.close()
    assert "hunter2" not in repr(told)
    return told[0]


def fault(url: str, access: Access | None = None) -> Fault | None:
    return first(url, access).fault


def test_a_camera_that_refuses_tcp_is_read_over_udp(start_camera: StartCamera) -> None:
    assert fault(start_camera("udp").url()) is None


@pytest.mark.parametrize(("gave_pictures", "next_time"), [(True, ["udp"]), (False, ["tcp", "udp"])])
def test_what_has_given_pictures_is_tried_first_the_next_time(
    gave_pictures: bool,
    next_time: list[str],
    start_camera: StartCamera,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """That it opened is not enough: over UDP a session begins though no packet comes through."""
    tried: list[str] = []
    door = NetworkDoor(Access(), SystemClock())
    opened = door._open

    def noted(address: Any, options: LiveOptions, way: dict[str, str]) -> Any:
        tried.append(way["rtsp_transport"])
        return opened(address, options, way)

    monkeypatch.setattr(door, "_open", noted)
    address = parse_address(start_camera("udp").url())
    opened_first = door(address, OPTIONS)
    if gave_pictures:
        opened_first.on_picture()
    opened_first.container.close()
    door(address, OPTIONS).container.close()
    assert tried == ["tcp", "udp", *next_time]


def test_a_transport_that_was_chosen_is_the_only_one(start_camera: StartCamera) -> None:
    url = start_camera("udp").url()
    assert fault(url, Access(Transport.TCP)) is Fault.TRANSPORT_REFUSED
    assert fault(url, Access(Transport.UDP)) is None


@pytest.mark.parametrize("kind", ["basic", "digest"])
def test_a_login_is_given_as_it_is_wanted(kind: str, start_camera: StartCamera) -> None:
    camera = start_camera(kind)
    assert fault(camera.url()) is None
    assert fault(camera.url(login="viewer:hunter22")) is Fault.FORBIDDEN


def test_a_camera_with_sound_only_is_told_as_such(start_camera: StartCamera) -> None:
    status = first(start_camera("sound").url())
    assert status.fault is Fault.NOT_VIDEO
    assert "audio, no video" in status.detail


def test_certificates_are_checked_unless_somebody_says_otherwise(
    start_camera: StartCamera, secured: Secured, certificate: tuple[Path, Path], tmp_path: Path
) -> None:
    url = f"rtsps://127.0.0.1:{secured(start_camera().port)}/clip"
    status = first(url)
    assert status.fault is Fault.UNTRUSTED
    assert "self" in status.detail
    assert fault(url, Access(ca_file=certificate[0])) is None
    assert fault(url, Access(insecure_tls=True)) is None
    assert fault(url, Access(ca_file=tmp_path / "no.pem")) is Fault.UNTRUSTED


def test_a_certificate_for_somebody_else_is_not_believed(
    start_camera: StartCamera, secured: Secured, certificate: tuple[Path, Path]
) -> None:
    url = f"rtsps://localhost:{secured(start_camera().port)}/clip"
    status = first(url, Access(ca_file=certificate[0]))
    assert status.fault is Fault.UNTRUSTED
    assert "localhost" in status.detail


STRANGE = (
    "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=x\r\nt=0 0\r\n"
    "m=video 0 RTP/AVP 96\r\na=rtpmap:96 {codec}/90000\r\na=control:t0\r\n"
)


class Scripted:
    """An RTSP server that says yes to everything, and sends packets of nonsense."""

    def __init__(self, codec: str, packet: Callable[[int], bytes]) -> None:
        self._description = STRANGE.format(codec=codec)
        self._packet = packet
        self._stop = threading.Event()
        self._server = socket.create_server(("127.0.0.1", 0))
        self.url = f"rtsp://127.0.0.1:{self._server.getsockname()[1]}/x"
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def close(self) -> None:
        if self._stop.is_set():
            return
        self._stop.set()
        self._server.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(10)
        self._server.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._server.accept()
                self._threads.append(threading.Thread(target=self._serve, args=(client,)))
                self._threads[-1].start()

    def _serve(self, client: socket.socket) -> None:
        client.settimeout(0.2)
        with client, suppress(ConnectionError):
            while not self._stop.is_set():
                with suppress(TimeoutError):
                    request = client.recv(65536).decode(errors="replace")
                    if not request or self._answer(client, request) == "PLAY":
                        break
            for number in count():
                if self._stop.wait(0.01):
                    break
                client.sendall(self._packet(number))

    def _answer(self, client: socket.socket, request: str) -> str:
        method = request.split(maxsplit=1)[0]
        number = next(line for line in request.split("\r\n") if line.startswith("CSeq"))
        more, body = "", ""
        if method == "DESCRIBE":
            more, body = "Content-Type: application/sdp\r\n", self._description
        if method == "SETUP":
            more = "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n"
        head = f"RTSP/1.0 200 OK\r\n{number}\r\nSession: 1\r\n{more}"
        client.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n{body}".encode())
        return method


@pytest.fixture
def scripted() -> Iterator[Callable[..., Scripted]]:
    with ExitStack() as stack:

        def start(codec: str, packet: Callable[[int], bytes]) -> Scripted:
            server = Scripted(codec, packet)
            stack.callback(server.close)
            return server

        yield start


def rtp(number: int) -> bytes:
    """A packet a second, by its stamps."""
    return b"$\0\0\x20" + struct.pack(">BBHII", 0x80, 96, number, number * 90_000, 1) + bytes(20)


def test_a_codec_that_nobody_knows_is_told_as_such(scripted: Callable[..., Scripted]) -> None:
    assert fault(scripted("NONSENSE", rtp).url) is Fault.UNKNOWN_CODEC


def test_data_without_an_end_is_seen_to_hang(scripted: Callable[..., Scripted]) -> None:
    """FFmpeg reads on and on; who asks is told so, and can go on with another source."""
    server = scripted("H264", lambda _: b"abcd: efgh\r\n" * 50)
    options = LiveOptions(read_s=1.0, first_picture_s=2.0)
    source = LiveSource(
        parse_address(server.url), SystemClock(), np.random.default_rng(1), options=options
    )
    ended = threading.Event()

    def read() -> None:
        assert list(source) == []
        ended.set()

    thread = threading.Thread(target=read)
    thread.start()
    assert not source.hung
    assert not ended.wait(3.0)
    assert source.hung
    source.close()
    server.close()
    thread.join(10)
    assert not thread.is_alive()
