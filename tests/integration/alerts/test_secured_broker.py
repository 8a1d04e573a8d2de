"""A broker behind TLS and a password, and one that has stopped answering."""

from __future__ import annotations

import shutil
import signal
import subprocess
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from alerts.intake import Batch
from alerts.mqtt.address import MqttAddress
from alerts.service import AlertOptions, AlertService
from fences.event import EventKind
from kerbwatch.clock import SystemClock
from tests.alerts_kit import DIRECTORY, fence_event
from tests.integration.alerts.conftest import open_to_the_broker

CLOCK = SystemClock()


@pytest.fixture
def secured(mosquitto: Any, tmp_path: Path) -> MqttAddress:
    """Mosquitto again, now with a certificate for localhost, a user and no strangers."""
    if shutil.which("openssl") is None:
        pytest.skip("needs openssl: apt-get install openssl")
    mosquitto.kill()
    key, cert, users = (tmp_path / name for name in ("key.pem", "cert.pem", "users"))
    make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    files = ["-keyout", str(key), "-out", str(cert)]
    subprocess.run([*make, *names, *files], check=True, capture_output=True)
    tool = shutil.which("mosquitto_passwd", path="/usr/bin:/usr/local/bin")
    assert tool is not None
    subprocess.run([tool, "-b", "-c", str(users), "linzi", "geheim"], check=True)
    open_to_the_broker(tmp_path)
    mosquitto.more = (
        f"certfile {cert}\nkeyfile {key}\nallow_anonymous false\npassword_file {users}\n"
    )
    mosquitto.start()
    return MqttAddress(
        "localhost", mosquitto.port, tls=True, username="linzi", password="geheim", ca_file=cert
    )


@pytest.fixture
def make(tmp_path: Path, request: pytest.FixtureRequest) -> Callable[[MqttAddress], AlertService]:
    def made(address: MqttAddress) -> AlertService:
        store_url = f"sqlite:///{tmp_path / 'kerbwatch.db'}"
        options = AlertOptions(store_url, tmp_path / "evidence", "0.0.1", address)
        service = AlertService(options, DIRECTORY, CLOCK)
        request.addfinalizer(service.stop)
        service.intake.receive(Batch("gate-3", 0, 0, (fence_event(EventKind.OPENED, 60),)))
        service.start()
        return service

    return made


def until(what: Callable[[], bool]) -> None:
    never = threading.Event()
    end_ns = CLOCK.monotonic_ns() + 15_000_000_000
    while not what():
        assert CLOCK.monotonic_ns() < end_ns, "waited 15 s"
        CLOCK.wait(never, 0.02)


def test_tls_and_password_let_the_messages_through(
    secured: MqttAddress, make: Callable[[MqttAddress], AlertService]
) -> None:
    service = make(secured)
    until(lambda: service.queue().depth == 0)
    assert service.mqtt_problem is None
    assert service.running


# paho leaves the socket of a failed handshake to the garbage collector
@pytest.mark.filterwarnings("ignore:.*SSLSocket:pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize(
    ("wrong", "problem"),
    [({"password": "falsch"}, "Not authorized"), ({"ca_file": None}, "certificate")],
)
def test_a_broker_that_refuses_us_or_that_we_cannot_trust_is_told_and_nothing_is_lost(
    secured: MqttAddress,
    make: Callable[[MqttAddress], AlertService],
    wrong: dict[str, Any],
    problem: str,
) -> None:
    service = make(replace(secured, **wrong))
    until(lambda: service.mqtt_problem is not None)
    assert service.mqtt_problem is not None
    assert problem in service.mqtt_problem
    assert "falsch" not in service.mqtt_problem
    assert service.running
    assert service.stop(2.0).depth == 4
    assert not service.running


def test_a_password_is_never_shown() -> None:
    assert "geheim" not in repr(MqttAddress("h", username="u", password="geheim"))


def test_a_broker_that_hangs_does_not_hold_up_the_stop(
    mosquitto: Any, make: Callable[[MqttAddress], AlertService]
) -> None:
    service = make(MqttAddress("127.0.0.1", mosquitto.port))
    until(lambda: service.queue().depth == 0)
    mosquitto.process.send_signal(signal.SIGSTOP)
    try:
        strip = fence_event(EventKind.OPENED, 60, fence_id="strip")
        service.intake.receive(Batch("gate-3", 0, 0, (strip,)))
        started_ns = CLOCK.monotonic_ns()
        assert service.stop(4.0).depth == 3
        assert (CLOCK.monotonic_ns() - started_ns) / 1e9 < 4.5
    finally:
        mosquitto.process.send_signal(signal.SIGCONT)
