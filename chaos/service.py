"""The service under test, in a process of its own: the real one, but for cameras and clock.

``python -m chaos.service SETTING.json`` runs until SIGTERM; SIGUSR1 writes where all threads are.
"""

from __future__ import annotations

import faulthandler
import json
import logging
import os
import signal
import sys
import threading
from dataclasses import asdict, dataclass
from pathlib import Path

from alerts.errors import StoreError
from alerts.mqtt.address import MqttAddress
from alerts.service import AlertOptions, AlertService
from chaos import sabotage
from chaos.clock import Control, FastClock
from chaos.feed import Feeder
from chaos.load import name_of
from chaos.town import directory
from fences.clock import SECOND_NS

_log = logging.getLogger(__name__)

FEEDERS = 4
STORE_AWAY = 3
"""The exit status where the store cannot be opened; the supervisor would try again."""

BROKEN = 4
"""The exit status where a camera's thread has died: never right."""


@dataclass(frozen=True, slots=True)
class ServiceSetting:
    """Everything that the process is told; ``folder`` has recordings, evidence and control."""

    folder: str
    store_url: str
    port: int
    cameras: int
    zero_ns: int
    speed: float
    end_s: int

    def write(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self)), "utf-8")


def main(setting: ServiceSetting) -> int:
    """Until SIGTERM; the exit status."""
    folder, stop = Path(setting.folder), threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    faulthandler.register(signal.SIGUSR1)
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING)
    control = Control(folder / "control")
    sabotage.install(control)
    clock = FastClock(control, setting.zero_ns, setting.speed)
    mqtt = MqttAddress("127.0.0.1", setting.port)
    options = AlertOptions(setting.store_url, folder / "evidence", "chaos", mqtt)
    try:
        service = AlertService(options, directory(setting.cameras), clock)
    except StoreError as error:
        sys.stderr.write(f"{error}\n")
        return STORE_AWAY
    service.start()
    for share in range(FEEDERS):
        ids = [name_of(number) for number in range(share, setting.cameras, FEEDERS)]
        threading.Thread(target=_feed, args=(setting, ids, service, clock), daemon=True).start()
    sys.stdout.write("started\n")
    sys.stdout.flush()
    stop.wait()
    left = service.stop(10.0)
    sys.stdout.write(f"stopped, {left.depth} messages left\n")
    return 0


def _feed(setting: ServiceSetting, ids: list[str], service: AlertService, clock: FastClock) -> None:
    try:
        recordings = Path(setting.folder) / "observations"
        Feeder(recordings, ids, service.intake, clock, setting.end_s * SECOND_NS).run()
    except BaseException:  # noqa: BLE001  # whatever it was, the run has failed
        _log.exception("a camera's thread has died")
        os._exit(BROKEN)


if __name__ == "__main__":
    sys.exit(main(ServiceSetting(**json.loads(Path(sys.argv[1]).read_text("utf-8")))))
