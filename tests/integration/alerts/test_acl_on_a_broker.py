"""The generated ACL on a real Mosquitto: a property team has what is its own and nothing else."""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from alerts.acl import Users, mosquitto_acl
from alerts.cases import Case, CaseState
from alerts.intake import Batch
from alerts.messages import Message
from alerts.mqtt.address import MqttAddress
from alerts.mqtt.session import Session
from alerts.service import AlertOptions, AlertService
from fences.event import EventKind
from kerbwatch.clock import SystemClock
from tests.alerts_kit import DIRECTORY, TOPICS, fence_event
from tests.integration.alerts.conftest import open_to_the_broker

CLOCK = SystemClock()
SERVICE, WALL, TEAM, OTHER = "kerbwatch", "wall", "wenshao", "other-estate"
NAMES = (SERVICE, WALL, *DIRECTORY.recipients)
Sign = Callable[[str], MqttAddress]


def until(what: Callable[[], bool]) -> None:
    never = threading.Event()
    end_ns = CLOCK.monotonic_ns() + 20_000_000_000
    while not what():
        assert CLOCK.monotonic_ns() < end_ns, "waited 20 s"
        CLOCK.wait(never, 0.02)


class Client:
    """A user of the broker that asks for everything and may publish anything."""

    def __init__(self, address: MqttAddress) -> None:
        self.heard: list[tuple[str, str]] = []
        self._subscribed = threading.Event()
        self.session = Session(
            address,
            f"of-{address.username}-{CLOCK.monotonic_ns()}",
            on_message=lambda _, topic, body, __: self.heard.append((topic, body.decode())),
            on_subscribed=self._subscribed.set,
        )
        self.session.open(CLOCK)
        self.session.subscribe("#")
        assert self._subscribed.wait(15)

    def topics(self) -> set[str]:
        return {topic.removeprefix(f"{TOPICS.root}/") for topic, _ in self.heard}

    def send(self, who: str, case_id: str, verb: str, **body: Any) -> None:
        self.session.send(Message(TOPICS.command(who, case_id, verb), json.dumps(body)))

    def ask(self, who: str, case_id: str, verb: str, request_id: str) -> Mapping[str, Any]:
        """As a phone does: sent again until there is an answer, for the service may be away."""

        def answered() -> bool:
            self.send(who, case_id, verb, request_id=request_id)
            CLOCK.wait(threading.Event(), 0.2)
            return TOPICS.result(who, request_id) in dict(self.heard)

        until(answered)
        return self.result(who, request_id)

    def result(self, who: str, request_id: str) -> Mapping[str, Any]:
        """The answer to a command, once it has come."""
        topic = TOPICS.result(who, request_id)
        until(lambda: topic in dict(self.heard))
        body = json.loads(dict(self.heard)[topic])
        assert isinstance(body, dict)
        return body


def write_acl(folder: Path) -> str:
    users = Users(SERVICE, tuple(DIRECTORY.recipients), (WALL,))
    (folder / "acl").write_text(mosquitto_acl(TOPICS, users))
    return f"allow_anonymous false\nacl_file {folder / 'acl'}\n"


def openssl(folder: Path, *arguments: str) -> None:
    program = shutil.which("openssl")
    if program is None:
        pytest.skip("needs openssl: apt-get install openssl")
    subprocess.run([program, *arguments], cwd=folder, check=True, capture_output=True)


def certificate(folder: Path, name: str, more: str = "") -> None:
    """``name.pem`` and ``name.key``, signed by ``ca.pem``."""
    (folder / f"{name}.ext").write_text(more or "extendedKeyUsage=clientAuth")
    new = ["-newkey", "rsa:2048", "-nodes", "-keyout", f"{name}.key", "-out", f"{name}.csr"]
    openssl(folder, "req", *new, "-subj", f"/CN={name}")
    by = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2"]
    signed = ["-in", f"{name}.csr", "-out", f"{name}.pem", "-extfile", f"{name}.ext"]
    openssl(folder, "x509", "-req", *by, *signed)


