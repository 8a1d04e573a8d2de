"""The alert service under load, in a process of its own: events in, PUBACKs back.

``python -m benchmarks.feeder STORE_URL PORT FOLDER EVENTS RATE`` hands so many events in, as fast
as they are taken (``RATE`` 0) or so many a second, and prints one line of JSON: when it began, when
everything was on disk, when the last PUBACK was noted, the processor time that took, and when
which event was handed in, by event id; nanoseconds of the monotonic clock, which all processes
share.
"""

from __future__ import annotations

import json
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import process_time_ns

from alerts.intake import Batch
from alerts.mqtt.address import MqttAddress
from alerts.people import Recipient, Role
from alerts.place import FencePlace, Site, make_directory
from alerts.service import AlertOptions, AlertService
from benchmarks.processes import CLOCK, wait_for
from fences.box import Box
from fences.clock import SECOND_NS
from fences.event import EventKind, FenceEvent, Reason, Sighting
from kerbwatch.cores import cores

FEEDERS = 3 * cores()
"""Threads that hand events in: a service with many cameras has three for each process that looks,
and as many of these as cores (``kerbwatch/looking/station.py``)."""

CAMERAS = 200
WARM_UP = 40
"""Events before the first one that counts: connections are made, statements compiled."""

_LIFE = (EventKind.OPENED, EventKind.UPDATED, EventKind.UPDATED, EventKind.CLEARED)
_REASONS = {
    EventKind.OPENED: Reason.DWELL_REACHED,
    EventKind.UPDATED: Reason.MORE_OCCUPANTS,
    EventKind.CLEARED: Reason.PLACE_CLEAR,
}
_LANE = ((0.12, 0.55), (0.48, 0.52), (0.61, 0.93), (0.05, 0.95))
_STATE = json.dumps({"occupants": [{"box": [0.2, 0.4, 0.4, 0.8], "since": 1}] * 4})
_WALL_NS = 1_790_000_000 * SECOND_NS
_APART_S = 4000
"""Between two violations of a camera: more than brings a case back."""

DIRECTORY = make_directory(
    Site("bench", "bench", "Asia/Shanghai"),
    [Recipient("duty", "duty", Role.OFFICER), Recipient("guards", "guards", Role.PROPERTY)],
    [
        FencePlace(f"c{n:03}", f"c{n:03}", "lane", "lane", ("duty", "guards"), _LANE)
        for n in range(CAMERAS)
    ],
)


def event(number: int) -> FenceEvent:
    """The ``number``-th of all: cameras in turn, each from one violation to the next."""
    of_camera, camera = divmod(number, CAMERAS)
    life, step = divmod(of_camera, len(_LIFE))
    kind = _LIFE[step]
    violation_ns = (life + 1) * _APART_S * SECOND_NS
    media_ns = violation_ns + step * 60 * SECOND_NS
    sighting = Sighting(
        1, Box(0.2, 0.4, 0.4, 0.8), ("vehicle",), "learned:vehicle", 0.9, violation_ns
    )
    return FenceEvent(
        kind=kind,
        reason=_REASONS[kind],
        camera_id=f"c{camera:03}",
        fence_id="lane",
        scenario_id="blocked_fire_lane",
        violation=violation_ns,
        seq=step + 1,
        media_ns=media_ns,
        wall_ns=_WALL_NS + media_ns,
        since_ns=violation_ns - 60 * SECOND_NS,
        sightings=() if kind is EventKind.CLEARED else (sighting,),
    )


class Feeder:
    """Events by number, each handed in once, those of a camera in order."""

    def __init__(self, service: AlertService, events: int, rate: float) -> None:
        self._service = service
        self._events = events
        self._rate = rate
        self._all = [event(number) for number in range(WARM_UP + events)]
        self.handed_in: dict[str, int] = {}

    def warm_up(self) -> None:
        """Like :meth:`feed`, for those that do not count."""
        with ThreadPoolExecutor(FEEDERS) as pool:
            for done in [pool.submit(self._hand_in, one) for one in self._all[:WARM_UP]]:
                done.result()
        self.handed_in.clear()

    def feed(self) -> None:
        """Returns once everything is on disk."""
        begin_ns = CLOCK.monotonic_ns()
        with ThreadPoolExecutor(FEEDERS) as pool:
            for done in [pool.submit(self._share, one, begin_ns) for one in range(FEEDERS)]:
                done.result()

    def _share(self, share: int, begin_ns: int) -> None:
        never = threading.Event()
        for number in range(share, self._events, FEEDERS):
            if self._rate:
                due_ns = begin_ns + round(number / self._rate * SECOND_NS)
                CLOCK.wait(never, max(0.0, (due_ns - CLOCK.monotonic_ns()) / SECOND_NS))
            self._hand_in(self._all[WARM_UP + number])

    def _hand_in(self, one: FenceEvent) -> None:
        batch = Batch(one.camera_id, one.media_ns, one.wall_ns, (one,), {"lane": _STATE})
        self.handed_in[one.event_id] = CLOCK.monotonic_ns()
        self._service.intake.receive(batch)


def main(store_url: str, port: int, folder: Path, events: int, rate: float) -> dict[str, object]:
    """What the line of JSON holds."""
    options = AlertOptions(store_url, folder, "bench", MqttAddress("127.0.0.1", port))
    service = AlertService(options, DIRECTORY, CLOCK)
    service.start()
    wait_for("the broker", lambda: service.mqtt_problem is None, 20)
    feeder = Feeder(service, events, rate)
    feeder.warm_up()
    wait_for("the first PUBACKs", lambda: service.queue().depth == 0, 120, every_s=0.02)
    begin_ns, begin_cpu_ns = CLOCK.monotonic_ns(), process_time_ns()
    feeder.feed()
    stored_ns = CLOCK.monotonic_ns()
    wait_for("the last PUBACK", lambda: service.queue().depth == 0, 120, every_s=0.02)
    acked_ns, cpu_ns = CLOCK.monotonic_ns(), process_time_ns() - begin_cpu_ns
    service.stop()
    return {
        "begin_ns": begin_ns,
        "stored_ns": stored_ns,
        "acked_ns": acked_ns,
        "cpu_ns": cpu_ns,
        "handed_in": feeder.handed_in,
    }


if __name__ == "__main__":
    url, broker, where, count, per_s = sys.argv[1:]
    print(json.dumps(main(url, int(broker), Path(where), int(count), float(per_s))))  # noqa: T201
