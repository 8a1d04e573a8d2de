"""``kerbwatch run`` with metrics: what is scraped is what happens, and the port ends with it."""

from __future__ import annotations

import json
import socket
import threading
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kerbwatch.clock import SystemClock
from tests.e2e.kit import camera, fence, streams, street_clip
from tests.integration.service.conftest import DEADLINE_S, Service
from tests.scrape_kit import Samples, parsed

pytestmark = pytest.mark.timeout(150)


def until(what: Callable[[], Any]) -> Any:
    """The first true answer within the deadline."""
    clock, never = SystemClock(), threading.Event()
    by_ns = clock.monotonic_ns() + int(DEADLINE_S * 1e9)
    while clock.monotonic_ns() < by_ns:
        answer = what()
        if answer:
            return answer
        clock.wait(never, 0.1)
    pytest.fail(f"waited {DEADLINE_S} s")


def logged(service: Service, event: str) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in service.log.read_text().splitlines(keepends=True)[:-1]]
    return [line for line in lines if line["event"] == event]


def scraped(port: int) -> Samples:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        return parsed(answer.read().decode())


def test_a_service_tells_prometheus_what_it_sees(
    tmp_path: Path, serve: Callable[[Path], Service]
) -> None:
    """A camera that works and opens a case, one that does not; any free port, told at start."""
    street_clip(tmp_path / "clip.avi", (2, False), (60, True))
    lost = camera("lost", tmp_path / "nothing.avi", [fence()])
    seen = camera("cam", tmp_path / "clip.avi", [fence(notify=["duty"])])
    service = serve(streams(tmp_path, [seen, lost], mqtt={"embedded_port": 0}, metrics={"port": 0}))
    started = until(
        lambda: logged(service, "service_started") and logged(service, "metrics_served")
    )
    port = started[0]["port"]

    def opened() -> Samples | None:
        samples = scraped(port)
        return samples if samples["kerbwatch_events_total", ("new",)] else None

    samples = until(opened)
    assert samples["kerbwatch_cases_open", ("construction_waste",)] == 1
    assert samples["kerbwatch_camera_up", ("cam",)] == 1
    assert samples["kerbwatch_camera_up", ("lost",)] == 0
    assert samples["kerbwatch_restarts_total", ("lost", "not_found")] == 1
    assert samples["kerbwatch_looks_total", ("cam",)] > 10
    assert samples["kerbwatch_looks_total", ("lost",)] == 0
    assert (
        samples["kerbwatch_frame_age_seconds", ("cam",)]
        < samples["kerbwatch_frame_age_seconds", ("lost",)]
    )
    assert samples["kerbwatch_store_up", ()] == 1
    until(lambda: scraped(port)["kerbwatch_broker_up", ()] == 1)
    until(lambda: scraped(port)["kerbwatch_outbox_depth", ()] == 0)
    assert samples["process_resident_memory_bytes", ()] > 10_000_000
    assert service.terminate() == 0
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0
    assert "Traceback" not in service.log.read_text()