@pytest.fixture
def with_passwords(mosquitto: Any, tmp_path: Path) -> Sign:
    mosquitto.kill()
    tool = shutil.which("mosquitto_passwd", path="/usr/bin:/usr/local/bin")
    assert tool is not None
    users = tmp_path / "users"
    users.write_text("".join(f"{name}:of-{name}\n" for name in NAMES))
    subprocess.run([tool, "-U", str(users)], check=True)
    mosquitto.more = f"{write_acl(tmp_path)}password_file {users}\n"
    open_to_the_broker(tmp_path)
    mosquitto.start()
    place = MqttAddress("127.0.0.1", mosquitto.port)
    return lambda name: replace(place, username=name, password=f"of-{name}")


@pytest.fixture
def with_certificates(mosquitto: Any, tmp_path: Path) -> Sign:
    mosquitto.kill()
    ca = ["-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-days", "2"]
    openssl(tmp_path, "req", "-x509", *ca, "-subj", "/CN=Test CA")
    certificate(tmp_path, "localhost", "subjectAltName=DNS:localhost")
    for name in (SERVICE, TEAM):
        certificate(tmp_path, name)
    mosquitto.more = (
        f"{write_acl(tmp_path)}cafile {tmp_path}/ca.pem\ncertfile {tmp_path}/localhost.pem\n"
        f"keyfile {tmp_path}/localhost.key\nrequire_certificate true\n"
        "use_identity_as_username true\n"
    )
    open_to_the_broker(tmp_path)
    mosquitto.start()
    place = MqttAddress("localhost", mosquitto.port, tls=True, ca_file=tmp_path / "ca.pem")

    def sign(name: str) -> MqttAddress:
        pem, key = tmp_path / f"{name}.pem", tmp_path / f"{name}.key"
        return replace(place, cert_file=pem, key_file=key)

    return sign


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[[MqttAddress], AlertService]]:
    made: list[AlertService] = []

    def start(address: MqttAddress) -> AlertService:
        url = f"sqlite:///{tmp_path / 'kerbwatch.db'}"
        options = AlertOptions(url, tmp_path / "evidence", "0.0.1", address)
        made.append(AlertService(options, DIRECTORY, CLOCK))
        made[-1].start()
        until(lambda: made[-1].mqtt_problem is None and made[-1].running)
        return made[-1]

    yield start
    for service in made:
        service.stop(1.0)


@pytest.fixture
def sign_in() -> Iterator[Callable[[MqttAddress], Client]]:
    made: list[Client] = []

    def enter(address: MqttAddress) -> Client:
        made.append(Client(address))
        return made[-1]

    yield enter
    for client in made:
        client.session.close(CLOCK)


def seen(service: AlertService, fence_id: str) -> Case:
    event = fence_event(EventKind.OPENED, 60, fence_id=fence_id)
    service.intake.receive(Batch("gate-3", 0, 0, (event,)))
    return next(case for case in service.store.cases() if case.fence_id == fence_id)


