"""The service under attack: ``python -m tests.hostile.server FOLDER PORT``, with one case.

Prints a line of JSON when it is ready, and one for each line that it reads: how much memory it
has, and what it has counted. ``again`` makes it connect to the broker anew first.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import structlog

from alerts.intake import Batch
from alerts.mqtt import session as session_module
from alerts.mqtt.address import MqttAddress
from alerts.service import AlertOptions, AlertService
from benchmarks.processes import CLOCK, wait_for
from fences.event import EventKind
from tests.alerts_kit import fence_event
from tests.hostile.reports import PLACES

SERVICE = "kerbwatch"


def keep_lines() -> None:
    """Lost lines lose commands; on a machine that stands still that would look like a refusal."""
    vars(session_module)["KEEPALIVE_S"] = 600


def _state(service: AlertService) -> str:
    fields = Path("/proc/self/status").read_text("utf-8").splitlines()
    rss_kib = next(int(line.split()[1]) for line in fields if line.startswith("VmRSS:"))
    told = {"rss_kib": rss_kib, "unusable": dict(service.commands.unusable)}
    return json.dumps(told | {"running": service.running})


def _connect_again(service: AlertService) -> None:
    """The line is cut, as a network does it."""
    publisher = service._publisher
    assert publisher is not None
    before = publisher._session
    assert before is not None
    before.drop()
    wait_for("a new line", lambda: publisher._session is not before, 20)
    wait_for("the broker", lambda: service.mqtt_problem is None, 20)


def main(folder: Path, port: int) -> None:
    keep_lines()
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    url = f"sqlite:///{folder / 'kerbwatch.db'}"
    address = MqttAddress("127.0.0.1", port, username=SERVICE, password=SERVICE)
    service = AlertService(AlertOptions(url, folder / "evidence", "0", address), PLACES, CLOCK)
    service.start()
    wait_for("the broker", lambda: service.mqtt_problem is None, 20)
    service.intake.receive(Batch("gate-3", 0, 0, (fence_event(EventKind.OPENED, 60),)))
    wait_for("every PUBACK", lambda: service.queue().depth == 0, 20)
    print(_state(service), flush=True)  # noqa: T201
    for line in sys.stdin:
        if line.strip() == "again":
            _connect_again(service)
        print(_state(service), flush=True)  # noqa: T201
    service.stop()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
