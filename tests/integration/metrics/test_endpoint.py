"""The endpoint on a real port: it serves, it survives bad clients, it ends at once."""

from __future__ import annotations

import gzip
import socket
import threading
import urllib.request
from collections.abc import Iterator

import pytest
from prometheus_client import CollectorRegistry

from kerbwatch.clock import SystemClock
from kerbwatch.errors import StartError
from kerbwatch.metrics import endpoint as endpoint_module
from kerbwatch.metrics.book import Metrics
from kerbwatch.metrics.endpoint import Endpoint
from kerbwatch.metrics.families import BookCollector
from kerbwatch.options import MetricsOptions
from tests.scrape_kit import parsed

DEADLINE_S = 10.0
CLOSED_S = 1.0
"""A stop may take 5 s altogether."""


@pytest.fixture
def registry() -> CollectorRegistry:
    made = CollectorRegistry()
    made.register(BookCollector(Metrics(SystemClock(), {"gate": 2.0}), "1.2.3"))
    return made


@pytest.fixture
def endpoint(registry: CollectorRegistry) -> Iterator[Endpoint]:
    made = Endpoint(registry, MetricsOptions(port=0))
    yield made
    made.close()


def get(port: int, host: str = "127.0.0.1", **headers: str) -> bytes:
    url = f"http://{host}:{port}/metrics"
    asked = urllib.request.Request(url, headers=headers)
    with urllib.request.urlopen(asked, timeout=DEADLINE_S) as answer:
        assert answer.headers["Content-Type"].startswith("text/plain; version=")
        body: bytes = answer.read()
    return body


def test_any_free_port_is_taken_and_told(endpoint: Endpoint) -> None:
    assert endpoint.port > 0
    samples = parsed(get(endpoint.port).decode())
    assert samples["kerbwatch_build_info", ("1.2.3",)] == 1
    assert samples["kerbwatch_frame_age_seconds", ("gate",)] >= 0


def test_prometheus_gets_it_compressed(endpoint: Endpoint) -> None:
    body = gzip.decompress(get(endpoint.port, **{"Accept-Encoding": "gzip"}))
    assert b"kerbwatch_looks_total" in body


def test_it_listens_where_it_is_told_to_and_nowhere_else(endpoint: Endpoint) -> None:
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.2", endpoint.port)) != 0
        assert probe.connect_ex(("127.0.0.1", endpoint.port)) == 0


def test_an_address_of_version_6_works_too(registry: CollectorRegistry) -> None:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("needs IPv6 on the loopback interface")
    endpoint = Endpoint(registry, MetricsOptions("::1", 0))
    try:
        assert b"kerbwatch_looks_total" in get(endpoint.port, "[::1]")
    finally:
        endpoint.close()


def test_a_taken_port_is_one_clear_error(registry: CollectorRegistry, endpoint: Endpoint) -> None:
    with pytest.raises(StartError, match=r"metrics_port.*in use"):
        Endpoint(registry, MetricsOptions(port=endpoint.port))


def test_clients_that_speak_nonsense_or_nothing_or_leave_do_no_harm(
    endpoint: Endpoint, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each costs a thread for a while, and nothing is printed about it."""
    monkeypatch.setattr(endpoint_module._Handler, "timeout", 0.05)
    before = set(threading.enumerate())
    address = ("127.0.0.1", endpoint.port)
    silent = socket.create_connection(address)
    for said in (b"\x16\x03\x01\x02\x00 TLS?\r\n\r\n", b"POST / HTTP/1.0\r\n\r\n", b"GET /metr"):
        with socket.create_connection(address) as client:
            client.sendall(said)
    with socket.create_connection(address) as client:  # goes without reading the answer
        client.sendall(b"GET /metrics HTTP/1.0\r\n\r\n")
        linger = b"\x01\x00\x00\x00\x00\x00\x00\x00"
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    assert b"kerbwatch_looks_total" in get(endpoint.port)
    silent.settimeout(DEADLINE_S)
    assert silent.recv(1) == b"", "who says nothing is sent away"
    silent.close()
    for thread in set(threading.enumerate()) - before:
        thread.join(DEADLINE_S)
        assert not thread.is_alive()
    assert capfd.readouterr().err == ""


def test_it_ends_at_once_also_with_a_client_on_the_line(registry: CollectorRegistry) -> None:
    clock = SystemClock()
    endpoint = Endpoint(registry, MetricsOptions(port=0))
    with socket.create_connection(("127.0.0.1", endpoint.port)):
        begun_ns = clock.monotonic_ns()
        endpoint.close()
        assert clock.monotonic_ns() - begun_ns < CLOSED_S * 1e9
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", endpoint.port)) != 0
    Endpoint(registry, MetricsOptions(port=endpoint.port)).close()
