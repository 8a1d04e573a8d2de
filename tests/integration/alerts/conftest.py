"""A real Mosquitto on a free port, and a plain subscriber that listens to everything."""

from __future__ import annotations

import shutil
import socket
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from alerts.mqtt.address import MqttAddress
from alerts.service import AlertOptions, AlertService
from kerbwatch.clock import SystemClock
from tests.alerts_kit import DIRECTORY, TOPICS
from tests.schema_kit import problems

DEADLINE_S = 15.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Mosquitto:
    """Can be killed and started again on the same port, with nothing kept."""

    folder: Path
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None
    more: str = "allow_anonymous true\n"

    def start(self) -> None:
        config = self.folder / "mosquitto.conf"
        config.write_text(f"listener {self.port} 127.0.0.1\n{self.more}")
        program = shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin:/usr/bin")
        assert program is not None
        log = self.folder / "mosquitto.log"

        def started() -> str:
            """Again, where somebody's outgoing connection has the port for a moment."""
            if self.process is None or self.process.poll() is not None:
                with log.open("wb") as file:
                    self.process = subprocess.Popen([program, "-c", config], stderr=file)
            return log.read_text("utf-8")

        answers(self.port, started)

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait(DEADLINE_S)
            self.process = None


def open_to_the_broker(folder: Path) -> None:
    """Mosquitto gives up its rights before it reads its files: all above them may be entered.

    How many folders are above depends on whether tests run side by side.
    """
    own = takewhile(lambda it: it != Path(tempfile.gettempdir()), folder.parents)
    for one in (folder, *own):
        one.chmod(0o755)
    for file in folder.iterdir():
        if file.is_file():
            file.chmod(0o644)


def answers(port: int, meanwhile: Callable[[], str] = lambda: "") -> None:
    """Wait until something listens; what ``meanwhile`` said last is told if nothing ever does."""
    clock, end, said = SystemClock(), threading.Event(), ""
    until_ns = clock.monotonic_ns() + int(DEADLINE_S * 1e9)
    while clock.monotonic_ns() < until_ns:
        said = meanwhile()
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        clock.wait(end, 0.02)
    pytest.fail(f"nothing listens on port {port}: {said}")


@dataclass(frozen=True)
class Said:
    topic: str
    payload: str
    retained: bool


class Ear:
    """Subscribes to everything and remembers it; subscribes again when the broker is back.

    ``problems``: where a message is not as its schema says.
    """

    def __init__(self, port: int) -> None:
        self.heard: list[Said] = []
        self.problems: list[str] = []
        self._news = threading.Condition()
        self._subscribed = threading.Event()
        self._client = paho.Client(CallbackAPIVersion.VERSION2)
        self._client.reconnect_delay_set(1, 1)
        self._client.on_connect = lambda client, *_: client.subscribe("#", 1)
        self._client.on_disconnect = lambda *_: self._subscribed.clear()
        self._client.on_subscribe = lambda *_: self._subscribed.set()
        self._client.on_message = self._on_message
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        self.wait_subscribed()

    def wait_subscribed(self) -> None:
        assert self._subscribed.wait(DEADLINE_S)

    def _on_message(self, _client: object, _data: object, message: paho.MQTTMessage) -> None:
        with self._news:
            said = Said(message.topic, message.payload.decode(), message.retain)
            self.heard.append(said)
            self.problems += problems(TOPICS.root, said.topic, said.payload)
            self._news.notify_all()

    def wait_for(self, what: Callable[[list[Said]], bool]) -> list[Said]:
        """Everything heard, once it fulfils the condition."""
        with self._news:
            if not self._news.wait_for(lambda: what(self.heard), DEADLINE_S):
                pytest.fail(f"waited {DEADLINE_S} s, heard {[s.topic for s in self.heard]}")
            return list(self.heard)

    def wait_topics(self, *ends: str) -> list[Said]:
        """Wait until topics with these endings have been heard, in this order."""
        return self.wait_for(lambda heard: _in_order([s.topic for s in heard], ends))

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


def _in_order(topics: list[str], ends: tuple[str, ...]) -> bool:
    rest = iter(topics)
    return all(any(topic.endswith(end) for topic in rest) for end in ends)


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Mosquitto]:
    if shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin:/usr/bin") is None:
        pytest.skip("needs mosquitto: apt-get install mosquitto")
    broker = Mosquitto(tmp_path)
    broker.start()
    yield broker
    broker.kill()


@pytest.fixture
def ears() -> Iterator[Callable[[int], Ear]]:
    made: list[Ear] = []

    def listen(port: int) -> Ear:
        made.append(Ear(port))
        return made[-1]

    yield listen
    for ear in made:
        ear.close()
    assert [it for ear in made for it in ear.problems] == []


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Callable[[int | None], AlertService]]:
    """Makes services over one and the same store; None: with an embedded broker."""
    made: list[AlertService] = []

    def make(port: int | None) -> AlertService:
        mqtt = None if port is None else MqttAddress("127.0.0.1", port)
        store_url = f"sqlite:///{tmp_path / 'kerbwatch.db'}"
        options = AlertOptions(store_url, tmp_path / "evidence", "0.0.1", mqtt)
        made.append(AlertService(options, DIRECTORY, SystemClock()))
        return made[-1]

    yield make
    for service in made:
        service.stop(timeout_s=1.0)


@pytest.fixture
def unused_port() -> int:
    return free_port()
