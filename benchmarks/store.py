"""6. Store: how many events of cases a second become cases that people have been told of.

The alert service in a process of its own (``benchmarks/feeder.py``) takes events of 200 cameras:
opened, two updates, cleared. Each is a version of a case, a line of its log, a checkpoint and
two to four messages, all on disk before the next one of its camera comes; the messages go
to a real Mosquitto at QoS 1, and an event counts once the last PUBACK of all is noted in the store.
The latency is from the moment when an event is handed in to its message at a subscriber in another
process, at 50 events a second. Commits reach the disk: SQLite with ``synchronous=FULL``,
PostgreSQL, on the same machine over TCP, as it is by default.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from benchmarks.latency import summary
from benchmarks.postgres import NoPostgresError, new_server
from benchmarks.processes import CLOCK, NotReadyError, running, wait_for
from benchmarks.setting import ROOT, Result, Setting

RATE = 50.0
"""Events a second while latency is measured."""

_LIMIT_S = 300
_PATHS = "/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin"


def measure(setting: Setting) -> Result:
    """Everything that ``store.json`` holds."""
    events, seconds = (80, 1.0) if setting.quick else (8000, setting.window_s or 60.0)
    mosquitto = shutil.which("mosquitto", path=_PATHS)
    if mosquitto is None:
        absent = {"absent": "needs mosquitto: apt-get install mosquitto"}
        return {"rate_per_s": RATE, "stores": {"sqlite": absent, "postgresql": absent}}
    paced = round(seconds * RATE)
    stores: dict[str, Any] = {"sqlite": _measured(mosquitto, events, paced, _sqlite)}
    try:
        stores["postgresql"] = _measured(mosquitto, events, paced, _postgresql)
    except NoPostgresError as error:
        stores["postgresql"] = {"absent": str(error)}
    return {"rate_per_s": RATE, "stores": stores}


@contextmanager
def _sqlite(folder: Path) -> Iterator[str]:
    yield f"sqlite:///{folder / 'kerbwatch.db'}"


@contextmanager
def _postgresql(_folder: Path) -> Iterator[str]:
    server = new_server(safe=True)
    try:
        yield server.database()
    finally:
        server.remove()


def _measured(mosquitto: str, events: int, paced: int, store: Any) -> dict[str, Any]:
    """Throughput, then latency, each with a broker and a store of its own."""
    whole = _round(mosquitto, events, 0.0, store)
    told = _round(mosquitto, paced, RATE, store)
    stored_s = (whole["stored_ns"] - whole["begin_ns"]) / 1e9
    acked_s = (whole["acked_ns"] - whole["begin_ns"]) / 1e9
    return {
        "events": events,
        "stored_per_s": round(events / stored_s, 1),
        "acked_per_s": round(events / acked_s, 1),
        "core_ms": round(whole["cpu_ns"] / 1e6 / events, 3),
        "latency": summary(told["latencies_s"]),
    }


def _round(mosquitto: str, events: int, rate: float, store: Any) -> dict[str, Any]:
    """What the feeder says, and how long each event took to the subscriber, in seconds."""
    with tempfile.TemporaryDirectory() as name, store(Path(name)) as url:
        folder = Path(name)
        port = _free_port()
        config = folder / "mosquitto.conf"
        whole = "allow_anonymous true\nmax_queued_messages 0\n"
        config.write_text(f"listener {port} 127.0.0.1\n{whole}", "utf-8")
        with running([mosquitto, "-c", config], folder / "mosquitto.log"), _heard(port) as heard:
            said = _fed(url, port, folder, events, rate)
            handed_in = said.pop("handed_in")
            wait_for("every message", lambda: handed_in.keys() <= heard.keys(), _LIMIT_S)
        said["latencies_s"] = [(heard[key] - at_ns) / 1e9 for key, at_ns in handed_in.items()]
        return said


def _fed(url: str, port: int, folder: Path, events: int, rate: float) -> dict[str, Any]:
    log = folder / "feeder.log"
    # the URL of a database that lives as long as this benchmark: its password may be seen
    command = [sys.executable, "-m", "benchmarks.feeder", url, str(port), str(folder / "evidence")]
    with running([*command, str(events), str(rate)], log, PYTHONPATH=ROOT) as process:
        wait_for("the feeder", lambda: process.poll() is not None, _LIMIT_S)
    lines = [line for line in log.read_text("utf-8").splitlines() if line.startswith("{")]
    if process.returncode or not lines:
        raise NotReadyError(log.read_text("utf-8")[-2000:])
    said: dict[str, Any] = json.loads(lines[-1])
    return said


@contextmanager
def _heard(port: int) -> Iterator[dict[str, int]]:
    """When each event was first heard of, by its id."""
    first: dict[str, int] = {}
    subscribed: list[bool] = []

    def take(_client: object, _data: object, message: paho.MQTTMessage) -> None:
        at_ns = CLOCK.monotonic_ns()
        first.setdefault(json.loads(message.payload)["event_id"], at_ns)

    client = paho.Client(CallbackAPIVersion.VERSION2)
    client.on_connect = lambda one, *_: one.subscribe("kerbwatch/+/events", 1)
    client.on_subscribe = lambda *_: subscribed.append(True)
    client.on_message = take
    client.reconnect_delay_set(1, 1)
    client.connect_async("127.0.0.1", port)
    client.loop_start()
    try:
        wait_for("the subscription", lambda: bool(subscribed), 20)
        yield first
    finally:
        client.disconnect()
        client.loop_stop()


def _free_port() -> int:
    from benchmarks.city import free_port  # noqa: PLC0415  # loads what draws pictures

    return free_port()
