"""The service under test: ``kerbwatch run`` as its own process, seen through its metrics."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alerts.store.sql import SqlStore
from kerbwatch.clock import SystemClock
from tests.e2e.kit import KERBWATCH, camera, environment, fence, streams
from tests.scrape_kit import Samples, parsed

EVERY_S = 1.0
CLEAR_AFTER_S = 3.0
_START_S = 60.0
_ROOT = Path(__file__).resolve().parents[2]
_SCENARIO = "construction_waste"
_STOP_S = 10.0
_CLOCK = SystemClock()
_DIRECTLY = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True, slots=True)
class State:
    """What the service says at one moment. Times in seconds of the monotonic clock."""

    at_s: float
    new_frame_s: dict[str, float]
    """When the last new frame of each camera was decoded."""
    open_cases: int
    rss_mb: float
    threads: int
    files: int
    """Open files and sockets."""


class Service:
    """A running service; ``log`` gets its lines of JSON.

    It is started with ``before`` before its command, and serves its metrics at ``host``.
    """

    def __init__(
        self, folder: Path, urls: list[str], before: tuple[str, ...] = (), host: str = "127.0.0.1"
    ) -> None:
        cameras = [
            camera(f"cam-{number}", url, [fence(clear_after_s=CLEAR_AFTER_S)], every_s=EVERY_S)
            | {"idle_every_s": EVERY_S}
            for number, url in enumerate(urls)
        ]
        config = streams(
            folder, cameras, mqtt={"embedded_port": 0}, metrics={"host": host, "port": 0}
        )
        self.log = folder / "service.log"
        with self.log.open("w") as to:
            self.process = subprocess.Popen(
                [*before, KERBWATCH, "run", config],
                cwd=folder,
                env=environment(PYTHONPATH=str(_ROOT)),
                stderr=to,
            )
        self._host = host
        self._port = 0
        self._database = folder / "data" / "kerbwatch.db"

    async def started(self) -> None:
        """Wait until metrics are served; raises ``TimeoutError``."""
        async with asyncio.timeout(_START_S):
            while not self._port:
                await asyncio.sleep(0.1)
                self._port = next(
                    (line["port"] for line in self.lines() if line["event"] == "metrics_served"), 0
                )

    def lines(self) -> list[dict[str, Any]]:
        """The log up to now; what is no JSON is not the service's own."""
        whole = self.log.read_text(encoding="utf-8").splitlines(keepends=True)
        return [json.loads(line) for line in whole if line.startswith("{") and line.endswith("\n")]

    async def state(self) -> State:
        samples = await asyncio.to_thread(self._scraped)
        now_s = _CLOCK.monotonic_ns() / 1e9
        return State(
            at_s=now_s,
            new_frame_s={
                labels[0]: now_s - value
                for (name, labels), value in samples.items()
                if name == "kerbwatch_frame_age_seconds"
            },
            open_cases=int(samples.get(("kerbwatch_cases_open", (_SCENARIO,)), 0)),
            rss_mb=samples["process_resident_memory_bytes", ()] / 1e6,
            threads=self._threads(),
            files=int(samples["process_open_fds", ()]),
        )

    def ended(self) -> int:
        """How many cases of the pile have ended, by the store itself."""
        store = SqlStore(f"sqlite:///{self._database}")
        cases = store.cases()
        store.close()
        return sum(case.scenario_id == _SCENARIO and not case.is_open for case in cases)

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _scraped(self) -> Samples:
        address = f"http://{self._host}:{self._port}/metrics"
        with _DIRECTLY.open(address, timeout=30) as answer:
            return parsed(answer.read().decode())

    def _threads(self) -> int:
        """Of the supervisor and of the node that it keeps."""
        process = Path(f"/proc/{self.process.pid}")
        children = (process / "task" / process.name / "children").read_text().split()
        nodes = [process, *(process.parent / child for child in children)]
        return sum(len(list((node / "task").iterdir())) for node in nodes)
