"""``kerbwatch run`` as a process, a real Mosquitto, and somebody who listens to everything."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.kit import KERBWATCH, camera, environment, fence, streams
from tests.integration.alerts.conftest import Ear as QuickEar
from tests.integration.alerts.conftest import Mosquitto, Said

ROOT_TOPIC = "kerbwatch/test/"
STOP_S = 5.0
"""What SIGTERM may take."""

DEADLINE_S = 45.0
"""For what takes seconds by itself, on a machine that does other things too."""


class Ear(QuickEar):
    """Waits as long as a service needs to start, watch and tell."""

    def wait_for(self, what: Callable[[list[Said]], bool]) -> list[Said]:
        with self._news:
            if not self._news.wait_for(lambda: what(self.heard), DEADLINE_S):
                pytest.fail(f"waited {DEADLINE_S} s, heard {[s.topic for s in self.heard]}")
            return list(self.heard)


@dataclass
class Service:
    """A running ``kerbwatch run``."""

    process: subprocess.Popen[str]
    log: Path

    def kill(self) -> None:
        """As by a power cut."""
        self.process.kill()
        self.process.wait(DEADLINE_S)

    def terminate(self) -> int:
        """SIGTERM; the exit status. Fails if it takes longer than it may."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(STOP_S)


@dataclass(frozen=True)
class Heard:
    """A message with its JSON read; ``body`` is None where the payload is empty."""

    topic: str
    retained: bool
    body: Any


def read(said: list[Said], start: str = "") -> list[Heard]:
    """Messages whose topic begins with ``start`` below the site's root."""
    return [
        Heard(
            one.topic.removeprefix(ROOT_TOPIC),
            one.retained,
            json.loads(one.payload) if one.payload else None,
        )
        for one in said
        if one.topic.startswith(ROOT_TOPIC + start)
    ]


def kinds(said: list[Said]) -> list[str]:
    """The kinds of the ``events``, in order; one that came twice, after a kill, counts once.

    Delivery is at least once, and ``event_id`` is what makes a repeat harmless.
    """
    events = {one.body["event_id"]: one.body["kind"] for one in read(said, "events")}
    return list(events.values())


def states(said: list[Said], topic: str) -> list[str]:
    """The states told on ``topic`` below the site's root, in order."""
    return [one.body["state"] for one in read(said, topic)]


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[Mosquitto]:
    if shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin:/usr/bin") is None:
        pytest.skip("needs mosquitto: apt-get install mosquitto")
    folder = tmp_path / "mosquitto"
    folder.mkdir()
    broker = Mosquitto(folder, more="allow_anonymous true\nsys_interval 1\n")
    broker.start()
    yield broker
    broker.kill()


@pytest.fixture
def listen() -> Iterator[Callable[[int], Ear]]:
    ears: list[Ear] = []

    def make(port: int) -> Ear:
        ears.append(Ear(port))
        return ears[-1]

    yield make
    for ear in ears:
        ear.close()


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[[Path], Service]]:
    """Starts ``kerbwatch run`` on a configuration; what still runs is killed in the end."""
    running: list[Service] = []

    def start(config: Path) -> Service:
        log = tmp_path / f"service-{len(running)}.log"
        with log.open("w") as to:
            process = subprocess.Popen(
                [KERBWATCH, "run", config], cwd=tmp_path, env=environment(), stderr=to, text=True
            )
        running.append(Service(process, log))
        return running[-1]

    yield start
    for service in running:
        if service.process.poll() is None:
            service.kill()


@pytest.fixture
def configure(tmp_path: Path) -> Callable[..., Path]:
    """Writes a configuration with one camera, which plays ``clip.avi``, and a broker."""

    def write(
        port: int, *more: dict[str, Any], dwell_s: float = 2.0, clear_after_s: float = 1.0
    ) -> Path:
        watched = fence(dwell_s=dwell_s, clear_after_s=clear_after_s, notify=["duty"])
        cameras = [camera("cam", tmp_path / "clip.avi", [watched]), *more]
        return streams(tmp_path, cameras, mqtt={"url": f"mqtt://127.0.0.1:{port}"})

    return write
