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
from alerts.pushing.apprise_channel import AppriseChannel
from alerts.pushing.course import Patience
from alerts.pushing.letters import PushPlan
from alerts.retention import Budget, Budgets, Kind
from alerts.service import AlertOptions, AlertService
from chaos import sabotage
from chaos.clock import Control, FastClock
from chaos.feed import Feeder
from chaos.littered import age
from chaos.load import name_of
from chaos.town import LETTERBOXES, directory
from fences.clock import SECOND_NS

_log = logging.getLogger(__name__)

FEEDERS = 4
STORE_AWAY = 3
"""The exit status where the store cannot be opened; the supervisor would try again."""

PATIENCE = Patience(longest_wait_ns=60 * SECOND_NS, give_up_ns=300 * SECOND_NS)
"""Of letters; seconds of the service's time, so that they come about in a short run."""

KEPT = Budgets({Kind.PICTURES: Budget(keep_ns=365 * 86_400 * SECOND_NS)})
"""Longer than any run: only what is made old goes by age."""

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
    letters_port: int

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
    options = _options(setting)
    age(options.evidence_dir)
    try:
        people = directory(setting.cameras)
        service = AlertService(options, people, clock, channels=_channels(setting.letters_port))
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


def _options(setting: ServiceSetting) -> AlertOptions:
    return AlertOptions(
        store_url=setting.store_url,
        evidence_dir=Path(setting.folder) / "evidence",
        version="chaos",
        mqtt=MqttAddress("127.0.0.1", setting.port),
        pushing=PushPlan(frozenset(LETTERBOXES)),
        patience=PATIENCE,
        budgets=KEPT,
    )


def _channels(port: int) -> dict[str, list[AppriseChannel]]:
    """Real ones over HTTP, which wait a second for an answer."""
    return {
        who: [AppriseChannel(f"json://127.0.0.1:{port}/{who}/{n}?rto=1&cto=1") for n in range(ways)]
        for who, ways in LETTERBOXES.items()
    }


def _feed(setting: ServiceSetting, ids: list[str], service: AlertService, clock: FastClock) -> None:
    try:
        recordings = Path(setting.folder) / "observations"
        Feeder(recordings, ids, service.intake, clock, setting.end_s * SECOND_NS).run()
    except BaseException:  # noqa: BLE001  # whatever it was, the run has failed
        _log.exception("a camera's thread has died")
        os._exit(BROKEN)


if __name__ == "__main__":
    sys.exit(main(ServiceSetting(**json.loads(Path(sys.argv[1]).read_text("utf-8")))))
