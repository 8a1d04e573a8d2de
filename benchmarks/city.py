"""Many cameras, a broker, somebody who listens, and ``kerbwatch run`` between them."""

from __future__ import annotations

import json
import shutil
import socket
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from benchmarks.clips import Clip
from benchmarks.processes import CLOCK, running, wait_for
from benchmarks.setting import MODEL, ROOT
from kerbwatch.config.schema import CameraModel, StreamsModel

KERBWATCH = Path(sys.executable).with_name("kerbwatch")
SITE = "bench"
_START_S = 60.0
_PATHS = "/usr/sbin:/usr/local/sbin:/usr/bin:/opt/homebrew/sbin"


@dataclass(frozen=True, slots=True)
class Street:
    """The RTSP server at work. ``log`` is where it notes who began to watch what, and when."""

    port: int
    pid: int
    log: Path

    def url(self, name: str) -> str:
        return f"rtsp://127.0.0.1:{self.port}/{name}"

    def plays(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.read_text("utf-8").splitlines()]


@dataclass(frozen=True, slots=True)
class Said:
    """A message: when it came (monotonic clock), and what it was."""

    at_ns: int
    topic: str
    body: Any


@dataclass
class Ear:
    """Listens to everything at a broker, as any client would."""

    port: int
    heard: list[Said] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def listen(self) -> paho.Client:
        """Connect, again and again until the broker is there."""
        client = paho.Client(CallbackAPIVersion.VERSION2)
        client.on_connect = lambda one, *_: one.subscribe("#", 1)
        client.on_message = self._take
        client.reconnect_delay_set(1, 1)
        client.connect_async("127.0.0.1", self.port)
        client.loop_start()
        return client

    def _take(self, _client: object, _data: object, message: paho.MQTTMessage) -> None:
        at_ns = CLOCK.monotonic_ns()
        body = json.loads(message.payload) if message.payload else None
        with self._lock:
            self.heard.append(Said(at_ns, message.topic, body))

    def all(self) -> list[Said]:
        with self._lock:
            return list(self.heard)

    def online(self) -> set[str]:
        """Cameras that have said that they watch."""
        return {
            said.body["camera"]["id"]
            for said in self.all()
            if "/cameras/" in said.topic and said.body and said.body["state"] == "online"
        }

    def cases(self) -> list[Said]:
        """The cases that were opened, as ``events`` told of them."""
        return [said for said in self.all() if said.topic.endswith("/events") and opened(said.body)]


def opened(body: Any) -> bool:
    """Whether an event is a case at a fence that begins; cases of cameras are none of that."""
    return bool(body["kind"] == "new" and body["case"].get("fence"))


@dataclass(frozen=True, slots=True)
class Watching:
    """A service that runs: its process, its metrics (``None``: it has none), its messages."""

    pid: int
    metrics_port: int | None
    ear: Ear
    broker: str

    def wait_online(self, count: int) -> None:
        """Until so many cameras have said that they watch. Raises ``NotReadyError``."""
        limit_s = _START_S + 0.5 * count
        wait_for(f"{count} cameras", lambda: len(self.ear.online()) >= count, limit_s)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def street(clips: dict[str, Path], folder: Path) -> Iterator[Street]:
    """Serve every mount's clip."""
    mounts, log, out = folder / "mounts.json", folder / "plays.jsonl", folder / "rtsp.log"
    mounts.write_text(json.dumps({name: str(path) for name, path in clips.items()}), "utf-8")
    command = [sys.executable, "-m", "benchmarks.rtsp", str(mounts), str(log)]
    with running(command, out, PYTHONPATH=ROOT) as process:
        wait_for("the RTSP server", lambda: "ready" in out.read_text("utf-8"), _START_S)
        yield Street(int(out.read_text("utf-8").split()[1]), process.pid, log)


@contextmanager
def watching(
    cameras: Sequence[dict[str, Any]], folder: Path, *, use: Sequence[str] = (MODEL,)
) -> Iterator[Watching]:
    """``kerbwatch run`` on those cameras, with a real Mosquitto where there is one."""
    port = free_port()
    mosquitto = shutil.which("mosquitto", path=_PATHS)
    if mosquitto is None:
        with _service(cameras, folder, {"embedded_port": port}, use) as (pid, metrics):
            yield from _heard(pid, metrics, port, "embedded")
        return
    config = folder / "mosquitto.conf"
    config.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\n", "utf-8")
    with (
        running([mosquitto, "-c", config], folder / "mosquitto.log"),
        _service(cameras, folder, {"url": f"mqtt://127.0.0.1:{port}"}, use) as (pid, metrics),
    ):
        yield from _heard(pid, metrics, port, "mosquitto")


def _heard(pid: int, metrics: int | None, port: int, broker: str) -> Iterator[Watching]:
    ear = Ear(port)
    client = ear.listen()
    try:
        yield Watching(pid, metrics, ear, broker)
    finally:
        client.disconnect()
        client.loop_stop()


@contextmanager
def _service(
    cameras: Sequence[dict[str, Any]], folder: Path, mqtt: dict[str, Any], use: Sequence[str]
) -> Iterator[tuple[int, int | None]]:
    metrics = free_port() if "metrics" in StreamsModel.model_fields else None
    content: dict[str, Any] = {
        "site": {"id": SITE, "timezone": "Asia/Shanghai"},
        "mqtt": mqtt,
        "data_dir": str(folder / "data"),
        "store": {"url": f"sqlite:///{folder / 'kerbwatch.db'}"},
        "models": {"dir": str(ROOT / "models"), "use": list(use)},
        "cameras": list(cameras),
    }
    if metrics is not None:
        content["metrics"] = {"port": metrics}
    config = folder / "streams.yaml"
    config.write_text(json.dumps(content, ensure_ascii=False, indent=1), "utf-8")
    with running([KERBWATCH, "run", config], folder / "service.log", PYTHONPATH=ROOT) as process:
        yield process.pid, metrics


def camera(
    name: str, url: str, clip: Clip, every_s: float, idle_every_s: float | None = None
) -> dict[str, Any]:
    """A camera of ``streams.yaml``; the idle interval only where the service knows one."""
    held: dict[str, Any] = {
        "id": name,
        "url": url,
        "every_s": every_s,
        "fences": [dict(fence) for fence in clip.fences],
    }
    if idle_every_s is not None and "idle_every_s" in CameraModel.model_fields:
        held["idle_every_s"] = idle_every_s
    return held