def test_a_team_reads_its_inbox_and_acts_on_its_cases_and_on_no_others(
    with_passwords: Sign,
    serve: Callable[[MqttAddress], AlertService],
    sign_in: Callable[[MqttAddress], Client],
) -> None:
    """``lane`` is told to the team and the officer, ``strip`` to the officer alone."""
    team, other, officer, wall = (
        sign_in(with_passwords(name)) for name in (TEAM, OTHER, "duty-east", WALL)
    )
    service = serve(with_passwords(SERVICE))
    lane, strip = seen(service, "lane"), seen(service, "strip")
    until(lambda: service.queue().depth == 0)

    assert team.ask(TEAM, lane.case_id, "accept", "mine")["accepted"]
    team.send(TEAM, strip.case_id, "accept", request_id="theirs")
    assert team.result(TEAM, "theirs")["code"] == "not_yours"
    other.send(OTHER, lane.case_id, "accept", request_id="r")
    assert other.result(OTHER, "r")["code"] == "not_yours"
    team.send(TEAM, lane.case_id, "handle", request_id="forged", by="duty-east")
    assert team.result(TEAM, "forged")["code"] == "not_you"
    lane_now = {"camera": "gate-3", "fence": "lane", "scenario": "blocked_fire_lane"}
    team.send(TEAM, "new", "report", request_id="seen", words="有车", **lane_now)
    assert team.result(TEAM, "seen")["code"] == "already_open"

    before = service.store.cases()
    team.send("duty-east", strip.case_id, "reject", request_id="as-officer", words="没有")
    team.send("duty-east", "new", "report", request_id="reported", words="有车", **lane_now)
    wall.send(WALL, "new", "report", request_id="by-a-screen", words="有车", **lane_now)
    team.session.send(Message(TOPICS.result(TEAM, "fake"), "{}"))
    team.session.send(Message(TOPICS.inbox(OTHER), "{}"))
    team.session.send(Message(TOPICS.case(strip.case_id), "", retained=True))
    wall.send(WALL, strip.case_id, "note", request_id="by-a-screen", words="?")
    team.send(TEAM, lane.case_id, "note", request_id="last", words="以上均不应生效")
    assert team.result(TEAM, "last")["accepted"], "what was sent before has had its time"
    officer.send("duty-east", strip.case_id, "accept", request_id="o")
    assert officer.result("duty-east", "o")["accepted"]
    until(lambda: service.queue().depth == 0)

    states = {case.case_id: case.state for case in service.store.cases()}
    assert states == {case.case_id: CaseState.ACCEPTED for case in before}
    assert service.commands.unusable == {}
    results = {f"result/{TEAM}/{it}" for it in ("mine", "theirs", "forged", "seen", "last")}
    assert team.topics() == {f"inbox/{TEAM}", *results}
    assert other.topics() == {f"result/{OTHER}/r"}
    assert officer.topics() == {"inbox/duty-east", "result/duty-east/o"}
    cases = {f"cases/{case.case_id}" for case in before}
    assert wall.topics() == {"status", "events", *cases}


@pytest.mark.parametrize("wrong", [{"username": None, "password": None}, {"password": "of-x"}])
def test_strangers_are_not_let_in(with_passwords: Sign, wrong: dict[str, Any]) -> None:
    session = Session(replace(with_passwords(TEAM), **wrong), "stranger")
    with pytest.raises(ConnectionRefusedError, match="Not authorized"):
        session.open(CLOCK)


# paho leaves the socket of a failed handshake to the garbage collector
@pytest.mark.filterwarnings("ignore:.*SSLSocket:pytest.PytestUnraisableExceptionWarning")
def test_client_certificates_are_names_too(
    with_certificates: Sign,
    serve: Callable[[MqttAddress], AlertService],
    sign_in: Callable[[MqttAddress], Client],
) -> None:
    team = sign_in(with_certificates(TEAM))
    service = serve(with_certificates(SERVICE))
    case = seen(service, "lane")
    team.send("duty-east", case.case_id, "accept", request_id="as-officer")
    assert team.ask(TEAM, case.case_id, "accept", "mine")["accepted"]
    team.send("duty-east", case.case_id, "reject", request_id="as-officer", words="没有")
    team.send(TEAM, case.case_id, "note", request_id="last", words="以上均不应生效")
    assert team.result(TEAM, "last")["state"] == "accepted"
    assert service.store.cases()[0].accepted_by == TEAM
    until(lambda: f"inbox/{TEAM}" in team.topics())
    assert team.topics() == {f"inbox/{TEAM}", *(f"result/{TEAM}/{it}" for it in ("mine", "last"))}
    without = replace(with_certificates(TEAM), cert_file=None, key_file=None)
    with pytest.raises(OSError, match=r".*"):
        Session(without, "stranger").open(CLOCK)
